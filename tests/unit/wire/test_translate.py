"""From a delivery to readings, with a small register."""

import pytest

from services.domain.directory import Directory
from services.domain.formula import Formula
from services.domain.point import Point, PointKind, UnfitValue
from services.domain.reading import Quality, ReadingFlag
from services.wire.translate import Translation, UnregisteredValue, adopt, translate

NOW = 1_767_542_400_000
TOPIC = "pw/v1/acme/gw1/telemetry"
YEAR = 365 * 86_400_000


@pytest.fixture
def directory() -> Directory:
    book = Directory()
    book.put(Point(1, "acme", "GT-101", PointKind.COMBUSTIBLE_GAS, "%LEL", 0.0, 100.0))
    book.put(Point(2, "acme", "ESD-301", PointKind.INTERLOCK, "1"))
    book.put(Point(3, "other", "GT-101", PointKind.COMBUSTIBLE_GAS, "%LEL"))
    return book


def read(directory: Directory, payload: str, **how: bool) -> Translation:
    return translate(directory, TOPIC, payload.encode(), NOW, **how)


def test_a_tag_is_looked_up_in_the_enterprise_of_the_topic(directory: Directory) -> None:
    (reading,) = read(directory, f'{{"ts":{NOW - 50},"values":{{"GT-101":55}}}}').readings

    assert (reading.point_id, reading.value, reading.quality) == (1, 55.0, Quality.GOOD)
    assert (reading.measured_at, reading.received_at) == (NOW - 50, NOW)
    assert reading.flags == ReadingFlag.NONE


def test_a_state_is_stored_as_its_code(directory: Directory) -> None:
    readings = read(directory, '[{"values":{"ESD-301":"tripped"}},{"values":{"ESD-301":true}}]')

    assert [each.value for each in readings.readings] == [1.0, 1.0]


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ('"GT-101":true', "takes a number, not True"),
        ('"GT-101":"12"', "takes a number, not '12'"),
        ('"GT-101":"1_000"', "takes a number"),
        ('"GT-101":" 12 "', "takes a number"),
        ('"GT-101":"１２"', "takes a number"),
        ('"GT-101":"NaN"', "takes a number"),
        ('"ESD-301":1', "one of in_service"),
        ('"ESD-301":"Tripped"', "one of in_service"),
    ],
)
def test_a_value_that_does_not_fit_its_point_is_refused_alone(
    directory: Directory, values: str, word: str
) -> None:
    good = '"ESD-301":true' if "GT" in values else '"GT-101":1'
    found = read(directory, f'{{"values":{{{values},{good}}}}}')

    assert len(found.readings) == 1
    assert found.reason is not None
    assert word in found.reason


def test_without_a_time_the_time_of_receipt_holds(directory: Directory) -> None:
    (reading,) = read(directory, '{"boot":"a","seq":7,"values":{"GT-101":1}}').readings

    assert reading.measured_at == NOW
    assert reading.flags == ReadingFlag.NO_TIME
    assert (reading.boot, reading.seq) == ("a", 7)


def test_boot_and_seq_count_only_together(directory: Directory) -> None:
    found = read(directory, '[{"boot":"a","values":{"GT-101":1}},{"seq":7,"values":{"GT-101":1}}]')

    assert found.messages == ()
    assert [(each.boot, each.seq) for each in found.readings] == [(None, None)] * 2


@pytest.mark.parametrize(
    ("ahead", "flag"),
    [
        (1_000, ReadingFlag.NONE),
        (5_000, ReadingFlag.NONE),
        (10_000, ReadingFlag.FUTURE),
        (8 * 3_600_000, ReadingFlag.FUTURE),
        (9 * YEAR, ReadingFlag.FUTURE),
        (-3_600_000, ReadingFlag.NONE),
        (-8 * 86_400_000, ReadingFlag.OLD),
        (-9 * YEAR, ReadingFlag.OLD),
    ],
)
def test_times_that_are_off_are_flagged_and_kept(
    directory: Directory, ahead: int, flag: ReadingFlag
) -> None:
    (reading,) = read(directory, f'{{"ts":{NOW + ahead},"values":{{"GT-101":1}}}}').readings

    assert reading.flags == flag
    assert reading.measured_at == NOW + ahead


