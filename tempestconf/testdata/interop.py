"""Answers one JSON line for each JSON line: what oslo.config and openstacksdk make of it."""
import base64
import json
import os
import sys
import tempfile
import warnings

from oslo_config import cfg
from oslo_config import types

warnings.simplefilter("ignore")
work = tempfile.mkdtemp()


def failure(exc):
    return {"error": {"class": type(exc).__name__, "message": str(exc)}}


def parse(q):
    path = os.path.join(work, "f.conf")
    with open(path, "wb") as f:
        f.write(base64.b64decode(q["data"]))
    sections, normalized = {}, {}
    parser = cfg.ConfigParser("f.conf", sections)
    parser._add_normalized(normalized)
    os.chdir(work)
    try:
        parser.parse()
    except cfg.iniparser.ParseError as e:
        return failure(cfg.ConfigFileParseError(e.filename, str(e)))
    return {"sections": normalized}


TYPES = {
    "boolean": types.Boolean(), "integer": types.Integer(), "float": types.Float(), "port": types.Port(),
    "list": types.List(), "dict": types.Dict(), "uri": types.URI(),
}


def convert(q):
    v = TYPES[q["type"]](q["data"])
    if isinstance(v, float):
        v = repr(v)
    return {"value": v}


def substitute(q):
    path = os.path.join(work, "s.conf")
    with open(path, "w", newline="") as f:
        f.write(q["data"])
    conf = cfg.ConfigOpts()
    conf.register_opts([cfg.StrOpt("log-dir", default="/var/log"), cfg.BoolOpt("debug", default=False)])
    conf.register_opts([cfg.StrOpt("str"), cfg.StrOpt("other"), cfg.IntOpt("int"), cfg.BoolOpt("bool"), cfg.FloatOpt("float"),
                        cfg.ListOpt("list"), cfg.DictOpt("dict"), cfg.StrOpt("ref_default", default="$other"),
                        cfg.StrOpt("new_name", deprecated_opts=[cfg.DeprecatedOpt("old_name", group="spec")]),
                        cfg.StrOpt("moved", deprecated_opts=[cfg.DeprecatedOpt("moved", group="auth")])], "spec")
    conf.register_opts([cfg.StrOpt("other")], "auth")
    conf([], default_config_files=[path], default_config_dirs=[], project="x")
    try:
        return {"value": conf.spec.str}
    except RecursionError:
        return {"error": {"class": "RecursionError", "message": ""}}


def cloud(q):
    from openstack import config as osc
    from openstack.config import defaults
    for k in list(os.environ):
        if k.startswith("OS_"):
            del os.environ[k]
    os.environ.update(q["env"])
    os.environ["HOME"] = q["dir"]
    files = {}
    for name in ("clouds", "secure", "clouds-public"):
        files[name] = []
        path = os.path.join(q["dir"], name + ".yaml")
        if os.path.exists(path):
            files[name] = [path]
    c = osc.OpenStackConfig(config_files=files["clouds"], secure_files=files["secure"], vendor_files=files["clouds-public"])
    r = c.get_one(cloud=q["cloud"] or None, region_name=q["region"] or None)
    base = defaults.get_defaults()
    out = {}
    for k, v in r.config.items():
        if k not in ("auth_type", "interface", "region_name", "verify"):
            if v is None or (k in base and repr(str(base[k]) if type(base[k]) is int else base[k]) == repr(v)):
                continue
        out[k] = v
    verify, cert = r.get_requests_verify_args()
    return {"config": out, "name": r.name, "tls": {"verify": verify, "cert": cert}}


def document(q):
    import yaml
    return {"value": repr(yaml.safe_load(q["data"]))}


MODES = {"yaml": document, "parse": parse, "convert": convert, "substitute": substitute, "cloud": cloud}

for line in sys.stdin:
    q = json.loads(line)
    try:
        answer = MODES[q["mode"]](q)
    except Exception as e:  # the class and the text are what is compared
        answer = failure(e)
    sys.stdout.write(json.dumps(answer, default=str) + "\n")
    sys.stdout.flush()
