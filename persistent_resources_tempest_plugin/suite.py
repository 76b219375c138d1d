"""The program's tests as Python's runners see them."""

import contextlib
import datetime
import unittest

import testtools

from persistent_resources_tempest_plugin import program

# Has the attributes by which jobs select phases: whatever a job selects of
# ours, it selects this.
_UNUSABLE = (program.PACKAGE + '.tests.PersistentResourcesTests.'
             'test_program_is_usable'
             '[persistent-cleanup,persistent-create,persistent-verify]')


class Test(unittest.TestCase):
    """One test. Taken out of its suite it is still run by the program."""

    def __init__(self, test_id, reason=None):
        super().__init__('runTest')
        self._id = test_id
        self._reason = reason

    def id(self):
        return self._id

    __str__ = id

    def shortDescription(self):
        return self._id

    def runTest(self):
        raise NotImplementedError('the program runs this test')

    def run(self, result=None):
        if result is None:
            result = self.defaultTestResult()
        _run([self._id], result, self._reason)
        return result

    __call__ = run

    def debug(self):
        self.run()


class Suite(unittest.TestSuite):
    """Tests that one call of the program runs.

    reason, when given, says why they cannot be run: all of them fail.
    """

    def __init__(self, ids=(), reason=None):
        super().__init__(Test(i, reason) for i in ids)
        self._reason = reason

    def filter_by_ids(self, ids):
        """Keep the tests in ids: what --load-list calls.

        An id of ours that the program does not list (any more) is kept too.
        It must fail: a test that was asked for and is dropped looks like one
        that passed.
        """
        kept = [t.id() for t in self if t.id() in ids]
        try:
            strangers = sorted(i for i in set(ids).difference(kept)
                               if i.startswith(program.PACKAGE + '.'))
        except TypeError:  # only "in" is promised of ids
            strangers = []
        return Suite(kept + strangers, self._reason)

    def run(self, result, debug=False):
        ids = [t.id() for t in self]
        if ids:
            _run(ids, result, self._reason)
        return result


def load():
    """Return the suite of all tests; never raises.

    What raises here takes all of Tempest's tests with it.
    """
    try:
        return Suite(program.list_ids())
    except program.Unusable as e:
        reason = str(e)
    except Exception as e:
        reason = 'the tests cannot be listed: %s: %s' % (type(e).__name__, e)
    return Suite([_UNUSABLE], reason)


def _run(ids, result, reason):
    with _stream_to(result) as stream:
        relay = _Relay(ids, stream, result)
        if reason is None:
            reason = program.run(ids, relay)
        relay.answer_missing(reason)


class _Relay:
    """Passes events on and knows which tests have no result yet."""

    def __init__(self, ids, stream, result):
        self._stream = stream
        self._result = result
        self._missing = dict.fromkeys(ids)
        self._begun = {}
        self.stop = None

    def status(self, test_id=None, test_status=None, **rest):
        if test_id is None:
            if rest.get('file_bytes'):
                program.say(bytes(rest['file_bytes']).decode('utf-8',
                                                             'replace'))
            return
        if test_status == 'exists':
            return  # the runner has said so
        ended = test_status not in (None, 'inprogress')
        if ended:
            self._begun.pop(test_id, None)
            self._ended(test_id)
        else:
            self._begun.setdefault(test_id)
        self._stream.status(test_id=test_id, test_status=test_status, **rest)
        if (ended and self.stop is not None and
                getattr(self._result, 'shouldStop', False)):
            self.stop()
            self.stop = None

    def _ended(self, test_id):
        self._missing.pop(test_id, None)
        for fixture in ('setUpClass (', 'setUpModule ('):
            if test_id.startswith(fixture) and test_id.endswith(')'):
                # It answers for all tests of its class.
                prefix = test_id[len(fixture):-1] + '.'
                for i in [i for i in self._missing if i.startswith(prefix)]:
                    del self._missing[i]

    def answer_missing(self, reason):
        """Let every test fail that has no result."""
        if not (self._missing or self._begun):
            return
        begun = list(self._begun)
        for test_id in begun + [i for i in self._missing
                                if i not in self._begun]:
            now = datetime.datetime.now(datetime.timezone.utc)
            event = {'test_id': test_id, 'timestamp': now}
            if test_id not in self._begun:
                self._stream.status(test_status='inprogress', **event)
            self._stream.status(
                file_name='traceback', eof=True,
                mime_type='text/x-traceback; charset="utf8"; '
                          'language="python"',
                file_bytes=('Traceback (most recent call last):\n'
                            'RuntimeError: %s\n' % reason).encode('utf-8'),
                **event)
            self._stream.status(test_status='fail', **event)


@contextlib.contextmanager
def _stream_to(result):
    """The stream behind a result, or one that feeds the result.

    stestr's runner writes a stream; given events as they are, it writes the
    program's own times, tags and attachments as soon as they come.
    """
    inner = result
    while inner is not None:
        if isinstance(inner, testtools.ExtendedToStreamDecorator):
            yield inner
            return
        inner = getattr(inner, '__dict__', {}).get('decorated')
    fed = testtools.StreamToExtendedDecorator(
        _WithoutStart(testtools.ExtendedToOriginalDecorator(result)))
    fed.startTestRun()
    try:
        yield fed
    finally:
        fed.stopTestRun()
        # Back to automatic times for what runs next.
        if hasattr(result, 'time'):
            result.time(None)


class _WithoutStart:
    """A result whose run is started and stopped by others."""

    def __init__(self, result):
        self._result = result

    def __getattr__(self, name):
        return getattr(self._result, name)

    def startTestRun(self):
        pass

    def stopTestRun(self):
        pass
