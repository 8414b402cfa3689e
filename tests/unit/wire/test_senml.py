"""SenML: base fields, relative times, units and what is refused."""

import json
from typing import Any

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, ReadingFlag
from services.wire.senml import decode_senml
from services.wire.telemetry import Poison, TelemetryMessage, UnitValue
from services.wire.translate import Translation, translate
from services.wire.unit import AGREEING, agrees

NOW = 1_767_542_400_000


def read(*records: Any) -> TelemetryMessage:
    (message,) = decode_senml(json.dumps(records).encode())
    return message


def only(*records: Any) -> UnitValue:
    message = read(*records)
    assert message.refused == ()
    (value,) = message.values
    assert isinstance(value, UnitValue)
    return value


def test_base_fields_hold_until_the_next_of_their_name() -> None:
    message = read(
        {"bn": "a/", "bt": 2_000_000_000, "bu": "Cel", "bv": 100},
        {"n": "x", "v": 1},
        {"n": "y", "v": 2, "u": "K", "t": 1.5},
        {"bn": "b/", "bv": 0, "n": "x", "v": 3},
        {"n": "y", "vb": True},
    )

    at = 2_000_000_000_000
    assert message.values == (
        UnitValue("a/x", 101.0, Quality.GOOD, at, "Cel"),
        UnitValue("a/y", 102.0, Quality.GOOD, at + 1500, "K"),
        UnitValue("b/x", 3.0, Quality.GOOD, at, "Cel"),
        UnitValue("b/y", True, Quality.GOOD, at, "Cel"),
    )


def test_a_record_may_be_its_base_name_alone() -> None:
    assert only({"bn": "x", "v": 1}).tag == "x"


@pytest.mark.parametrize(
    ("bt", "t", "ts", "offset"),
    [
        (0, 0, None, None),
        (0, -5, None, -5_000),
        (0, 0.25, None, 250),
        (-10, -5, None, -15_000),
        (0, 268_435_455, None, 268_435_455_000),
        (0, 268_435_456, 268_435_456_000, None),
        (1_276_020_076.001, -5, 1_276_020_071_001, None),
        (1_320_067_464, 0.0004, 1_320_067_464_000, None),
        (1_767_542_400, -1_767_542_395, None, 5_000),
    ],
)
def test_below_2_to_the_28_a_time_is_relative(
    bt: float, t: float, ts: int | None, offset: int | None
) -> None:
    found = only({"bt": bt, "n": "x", "t": t, "v": 1})

    assert (found.ts, found.offset) == (ts, offset)


def test_null_is_a_bad_value() -> None:
    assert only({"n": "x", "v": None, "bv": 7}).quality is Quality.BAD


def test_a_sum_is_passed_over_beside_a_value_and_refused_alone() -> None:
    message = read({"bs": 10, "n": "x", "v": 1, "s": 2}, {"n": "y", "s": 3})

    assert [(each.tag, each.value) for each in message.values] == [("x", 1.0)]
    assert message.refused == ("'y': a sum (s) without a value cannot be stored, send v.",)


@pytest.mark.parametrize(
    ("record", "word"),
    [
        ({"v": 1}, "a tag has 1 to 128"),
        ({"n": "x"}, "has no value"),
        ({"n": "x", "v": 1, "vs": "on"}, "not several"),
        ({"n": "x", "vd": "aGkgCg"}, "binary data"),
        ({"n": "x", "v": "1"}, "v '1' is no number"),
        ({"n": "x", "v": True}, "v True is no number"),
        ({"n": "x", "vb": 1}, "vb 1 is no boolean"),
        ({"n": "x", "vs": 5}, "vs 5 is no text"),
        ({"n": "x", "vs": ""}, "a state has 1 to 64"),
        ({"n": "x", "v": 1, "u": 5}, "u 5 is no text"),
        ({"n": 5, "v": 1}, "n 5 is no text"),
        ({"n": "x", "v": 1, "t": "now"}, "t 'now' is no time"),
        ({"n": "x", "v": 1, "t": None}, "t None is no time"),
        ({"n": "x", "v": 1.7e308, "bv": 1.7e308}, "is no number"),
    ],
)
def test_a_record_that_is_refused_says_why_and_leaves_the_others(
    record: dict[str, Any], word: str
) -> None:
    message = read({"n": "first", "v": 1}, record, {"bv": 0, "n": "last", "v": 2})

    assert [each.tag for each in message.values] == ["first", "last"]
    assert len(message.refused) == 1
    assert word in message.refused[0]


