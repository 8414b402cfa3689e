"""Every format of readings: no decoder raises anything but Poison, and what is written is read."""

import json
import math
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading, ReadingFlag
from services.wire.leaf import DECODERS
from services.wire.telemetry import Poison
from services.wire.translate import translate

NOW = 1_767_542_400_000
TEN_YEARS_MS = 10 * 365 * 86_400_000
LEAVES = tuple(DECODERS)

leaves = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers(-(10**320), 10**320)
    | st.text(max_size=12)
)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
tags = st.sampled_from(["G", "E", "D/G", "温度", "x"]) | st.text(max_size=8)
values = st.dictionaries(tags, anything, max_size=4)
neuron = st.fixed_dictionaries(
    {},
    optional={
        "timestamp": anything,
        "node": anything,
        "values": values | anything,
        "errors": values | anything,
        "tags": st.lists(
            anything
            | st.fixed_dictionaries(
                {}, optional={"name": tags, "value": anything, "error": anything}
            ),
            max_size=4,
        ),
    },
)
element = st.fixed_dictionaries({}, optional={"ts": anything, "values": values})
thingsboard = st.dictionaries(tags, st.lists(element | anything, max_size=3) | anything, max_size=3)
record = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ["bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vb", "vs", "vd", "s", "t"], anything
    ),
) | st.fixed_dictionaries(
    {"n": tags}, optional={"v": st.floats(), "t": st.floats(), "bver": st.just(10), "u": st.text()}
)
shapes = neuron | thingsboard | st.lists(record | anything, max_size=4) | anything


def book() -> Directory:
    found = Directory()
    found.put(Point(1, "a", "G", PointKind.TOXIC_GAS, "ppm", 0.0, 50.0))
    found.put(Point(2, "a", "E", PointKind.INTERLOCK, "1"))
    found.put(Point(3, "a", "D/G", PointKind.TOXIC_GAS, "ppm"))
    found.put(Point(4, "a", "温度", PointKind.TEMPERATURE, "Cel"))
    return found


BOOK = book()


@given(st.sampled_from(LEAVES), shapes, st.booleans(), st.booleans())
def test_any_json_on_any_leaf_is_translated_or_refused(
    leaf: str, shape: object, ascii_only: bool, chinese: bool
) -> None:
    text = json.dumps(shape, ensure_ascii=ascii_only)
    payload = text.encode("gb18030" if chinese else "utf-8", "replace")

    found = translate(BOOK, f"pw/v1/a/g/{leaf}", payload, NOW)

    for reading in found.readings:
        assert reading.value is None or math.isfinite(reading.value)
        assert reading.value is not None or reading.quality is Quality.BAD
        assert abs(reading.measured_at - NOW) <= TEN_YEARS_MS + 86_400_000 * 4
    for kept in found.unregistered:
        assert kept.tag.isprintable()
        assert kept.number is None or math.isfinite(kept.number)
    if found.reason is not None:
        assert found.reason.isprintable()
        assert len(found.reason) <= 1000
    assert translate(BOOK, f"pw/v1/a/g/{leaf}", payload, NOW) == found


@given(st.sampled_from(LEAVES), st.binary(max_size=200))
def test_bytes_on_any_leaf_are_poison_or_read(leaf: str, payload: bytes) -> None:
    reasons: list[str] = []
    try:
        DECODERS[leaf](payload)
    except Poison as poison:
        reasons.append(poison.reason)

    assert all(reason.endswith(".") for reason in reasons)


numbers = st.floats(allow_nan=False, allow_infinity=False)
given_values = st.dictionaries(
    st.sampled_from(["G", "温度"]), numbers | st.none(), min_size=1
) | st.dictionaries(st.just("E"), st.sampled_from(["tripped", "fault"]) | st.booleans(), min_size=1)
batch = st.dictionaries(st.integers(NOW - 3_600_000, NOW), given_values, min_size=1, max_size=4)


def written(leaf: str, messages: dict[int, dict[str, Any]]) -> object:
    """Values by time, as a sender of this format would write them."""
    match leaf:
        case "telemetry":
            return [{"ts": at, "values": each} for at, each in messages.items()]
        case "neuron":
            return [_neuron(at, each) for at, each in messages.items()]
        case "tb":
            return {"Device A": [{"ts": at, "values": each} for at, each in messages.items()]}
    return [
        record
        for at, each in messages.items()
        for record in ({"bt": at / 1000}, *(_senml(tag, value) for tag, value in each.items()))
    ]


def _neuron(at: int, values: dict[str, Any]) -> object:
    read = {tag: value for tag, value in values.items() if value is not None}
    errors = {tag: 2014 for tag, value in values.items() if value is None}
    return {"timestamp": at, "node": "n", "group": "g", "values": read, "errors": errors}


def _senml(tag: str, value: float | bool | str | None) -> dict[str, Any]:
    label = "vb" if isinstance(value, bool) else "vs" if isinstance(value, str) else "v"
    return {"n": tag, label: value}


def plainly(tag: str, at: int, value: float | bool | str | None) -> Reading:
    """The reading that a value must become, worked out without any decoder."""
    codes = {"tripped": 1.0, "fault": 6.0, True: 1.0, False: 0.0}
    point = {"G": 1, "E": 2, "温度": 4}[tag]
    stored = codes[value] if isinstance(value, str | bool) else value
    over = point == 1 and stored is not None and not 0 <= stored <= 50
    flags = ReadingFlag.OUT_OF_RANGE if over else ReadingFlag.NONE
    return Reading(point, at, NOW, stored, Quality.BAD if stored is None else Quality.GOOD, flags)


@given(batch, st.sampled_from(("utf-8", "gb18030")))
def test_what_is_written_in_any_format_is_the_same_readings(
    messages: dict[int, dict[str, Any]], encoding: str
) -> None:
    plain = [plainly(tag, at, v) for at, each in messages.items() for tag, v in each.items()]
    for leaf in LEAVES:
        text = msgspec.json.encode(written(leaf, messages)).decode()

        found = translate(BOOK, f"pw/v1/a/g/{leaf}", text.encode(encoding), NOW)

        assert found.reason is None
        transcoded = encoding == "gb18030" and "温" in text
        added = ReadingFlag.TRANSCODED if transcoded else ReadingFlag.NONE
        assert sorted(map(_key, found.readings)) == sorted(_key(each, added) for each in plain)


def _key(reading: Reading, added: ReadingFlag = ReadingFlag.NONE) -> tuple[Any, ...]:
    known = reading.value is not None
    value = reading.value if known else 0.0
    return (
        reading.measured_at,
        reading.point_id,
        known,
        value,
        reading.quality,
        reading.flags | added,
    )
