"""What python-subunit makes of a stream, for the tests with the build tag "interop".

peer.py decode FILE   the events as JSON, one a line
peer.py encode FILE   decodes the stream and writes it again
peer.py v1 FILE       version 1 to version 2, as `stestr last --subunit` does
peer.py time FILE     seconds of processor time to decode and to encode the stream, and the number of events
"""
import base64
import io
import json
import sys
import time

import subunit
import subunit.v2
import testtools


class Recorder:
    def __init__(self):
        self.events = []

    def startTestRun(self):
        pass

    def stopTestRun(self):
        pass

    def status(self, **event):
        self.events.append(event)


class Counter(Recorder):
    count = 0

    def status(self, **event):
        self.count += 1


def decode(data, result):
    subunit.ByteStreamToStreamResult(io.BytesIO(data), non_subunit_name="stdout").run(result)
    return result


def encode(events):
    out = io.BytesIO()
    writer = subunit.StreamResultToBytes(out)
    for event in events:
        writer.status(**event)
    return out.getvalue()


def as_json(event):
    content = event.get("file_bytes")
    stamp = event.get("timestamp")
    tags = event.get("test_tags")
    return json.dumps({
        "eof": bool(event.get("eof")),
        "file_bytes_b64": None if content is None else base64.b64encode(bytes(content)).decode(),
        "file_len": 0 if content is None else len(content),
        "file_name": event.get("file_name"),
        "mime_type": event.get("mime_type"),
        "route_code": event.get("route_code"),
        "runnable": event.get("runnable", True),
        "test_id": event.get("test_id"),
        "test_status": event.get("test_status"),
        "test_tags": None if tags is None else sorted(tags),
        "timestamp": None if stamp is None else stamp.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
    })


def from_v1(data):
    out = io.BytesIO()
    result = testtools.ExtendedToStreamDecorator(subunit.v2.StreamResultToBytes(out))
    result.startTestRun()
    subunit.ProtocolTestCase(io.BytesIO(data), passthrough=io.BytesIO()).run(result)
    result.stopTestRun()
    return out.getvalue()


def events_to_write(data):
    events = decode(data, Recorder()).events
    for event in events:
        event.pop("nonsubunit", None)
        if event.get("file_bytes") is not None:
            event["file_bytes"] = bytes(event["file_bytes"])
    return events


def best(action, runs=3):
    times = []
    for _ in range(runs):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def main(command, name):
    with open(name, "rb") as f:
        data = f.read()
    if command == "decode":
        for event in decode(data, Recorder()).events:
            print(as_json(event))
    elif command == "encode":
        sys.stdout.buffer.write(encode(events_to_write(data)))
    elif command == "v1":
        sys.stdout.buffer.write(from_v1(data))
    elif command == "time":
        count = decode(data, Counter()).count
        events = events_to_write(data)
        print(best(lambda: decode(data, Counter())), best(lambda: encode(events)), count)
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