@pytest.mark.parametrize("base", [{"bt": "x"}, {"bt": None}, {"bn": 7}, {"bu": 7}])
def test_a_bad_base_field_spoils_those_that_rest_on_it_and_no_other(base: dict[str, Any]) -> None:
    (label,) = base
    mended = {"bt": 0, "bn": "", "bu": "Cel"}[label]

    message = read(base, {"n": "x", "v": 1}, {"n": "y", "v": 2}, {label: mended, "n": "z", "v": 3})

    assert [each.tag for each in message.values] == ["z"]
    assert len(message.refused) == 2


def test_a_record_that_is_no_object_leaves_the_others() -> None:
    message = read(7, {"n": "x", "v": 1})

    assert len(message.values) == len(message.refused) == 1


@pytest.mark.parametrize("version", [1, 5, 10, 26])
def test_a_version_that_we_know_is_read(version: int) -> None:
    assert only({"bver": version, "n": "x", "v": 1}).value == 1.0


@pytest.mark.parametrize("version", [0, -1, 11, 42, 10.5, "10", True, None])
def test_a_version_that_we_do_not_know_spoils_the_pack(version: object) -> None:
    with pytest.raises(Poison, match="version"):
        read({"n": "x", "v": 1}, {"bver": version, "n": "y", "v": 1})


def test_a_label_that_must_be_understood_spoils_the_pack() -> None:
    with pytest.raises(Poison, match="'ext_' must be understood"):
        read({"n": "x", "v": 1, "ext_": 5})


@pytest.mark.parametrize("payload", [b"{}", b"[]", b'{"n":"x","v":1}', b"null"])
def test_what_is_no_pack_is_poison(payload: bytes) -> None:
    with pytest.raises(Poison, match="SenML pack"):
        decode_senml(payload)


def received(unit: str, kind: PointKind = PointKind.ANALOG, **record: Any) -> Translation:
    book = Directory()
    book.put(Point(1, "acme", "x", kind, unit))
    payload = json.dumps([{"n": "x", **record}]).encode()
    return translate(book, "pw/v1/acme/gw1/senml", payload, NOW)


@pytest.mark.parametrize(
    ("named", "unit"),
    [
        ("Cel", "Cel"),
        ("Cel", "℃"),
        ("m3/s", "m³/s"),
        ("%RH", "%RH"),
        ("/100", "%"),
        ("/", "1"),
        ("ppm", "ppm"),
        ("pH", "[pH]"),
        ("%LEL", "%LEL"),
        ("kscmh", "kscmh"),
        ("", "Cel"),
    ],
)
def test_a_unit_that_agrees_leaves_the_value_good(named: str, unit: str) -> None:
    (reading,) = received(unit, u=named, v=5).readings

    assert reading.quality is Quality.GOOD


@pytest.mark.parametrize(
    ("named", "unit"),
    [
        ("K", "Cel"),
        ("Pa", "kPa"),
        ("%", "%"),
        ("%EL", "%LEL"),
        ("%EL", "%EL"),
        ("ppm", "%LEL"),
        ("mA", "ppm"),
        ("cel", "Cel"),
    ],
)
def test_a_unit_that_contradicts_makes_the_value_uncertain(named: str, unit: str) -> None:
    (reading,) = received(unit, u=named, v=5).readings

    assert (reading.value, reading.quality) == (5.0, Quality.UNCERTAIN)


def test_a_state_has_no_unit_and_a_bad_value_stays_bad() -> None:
    (state,) = received("1", PointKind.SWITCH, bu="Cel", vb=True).readings
    (bad,) = received("Cel", u="K", v=None).readings

    assert state.quality is Quality.GOOD
    assert bad.quality is Quality.BAD


def test_every_registered_name_agrees_with_some_unit() -> None:
    assert all(units and agrees(name, next(iter(units))) for name, units in AGREEING.items())


def test_a_relative_time_rests_on_the_receipt_and_says_so() -> None:
    (past,) = received("1", t=-60, v=1).readings
    (ahead,) = received("1", t=60, v=1).readings

    assert (past.measured_at, past.flags) == (NOW - 60_000, ReadingFlag.NO_TIME)
    assert ahead.flags == ReadingFlag.NO_TIME | ReadingFlag.FUTURE
