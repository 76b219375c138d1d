"""The options of [persistent_resources] in tempest.conf.

The program reads them; they are registered for Tempest's configuration
tools. options.json is written by the program's tests.
"""

import json
import os

from oslo_config import cfg

_TYPES = {
    'string': cfg.StrOpt,
    'boolean': cfg.BoolOpt,
    'integer': cfg.IntOpt,
    'float': cfg.FloatOpt,
    'port': cfg.PortOpt,
    'list': cfg.ListOpt,
    'dict': cfg.DictOpt,
    'uri': cfg.URIOpt,
}


def _options():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        'options.json')
    with open(path, encoding='utf-8') as table:
        rows = json.load(table)
    return [_TYPES[row.pop('type')](row.pop('name'), **row) for row in rows]


group = cfg.OptGroup(name='persistent_resources',
                     title='Resources that must survive an upgrade')
options = _options()