@pytest.mark.parametrize(
    ("ts", "word"),
    [
        (0, "10 years"),
        (-1, "10 years"),
        (NOW + 11 * YEAR, "10 years"),
        (NOW - 11 * YEAR, "10 years"),
        (253_402_300_799_000, "10 years"),
        (NOW // 1000, "seconds"),
        (NOW * 1000, "microseconds"),
        (NOW * 1_000_000, "nanoseconds"),
        (10**308, "10 years"),
        (-(10**308), "10 years"),
    ],
)
def test_a_time_more_than_ten_years_off_is_refused(
    directory: Directory, ts: int, word: str
) -> None:
    found = read(directory, f'{{"ts":{ts},"values":{{"GT-101":1}}}}')

    assert found.readings == ()
    assert found.reason is not None
    assert word in found.reason


def test_out_of_range_is_flagged_and_kept(directory: Directory) -> None:
    low, inside = read(directory, '[{"values":{"GT-101":-3}},{"values":{"GT-101":100}}]').readings

    assert low.flags & ReadingFlag.OUT_OF_RANGE
    assert not inside.flags & ReadingFlag.OUT_OF_RANGE


def test_a_redelivered_message_says_so_in_each_reading(directory: Directory) -> None:
    (reading,) = read(directory, '{"values":{"GT-101":1}}', redelivered=True).readings

    assert reading.flags == ReadingFlag.NO_TIME | ReadingFlag.REDELIVERED


def test_an_unknown_tag_is_kept_for_adoption(directory: Directory) -> None:
    found = read(directory, '{"values":{"NEW":5,"NEW-S":"open","NEW-B":true,"NEW-0":null}}')

    assert found.readings == ()
    assert found.reason is None
    assert [(each.tag, each.number, each.state) for each in found.unregistered] == [
        ("NEW", 5.0, None),
        ("NEW-S", None, "open"),
        ("NEW-B", None, "true"),
        ("NEW-0", None, None),
    ]


def test_an_adopted_value_becomes_a_reading_of_its_point(directory: Directory) -> None:
    gas, interlock = directory.by_id[1], directory.by_id[2]

    def kept(number: float | None, state: str | None) -> UnregisteredValue:
        return UnregisteredValue(
            "NEW", NOW - 9, NOW, number, state, Quality.GOOD, ReadingFlag.NO_TIME
        )

    assert (
        adopt(gas, kept(500.0, None), "gw").flags == ReadingFlag.NO_TIME | ReadingFlag.OUT_OF_RANGE
    )
    assert adopt(interlock, kept(None, "true"), "gw").value == 1.0
    assert adopt(interlock, kept(None, "removed"), "gw").value == 5.0
    assert adopt(gas, kept(None, None), "gw").value is None
    with pytest.raises(UnfitValue):
        adopt(gas, kept(None, "tripped"), "gw")


@pytest.mark.parametrize(
    "leaf", ["Telemetry", "Neuron", "thingsboard", "x", "telemetry ", "SENML", "ack"]
)
def test_any_other_leaf_is_a_dead_letter(directory: Directory, leaf: str) -> None:
    found = translate(directory, f"pw/v1/acme/gw1/{leaf}", b"{}", NOW)

    assert (found.enterprise, found.gateway) == ("acme", "gw1")
    assert found.reason is not None
    assert found.reason.startswith("Unknown topic")


@pytest.mark.parametrize(
    "topic",
    ["", "/", "pw/v1//gw1/telemetry", "pw/v1/a b/gw/telemetry", "pw/v1/" + "a" * 65 + "/g/telemetry",
     "pw/v2/a/g/telemetry", "pw/v1/a/g/telemetry/", "pw/v1/a\x00/g/t\ufffd", "x" * 65_535, "/" * 200],
)  # fmt: skip
def test_a_strange_topic_is_a_dead_letter(directory: Directory, topic: str) -> None:
    found = translate(directory, topic, b'{"values":{"GT-101":1}}', NOW)

    assert found.readings == ()
    assert found.reason is not None
    assert "unknown" in found.reason
    assert len(found.reason) < 300


def test_retained_telemetry_is_nothing_new_but_a_retained_state_is(directory: Directory) -> None:
    again = read(directory, '{"values":{"GT-101":99}}', retained=True)
    state = translate(directory, "pw/v1/acme/gw1/state", b'{"online":false}', NOW, retained=True)

    assert again.repeated
    assert again.readings == ()
    assert state.state is not None
    assert not state.state.online


def test_a_reason_stays_short_however_much_is_refused(directory: Directory) -> None:
    many = ",".join(f'"GT-{i}\\n":1' for i in range(5_000))

    reason = read(directory, f'{{"values":{{{many}}}}}').reason

    assert reason is not None
    assert len(reason) <= 1000
    assert "more like these" in reason


def test_a_derived_point_is_ours_to_send_and_nobody_elses(directory: Directory) -> None:
    formula = Formula("a + 1.0", (("a", "GT-101"),))
    kind = PointKind.ANALOG
    directory.put(Point(9, "acme", "GD-1", kind, "1", formula=formula))
    payload = f'{{"ts":{NOW},"values":{{"GD-1":7,"GT-101":6}}}}'
    foreign = read(directory, payload)
    assert [each.point_id for each in foreign.readings] == [1]
    assert foreign.reason == (
        "'GD-1': it is computed by Parkwatch, no gateway may send it: choose another tag."
    )
    own = translate(directory, "pw/v1/acme/_derived/telemetry", payload.encode(), NOW)
    assert [each.point_id for each in own.readings] == [9]
    assert own.reason == "'GT-101': it is measured, only derived points are computed."
    kept = UnregisteredValue("GD-1", NOW, NOW, 1.0, None, Quality.GOOD, ReadingFlag.NONE)
    assert adopt(directory.by_id[9], kept, "_derived").value == 1.0
    with pytest.raises(UnfitValue, match="no gateway may send it"):
        adopt(directory.by_id[9], kept, "gw1")
