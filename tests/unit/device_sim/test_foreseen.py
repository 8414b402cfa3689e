"""Trips, bypasses and silences that a truth makes one expect, against times read off by hand."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import load
from device_sim.fleet.stream import run_headless
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.truth.clocks import wrong
from device_sim.truth.expectation import Occurrence
from device_sim.truth.kind import BYPASS, ENTERPRISE, SILENCE, TRIP
from device_sim.truth.ledger import Ledger
from device_sim.truth.oracle import foreseen, judged
from device_sim.truth.reconciling import Findings, compare_alarms
from device_sim.truth.record import Record, Told, read_record
from tests.unit.device_sim.shelf import heard

ALL_S = 200
"""Seconds of the made-up records."""


Run = Callable[[str, int], Record]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The truth of so many seconds of a scenario; each is played once."""

    @cache
    def played(name: str, seconds: int) -> Record:
        folder = tmp_path_factory.mktemp("truth") / name
        scenario = load(name).model_copy(update={"park": "physical"})
        with Ledger(folder) as ledger:
            run_headless(scenario, 1, PERSONAS["native"], seconds, ledger)
            run = {"seed": 1, "speed": 1.0}
            ledger.seal(scenario, scenario.start_ms, seconds, run)
        return read_record(folder)

    return played


def seen(record: Record, *kinds: str) -> list[tuple[str, str, float, float | None, bool]]:
    """Name, condition, and seconds from the start; whether it is sure. Not what may be left of an
    earlier run."""
    start = record.manifest["start_ms"]
    return [
        (
            "/".join(each.point),
            each.condition,
            (each.raised_at - start) / 1000,
            None if each.ended_at is None else (each.ended_at - start) / 1000,
            each.sure,
        )
        for each in foreseen(record, PHYSICAL_PARK)
        if each.direction in kinds and each.raised_at > start
    ]


def test_a_trip_and_a_bypass_left_in_are_expected(recorded: Run) -> None:
    """Tripped by hand at 60 s; its demand is gone at 70 s, for 60 s: reset pending at 129 s. From
    400 s bypassed, and never put back."""
    record = recorded("interlock_bypass", 500)
    assert seen(record, TRIP, BYPASS, SILENCE) == [
        ("E001/ESD-101", "state", 60.0, 129.0, True),
        ("E001/ESD-101", "bypass_unapproved", 400.0, None, True),
    ]


def test_a_gateway_that_is_cut_off_is_expected_to_be_missed(recorded: Run) -> None:
    """Cut at 320 s: last heard at 319 s, its second-by-second points may be silent for 10 s."""
    record = recorded("seal_leak_unseen", 650)
    assert seen(record, SILENCE) == [("E001/gateway G01", "offline", 329.0, 600.0, True)]
    fast = replace(record, manifest={**record.manifest, "speed": 200.0})
    assert seen(fast, SILENCE) == [], "who waits, waits by the clock on the wall"
    assert not any(kind == SILENCE for _, kind in judged(fast, PHYSICAL_PARK))


def test_of_an_enterprise_without_power_the_last_gateway_speaks_for_all(recorded: Run) -> None:
    """Dark from 300 to 390 s. Last heard at 299 (G01), 298 (G02) and 295 s (weather, every 5 s, so
    15 s may pass): which of G01 and the weather station is the last nobody can say."""
    record = recorded("power_dip", 450)
    assert sorted(seen(record, SILENCE)) == [
        ("E001/enterprise", "offline", 310.0, 390.0, True),
        ("E001/gateway G01", "offline", 309.0, 390.0, False),
        ("E001/gateway G01", "offline", 390.0, 390.0, False),
        ("E001/gateway G02", "offline", 308.0, 390.0, False),
        ("E001/gateway G02", "offline", 390.0, 390.0, False),
        ("E001/gateway MET", "offline", 310.0, 390.0, False),
        ("E001/gateway MET", "offline", 390.0, 390.0, False),
    ]
    trips = [name for name, *_ in seen(record, TRIP)]
    assert trips == ["E001/ESD-101", "E001/ESD-201"], "what is de-energised to trip has tripped"


def made_up(told: dict[tuple[str, str], Iterable[int]], bad: Iterable[int] = ()) -> Record:
    """Points that spoke at these seconds; what is in ``bad`` of the first is bad."""
    first, useless = next(iter(told)), frozenset(bad)
    return Record(
        {"park": "physical", "speed": 1.0, "start_ms": 0},
        {
            point: [
                Told(s * 1000, 1.0, "bad" if point == first and s in useless else "good", s * 1000)
                for s in seconds
            ]
            for point, seconds in told.items()
        },
        [],
    )


OTHER = ("E001", "GT-102")
POINT = ("E001", "GT-101")


@pytest.mark.parametrize("way", ["nothing", "bad"])
def test_a_point_is_missed_alone_while_its_gateway_goes_on(way: str) -> None:
    gone = range(50, 100)
    there = [s for s in range(ALL_S) if way == "bad" or s not in gone]
    record = made_up({POINT: there, OTHER: range(ALL_S)}, gone if way == "bad" else ())
    assert seen(record, SILENCE) == [("E001/GT-101", "stale", 59.0, 100.0, True)]


