"""Cases 1 to 42: payloads."""

import gzip
import math
from collections.abc import Iterator
from itertools import chain

from services.domain.reading import Quality, ReadingFlag
from services.wire.telemetry import PAYLOAD_LIMIT
from tests.corpus.case import GAS, LOCK, LOOP, NEIGHBOUR, WARMTH, Case, Payload, Stored
from tests.corpus.formats import (
    LEAVES,
    WRITERS,
    Writer,
    native,
    neuron_tags,
    neuron_values,
    seconds,
    tag_listed,
    tag_refused,
    thingsboard,
    value_refused,
    value_stored,
    whole,
)

OVER = ReadingFlag.OUT_OF_RANGE
GB = ReadingFlag.TRANSCODED
STRANGERS = (
    (38, "homoglyph", "GТ-101"),
    (39, "markup", "<img src=x onerror=alert(1)>"),
    (40, "formula", "=HYPERLINK(1,2)"),
    (41, "sql quotes", "'; DROP TABLE reading; --"),
    (41, "percent s", "%s%(tag)s%n"),
    (41, "braces", "{}{0}"),
    (41, "jndi", "${jndi:ldap://x/a}"),
)


def _not_json() -> Iterator[Case]:
    nothing = ("is not a JSON object", "is not a JSON object", "object of devices", "SenML pack")
    yield from whole(1, "empty", b"", "empty")
    yield from whole(2, "a space", b" ", "empty")
    yield from whole(3, "null", b"null", nothing)
    yield from whole(4, "empty array", b"[]", ("empty array", "not a JSON object", *nothing[2:]))
    yield from whole(
        5, "empty object", b"{}", ('"values" is missing', '"values" or "tags"', *nothing[2:])
    )
    yield from whole(6, "truncated", b'{"ts":1,"values":{"GT-101":1', "not JSON")
    yield from whole(7, "trailing bytes", b'{"values":{"GT-101":1}}x', "not JSON")
    for leaf, write in WRITERS:
        payload = _marked(write(GAS, "1"))
        yield Case(8, "byte order mark", leaf, payload, refused="byte order mark")


def _marked(payload: Payload) -> Payload:
    return lambda at: b"\xef\xbb\xbf" + payload(at)


def _not_utf8() -> Iterator[Case]:
    chinese = (Stored(WARMTH, 21.5, flags=GB), Stored(LOCK, 1.0, flags=GB))
    for leaf, write in WRITERS:
        yield Case(9, "gb18030", leaf, _as(write(WARMTH, "21.5"), "gb18030"), chinese)
        yield Case(9, "utf-8", leaf, write(WARMTH, "21.5"), (Stored(WARMTH, 21.5), NEIGHBOUR))
        for order in ("utf-16", "utf-16-be"):
            word = "UTF-16" if order == "utf-16" else "not JSON"
            yield Case(10, order, leaf, _as(write(GAS, "1"), order), refused=word)
        damaged = _swapped(write("温度X", "1"), b"X", b"\xb8")
        yield Case(11, "damaged utf-8", leaf, damaged, refused="damaged UTF-8")
        inside = _swapped(write("GT-X", "1"), b"GT-X", b"\xff\xfe")
        yield Case(11, "ff fe inside", leaf, inside, refused="not UTF-8")
        slash = _swapped(write("X", "1"), b'"X"', b'"\xe0\x80\xaf"')
        yield Case(12, "overlong of three bytes", leaf, slash, refused="not UTF-8")
        # Two bytes of an overlong slash are, to GB18030, one character: a tag that nobody knows.
        pair = _swapped(write("X", "1"), b'"X"', b'"\xc0\xaf"')
        kept, gb = (Stored(LOCK, 1.0, flags=GB),), (b"\xc0\xaf".decode("gb18030"),)
        yield Case(12, "overlong of two bytes", leaf, pair, kept, unregistered=gb)
    yield from whole(11, "ff fe", b"\xff\xfe", "UTF-16")
    yield from whole(13, "gzip", gzip.compress(b'{"values":{"GT-101":1}}', mtime=0), "gzip")
    yield from whole(14, "protobuf", b"\x08\x96\x01\x12\x07testing", "not UTF-8")
    yield from whole(14, "sparkplug", b"\x08\x16\x12\x06metric\x18\x01", "not JSON")


