"""Finds the program persistent-resources and talks to it."""

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib import metadata

import subunit

PACKAGE = 'persistent_resources_tempest_plugin'
DISTRIBUTION = 'persistent-resources-tempest-plugin'
PROGRAM = 'persistent-resources'
VARIABLE = 'PERSISTENT_RESOURCES_BIN'

# The words by which stestr starts a runner; the program knows them.
_CALL = ['-m', 'stestr.subunit_runner.run', 'discover', '-t', './', './tests']

# Seconds. The listing needs neither a configuration nor a cloud.
_LIST_LIMIT = 60


class Unusable(Exception):
    """The tests cannot be listed; the text says what to do about it."""


def find():
    """Return the path of the program."""
    path = os.environ.get(VARIABLE)
    if path:
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
        raise Unusable('%s=%s is no program; let it name the program %s'
                       % (VARIABLE, path, PROGRAM))
    path = shutil.which(PROGRAM)
    if path:
        return path
    raise Unusable('the program %s is not on PATH; install it there, or let '
                   '%s name it (PATH is %s)'
                   % (PROGRAM, VARIABLE, os.environ.get('PATH', '')))


def refuse_namesake():
    """Raise Unusable if another distribution brings a plugin of this name.

    Its modules then lie between ours, and which tests run is a matter of
    the order of installation.
    """
    for dist in metadata.distributions():
        name = dist.metadata['Name'] or ''
        if name.lower().replace('_', '-') == DISTRIBUTION:
            continue
        for entry in dist.entry_points:
            if (entry.group == 'tempest.test_plugins' and
                    entry.value.split(':')[0].split('.')[0] == PACKAGE):
                raise Unusable(
                    'the distribution %s is installed too and has the '
                    'package %s as well; remove both (pip uninstall %s %s) '
                    'and install %s again'
                    % (name, PACKAGE, name, DISTRIBUTION, DISTRIBUTION))


def list_ids():
    """Return the ids of the program's tests in the order in which they run."""
    refuse_namesake()
    path = find()
    try:
        done = subprocess.run(
            [path] + _CALL + ['--list'], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=_LIST_LIMIT)
    except (OSError, subprocess.SubprocessError) as e:
        raise Unusable('%s cannot list its tests: %s' % (path, e))
    listing = _Listing()
    try:
        subunit.ByteStreamToStreamResult(
            io.BytesIO(done.stdout), non_subunit_name='stdout').run(listing)
    except Exception as e:
        raise Unusable('%s lists what is no subunit stream: %s' % (path, e))
    if done.returncode or not listing.ids or listing.other:
        raise Unusable(
            '%s does not list tests (exit status %d): %s'
            % (path, done.returncode,
               done.stderr.decode('utf-8', 'replace').strip() or 'it is '
               'another program'))
    return listing.ids


class _Listing:

    def __init__(self):
        self.ids = []
        self.other = False

    def status(self, test_id=None, test_status=None, **_rest):
        if test_status == 'exists':
            self.ids.append(test_id)
        else:
            self.other = True


def run(ids, relay):
    """Run tests in one call of the program.

    The events go to relay.status as they come. Returns what the program
    ended by, for people.
    """
    try:
        path = find()
    except Unusable as e:
        return str(e)
    # Without a name: whatever kills this process leaves nothing behind.
    with tempfile.TemporaryFile('w', encoding='utf-8') as id_list:
        id_list.write(''.join(i + '\n' for i in ids))
        id_list.flush()
        id_list.seek(0)
        descriptor = id_list.fileno()
        try:
            process = subprocess.Popen(
                [path] + _CALL + ['--load-list', '/dev/fd/%d' % descriptor],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                pass_fds=[descriptor])
        except OSError as e:
            return '%s cannot be started: %s' % (path, e)
        relay.stop = lambda: process.send_signal(signal.SIGINT)
        trouble = ''
        try:
            subunit.ByteStreamToStreamResult(
                process.stdout, non_subunit_name='stdout').run(relay)
        except Exception as e:
            trouble = '; its stream cannot be read: %s' % e
            process.terminate()
        except BaseException:
            process.terminate()
            raise
        finally:
            # The program's next write fails should it still have results.
            process.stdout.close()
            status = process.wait()
    if status < 0:
        ended = 'signal %d' % -status
    else:
        ended = 'exit status %d' % status
    return 'no result from %s (%s%s)' % (path, ended, trouble)


def say(text):
    """Tell people; standard output belongs to the stream."""
    sys.stderr.write(text)
    sys.stderr.flush()