def test_behind_a_silent_gateway_a_point_has_its_time_anew() -> None:
    """The gateway is back at 100 s, the point is not: it may be silent for 10 s from then on."""
    both = [s for s in range(ALL_S) if not 50 <= s < 100]
    record = made_up(
        {POINT: [s for s in both if s < 100], OTHER: both, ("E001", "TI-201"): range(0, ALL_S, 2)}
    )
    assert seen(record, SILENCE) == [
        ("E001/gateway G01", "offline", 59.0, 100.0, True),
        ("E001/GT-101", "stale", 110.0, None, True),
    ]


def test_a_gateway_that_is_still_silent_when_its_enterprise_is_heard_speaks_for_itself() -> None:
    early = [s for s in range(ALL_S) if not 50 <= s < 100]
    late = [s for s in range(0, ALL_S, 2) if not 80 <= s < 140]
    record = made_up({POINT: early, ("E001", "TI-201"): late})
    assert seen(record, SILENCE) == [
        ("E001/gateway G01", "offline", 59.0, 100.0, True),
        (f"E001/{ENTERPRISE}", "offline", 88.0, 100.0, True),
        ("E001/gateway G02", "offline", 100.0, 140.0, True),
    ]


def test_a_silence_as_long_as_is_allowed_may_be_told_or_not() -> None:
    there = [s for s in range(ALL_S) if not 50 <= s < 59]
    record = made_up({POINT: there, OTHER: range(ALL_S)})
    (edge,) = [each for each in foreseen(record, PHYSICAL_PARK) if each.raised_at]
    assert (edge.raised_at, edge.ended_at, edge.sure) == (59_000, 59_000, False)
    for told in ([], heard([edge])):
        findings = Findings()
        compare_alarms(findings, record, [edge], told)
        assert findings.clean
        assert (findings.expected, findings.found) == (len(told), len(told))


def test_of_an_enterprise_whose_messages_nobody_acknowledged_no_silence_is_asked() -> None:
    silent = Occurrence(("E001", "gateway G01"), SILENCE, 59_000, None, 59_000, "offline", 2)
    record = made_up({POINT: range(ALL_S)})
    missed = Findings()
    compare_alarms(missed, record, [silent], [])
    assert missed.missed == [silent]
    unsure = Findings(unsure_points={OTHER})
    compare_alarms(unsure, record, [silent], [])
    assert unsure.clean


def test_a_clock_that_is_wrong_is_expected_to_be_told() -> None:
    """Ahead by 300 s from 50 to 100 s; behind by 150 s from then on, but for a store that is emptied."""
    ahead = [(s, s + 300 if 50 <= s < 100 else s) for s in range(ALL_S)]
    assert clocks(ahead) == [(60, 100)]
    assert clocks([(s, s + 4) for s in range(ALL_S)]) == [], "4 s ahead is no fault"
    assert clocks([(s, s - 150) for s in range(ALL_S)]) == [(60, None)]
    assert clocks([(s, -400 + 2 * s) for s in range(ALL_S)]) == [], "it catches up"


def clocks(said: list[tuple[int, int]]) -> list[tuple[int, int | None]]:
    """Seconds of leaving and of the stamp, to seconds from when until when it is told."""
    found = wrong(("E001", "gateway G01"), [(left * 1000, at * 1000) for left, at in said])
    return [
        (each.raised_at // 1000, None if each.ended_at is None else each.ended_at // 1000)
        for each in found
    ]


def test_a_cause_is_detected_at_what_it_names(recorded: Run) -> None:
    """A cut at its gateway, a hand at its interlock, a power cut anywhere in its enterprise."""
    record = recorded("seal_leak_unseen", 650)
    findings, wanted = Findings(), foreseen(record, PHYSICAL_PARK)
    compare_alarms(findings, record, wanted, heard(wanted))
    cut, leak = findings.by_cause["3 offline"], findings.by_cause["2 leak"]
    assert cut is not None
    assert leak is not None
    assert (cut.due_ms, leak.due_ms) == (9_000, 29_000)
    assert findings.by_cause["1 instrument"] is None, "poisoned, it feels nothing"
    record = recorded("interlock_bypass", 500)
    findings, wanted = Findings(), foreseen(record, PHYSICAL_PARK)
    compare_alarms(findings, record, wanted, heard(wanted))
    assert [each and each.due_ms for each in findings.by_cause.values()] == [0, 0]


def test_after_an_earlier_run_a_gateway_may_speak_for_itself_until_it_is_heard() -> None:
    """Its enterprise was silent, and another gateway is heard first."""
    record = made_up({POINT: range(ALL_S), ("E001", "WS-001"): range(4, ALL_S, 5)})
    wanted = foreseen(record, PHYSICAL_PARK)
    met = [each for each in wanted if each.point == ("E001", "gateway MET")]
    assert [(each.raised_at, each.ended_at, each.sure) for each in met] == [(0, 4_000, False)]
    findings = Findings()
    compare_alarms(findings, record, wanted, heard(met))
    assert findings.clean
    late = [replace(each, raised_at=20_000) for each in heard(met)]
    compare_alarms(findings, record, wanted, late)
    assert findings.false == late