def _as(payload: Payload, encoding: str) -> Payload:
    return lambda at: payload(at).decode().encode(encoding)


def _swapped(payload: Payload, old: bytes, new: bytes) -> Payload:
    return lambda at: payload(at).replace(old, new, 1)


def _numbers() -> Iterator[Case]:
    yield from value_refused(15, "NaN", "NaN", "NaN is no number")
    yield from value_refused(16, "NaN as text", '"NaN"', "takes a number")
    yield from value_refused(17, "Infinity", "Infinity", "Infinity is no number")
    yield from value_refused(17, "minus Infinity", "-Infinity", "-Infinity is no number")
    yield from value_refused(18, "1e400", "1e400", "beyond every number")
    yield from value_refused(18, "minus 1e400", "-1e400", "beyond every number")
    yield from value_refused(19, "5,000 digits", "9" * 5_000, "beyond every number")
    yield from value_stored(20, "2^63", str(2**63), Stored(GAS, 2.0**63, flags=OVER))
    yield from value_stored(20, "2^64", str(2**64), Stored(GAS, 2.0**64, flags=OVER))
    yield from value_refused(21, "true for a number", "true", "takes a number", "v True is no")
    yield from value_refused(22, "digits with _", '"1_000"', "takes a number")
    yield from value_refused(22, "digits in spaces", '" 12 "', "takes a number")
    yield from value_refused(22, "digits as text", '"12"', "takes a number")
    yield from value_refused(23, "full-width digits", '"１２"', "takes a number")
    yield from value_stored(24, "minus zero", "-0.0", Stored(GAS, 0.0))
    yield from value_stored(24, "smallest", "5e-324", Stored(GAS, 5e-324))
    largest = 1.7976931348623157e308
    yield from value_stored(24, "largest", repr(largest), Stored(GAS, largest, flags=OVER))
    for what, value in (
        ("at the limit", 25.0),
        ("one ulp below", math.nextafter(25.0, 0)),
        ("one ulp above", math.nextafter(25.0, 99)),
    ):
        yield from value_stored(25, what, repr(value), Stored(GAS, value))
    yield from _units()


def _units() -> Iterator[Case]:
    def named(unit: str) -> Payload:
        return lambda at: (
            f'[{{"bt":{seconds(at)},"n":"{GAS}","u":"{unit}","v":7}},'
            f'{{"n":"{LOCK}","vb":true}}]'.encode()
        )

    doubtful = (Stored(GAS, 7.0, Quality.UNCERTAIN), NEIGHBOUR)
    for unit in ("ppm", "mA", "%", "/100", "%EL", "%RH", "furlong"):
        yield Case(26, f"in {unit}", "senml", named(unit), doubtful)
    yield Case(26, "in its own unit", "senml", named("%LEL"), (Stored(GAS, 7.0), NEIGHBOUR))
    for current, flags in ((3.59, OVER), (3.6, 0), (21.0, 0), (21.01, OVER)):
        stored = (Stored(LOOP, current, flags=ReadingFlag(flags)), NEIGHBOUR)
        for leaf, write in WRITERS:
            yield Case(27, f"{current} mA", leaf, write(LOOP, repr(current)), stored)


