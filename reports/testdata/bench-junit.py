"""Compares `persistent-resources report --junit` with subunit2junitxml on the same generated streams, in one go.

    python3 reports/testdata/bench-junit.py PERSISTENT_RESOURCES

The Python needs python-subunit, testtools and junitxml (pip install python-subunit junitxml), and PERSISTENT_RESOURCES is the
program, as `go build ./cmd/persistent-resources` makes it. Time is the best of three runs on the clock; memory is the peak
that the kernel saw (ru_maxrss). Run it on an idle machine; the load is shown.
"""
import datetime
import os
import sys
import tempfile
import time

START = datetime.datetime(2026, 11, 22, 8, tzinfo=datetime.timezone.utc)
LOG = b"2026-11-22 08:00:00,000 4711 INFO Request (ServersTest:test_list): 200 GET http://127.0.0.1/v2.1/servers 0.042s\n"
RUNS = 3


def write_stream(name, tests, size, piece=64 << 10):
    """Writes a run of tests, every tenth failing, each with an attachment of size bytes."""
    import subunit.v2

    content = LOG * (size // len(LOG) + 1)
    with open(name, "wb") as f:
        out = subunit.v2.StreamResultToBytes(f)
        for i in range(tests):
            test_id = "tempest.api.compute.test_servers.ServersTest.test_%06d[id-%08x,smoke]" % (i, i)
            begin = START + datetime.timedelta(milliseconds=i)
            tags = {"worker-%d" % (i % 4)}
            out.status(test_id=test_id, test_status="inprogress", timestamp=begin, test_tags=tags)
            status, file_name, mime = "success", "pythonlogging:''", 'text/plain; charset="utf8"'
            if i % 10 == 0:
                status, file_name, mime = "fail", "traceback", 'text/x-traceback; charset="utf8"; language="python"'
            for at in range(0, size, piece):
                part = content[at : min(at + piece, size)]
                out.status(test_id=test_id, file_name=file_name, file_bytes=part, mime_type=mime, eof=at + piece >= size)
                mime = None
            end = begin + datetime.timedelta(seconds=1.5)
            out.status(test_id=test_id, test_status=status, timestamp=end, test_tags=tags)


def apart(action, *args):
    """Calls action in a process of its own: what this one needs, the kernel counts as what the programs that it starts need."""
    pid = os.fork()
    if pid == 0:
        action(*args)
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        sys.exit("cannot write the stream")


def run(command):
    """Returns seconds and peak memory in MiB."""
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):  # 1: tests failed
        sys.exit("%s failed" % " ".join(command))
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def best(command, runs=RUNS):
    results = [run(command) for _ in range(runs)]
    return min(r[0] for r in results), min(r[1] for r in results)


def main(program):
    theirs = os.path.join(os.path.dirname(sys.executable), "subunit2junitxml")
    print("load %.1f %.1f %.1f" % os.getloadavg())
    with tempfile.TemporaryDirectory() as folder:
        stream, xml = os.path.join(folder, "stream"), os.path.join(folder, "out.xml")
        ours = [program, "report", "--junit", xml, stream]
        apart(write_stream, stream, 100_000, len(LOG))
        seconds, memory = best(ours)
        peer_seconds, peer_memory = best([theirs, "-o", xml, stream], 1)
        print("%-44s %8s %12s" % ("100 000 tests", "ours", "subunit2junitxml"))
        print("%-44s %7.2fs %11.2fs %6.0fx" % ("time", seconds, peer_seconds, peer_seconds / seconds))
        print("%-44s %4.0f MiB %8.0f MiB" % ("peak memory", memory, peer_memory))
        print("%-44s %8s" % ("attachments", "peak memory"))
        for what, tests, size in (
            ("1 MiB in 256 tests", 256, 4 << 10),
            ("256 MiB in 256 tests", 256, 1 << 20),
            ("1 MiB in one failing test", 1, 1 << 20),
            ("256 MiB in one failing test", 1, 256 << 20),
        ):
            apart(write_stream, stream, tests, size)
            print("%-44s %4.1f MiB" % (what, best(ours)[1]))
    print("load %.1f %.1f %.1f" % os.getloadavg())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
