"""Pickles many values with the Python that runs it, in every protocol it has: one line of JSON each, with the pickle in
Base64 and the value written down as pickle_test.go writes it down."""
import base64
import binascii
import collections
import json
import pickle
import sys

PY2 = sys.version_info[0] == 2
if PY2:
    import cPickle


class Body(dict):
    """A dictionary of a class of its own, as Tempest's ResponseBody is one."""


def hexed(b):
    return binascii.hexlify(bytes(b)).decode("ascii")


def dump(v):
    if v is None:
        return "None"
    if v is True or v is False:
        return str(v)
    if isinstance(v, float):
        return "float:%s" % binascii.hexlify(__import__("struct").pack(">d", v)).decode("ascii")
    if isinstance(v, int if not PY2 else (int, long)):  # noqa: F821
        return "int:%d" % v
    if PY2 and isinstance(v, unicode):  # noqa: F821
        return "str:" + hexed(v.encode("utf-8"))
    if PY2 and isinstance(v, str):
        return "str:" + hexed(v)
    if isinstance(v, str):
        return "str:" + hexed(v.encode("utf-8"))
    if isinstance(v, (bytes, bytearray)):
        return "bytes:" + hexed(v)
    if isinstance(v, tuple):
        return "(" + ",".join(dump(i) for i in v) + ")"
    if isinstance(v, list):
        return "[" + ",".join(dump(i) for i in v) + "]"
    if isinstance(v, (set, frozenset)):
        return "<" + ",".join(sorted(dump(i) for i in v)) + ">"
    if isinstance(v, dict):
        return "{" + ",".join(sorted(dump(k) + ":" + dump(w) for k, w in v.items())) + "}"
    raise TypeError(repr(v))


shared = ["shared"]
shared_dict = {"rules": shared}
text = b"gr\xc3\xbc\xc3\x9fe \xe2\x82\xac \xf0\x9f\x98\x80".decode("utf-8")
VALUES = [
    ("none", None), ("true", True), ("false", False), ("bools in a list", [True, False, 1, 0]),
    ("ints", [0, 1, -1, 255, 256, 65535, 65536, 2 ** 31 - 1, -2 ** 31, 2 ** 31, 2 ** 32]),
    ("longs", [2 ** 63 - 1, -2 ** 63, 2 ** 63, -2 ** 63 - 1, 2 ** 64, -2 ** 200, 2 ** 3000, 127, 128, -128, -129, 2 ** 15]),
    ("very big", 3 ** 5000),
    ("floats", [0.0, -0.0, 1.5, -1e300, 1e-300, float("inf"), -float("inf"), 0.1]),
    ("text", text), ("empty text", text[:0]), ("escapes", b"a\\b'c\"d\n\r\t\x00\x1a \\u0041 \\\\u0041".decode("ascii")),
    ("Latin-1", b"\xc3\xa9".decode("utf-8")), ("long text", text * 100),
    ("bytes", bytearray(b"\x00\xff\x80abc'\"\\\n") if PY2 else b"\x00\xff\x80abc'\"\\\n"), ("bytearray", bytearray(b"\x00\xffx")),
    ("empty bytes", bytearray() if PY2 else b""), ("long bytes", bytearray(b"x" * 300) if PY2 else b"x" * 300),
    ("plain strings", ["", "a'b", 'a"b', "a'b\"c", "\\", "new\nline", "tab\tand\x01"]),
    ("tuples", [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), ((), ((),))]),
    ("lists", [[], [1], list(range(1500))]),
    ("dicts", [{}, {"a": 1}, {"a": {"b": {"c": [None]}}}, {1: 2, (1, "x"): 3, None: 4}]),
    ("big dict", dict((str(i), i) for i in range(1500))),
    ("sets", [set(), set([1, "a", None]), frozenset(), frozenset([(1, 2)]), set(range(1200))]),
    ("nested deep", __import__("functools").reduce(lambda v, _: [v], range(100), "core")),
    ("ordered", collections.OrderedDict([("z", 1), ("a", [2])])),
    ("default", collections.defaultdict(list, {"a": [1]})),
    ("shared", {"a": shared, "b": shared, "c": shared_dict, "d": [shared_dict, shared_dict]}),
    ("subclass of dict", Body({"id": "x", "n": [1]})),
    ("response", {"keypair": Body({"name": "k", "private_key": "p"}), "servers": [Body({"id": "1"})]}),
]
if PY2:
    VALUES += [("bytes of Python 2", "gr\xc3\xbc\xc3\x9fe"), ("mixed", {"a": u"b", u"c": "d"}), ("long", [5, long(5), long(-7)])]  # noqa: F821


def main():
    dumpers = [("pickle", pickle)] + ([("cPickle", cPickle)] if PY2 else [])
    for name, module in dumpers:
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            for what, value in VALUES:
                data = module.dumps(value, protocol)
                print(json.dumps({
                    "name": "%s, protocol %d, %s" % (name, protocol, what),
                    "pickle": base64.b64encode(data).decode("ascii"), "want": dump(value),
                }))


if __name__ == "__main__":
    main()