def _keys() -> Iterator[Case]:
    twice = "given twice"
    objects: tuple[tuple[str, Writer], ...] = (
        ("telemetry", native),
        ("neuron", neuron_values),
        ("tb", thingsboard),
    )
    for leaf, write in objects:
        payload = _swapped(write(GAS, "1"), b'"GT-101":1', b'"GT-101":1,"GT-101":99')
        yield Case(28, "tag twice", leaf, payload, (NEIGHBOUR,), refused=twice)
    doubled = _swapped(neuron_tags(GAS, "1"), b'"value":1', b'"value":1,"value":99')
    yield Case(28, "value twice", "neuron", doubled, (NEIGHBOUR,), refused=twice)
    yield Case(
        28, "v twice", "telemetry", native(GAS, '{"v":1,"v":99}'), (NEIGHBOUR,), refused=twice
    )
    for what, old, new in (
        ("v twice", b'"v":1', b'"v":1,"v":99'),
        ("name twice", b'"n":"GT-101"', b'"n":"GT-101","n":"GT-102"'),
    ):
        payload = _swapped(_pack, old, new)
        yield Case(28, what, "senml", payload, (NEIGHBOUR,), refused=twice)
    yield Case(29, "V for v", "telemetry", native(GAS, '{"V":1}'), (NEIGHBOUR,), refused='no "v"')
    loud = _swapped(_pack, b'"v":1', b'"V":1')
    yield Case(29, "V for v", "senml", loud, (NEIGHBOUR,), refused="has no value")
    loud = _swapped(neuron_tags(GAS, "1"), b'"value":1', b'"Value":1')
    yield Case(29, "Value", "neuron", loud, (NEIGHBOUR,), refused='neither "value" nor "error"')
    good = (Stored(GAS, 1.0), NEIGHBOUR)
    yield Case(30, "more keys", "telemetry", _more(native(GAS, '{"v":1,"x":[2]}')), good)
    for leaf, write in WRITERS[1:3]:
        yield Case(30, "more keys", leaf, _more(write(GAS, "1")), good)
    yield Case(
        30, "more keys", "tb", _swapped(thingsboard(GAS, "1"), b'{"ts"', b'{"x":{},"ts"'), good
    )
    yield Case(30, "more keys", "senml", _swapped(_pack, b'"v":1', b'"v":1,"ut":5,"x":{}'), good)


def _pack(at: int) -> bytes:
    return f'[{{"bt":{seconds(at)}}},{{"n":"{GAS}","v":1}},{{"n":"{LOCK}","vb":true}}]'.encode()


def _more(payload: Payload) -> Payload:
    return lambda at: b'{"vendor":{"a":[1,{"b":2}]},' + payload(at)[1:]


def _sizes() -> Iterator[Case]:
    for depth in (5_000, 100_000):
        yield from whole(31, f"{depth} arrays", b"[" * depth, "nested too deeply")
        yield from whole(31, f"{depth} closed arrays", b"[" * depth + b"]" * depth, "nested too")
    many = b",".join(b'"%d":1' % number for number in range(100_000))
    yield from whole(32, "100,000 values", b'{"values":{' + many + b"}}", "the limit is 262144")
    yield Case(32, "2,000 readings", "telemetry", _array, _array_stored())
    long = b'{"values":{"GT-101":"' + b"x" * 10_000_000 + b'"}}'
    for case in whole(33, "10 MB of text", long, "the limit is 262144"):
        yield Case(33, case.what, case.leaf, case.payload, refused=case.refused, carried=False)
    yield from value_refused(33, "a long text", '"' + "x" * 100_000 + '"', "a state has 1 to 64")
    for leaf, write in WRITERS:
        exact, over = _padded(write(GAS, "1"), 0), _padded(write(GAS, "1"), 1)
        yield Case(34, "at the limit", leaf, exact, (Stored(GAS, 1.0), NEIGHBOUR))
        yield Case(34, "one byte over", leaf, over, refused="the limit is 262144")


def _array(at: int) -> bytes:
    each = (f'{{"ts":{at + i},"values":{{"{GAS}":{i % 90}}}}}' for i in range(2_000))
    return f"[{','.join(each)}]".encode()


def _array_stored() -> tuple[Stored, ...]:
    return tuple(Stored(GAS, float(i % 90), shift=i) for i in range(2_000))


def _padded(payload: Payload, more: int) -> Payload:
    return lambda at: payload(at).ljust(PAYLOAD_LIMIT + more)


def _texts() -> Iterator[Case]:
    for number, what, escape in (
        (36, "NUL", "\\u0000"),
        (37, "lone surrogate", "\\ud800"),
        (38, "right-to-left override", "\\u202e"),
        (38, "zero width", "\\u200b"),
        (42, "line break", "\\n2026-01-01 ERROR all is lost"),
    ):
        yield from tag_refused(number, f"{what} in a tag", f"GT{escape}1")
        yield from value_refused(number, f"{what} in a state", f'"on{escape}"', "a state has 1 to")
    for number, what, tag in STRANGERS:
        yield from tag_listed(number, what, tag, tag)


PAYLOADS = tuple(chain(_not_json(), _not_utf8(), _numbers(), _keys(), _sizes(), _texts()))
"""In the order of the corpus, in every format that the case can be written in."""

assert {case.leaf for case in PAYLOADS} == set(LEAVES)
