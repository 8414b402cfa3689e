"""Units that just run: calm, lively, the same for the same seed, and cheap to ask."""

from collections.abc import Mapping

from device_sim.fleet.routine import Routine
from device_sim.fleet.scenario import load
from device_sim.fleet.world import World
from device_sim.message import Value
from device_sim.park.description import PointCard, Station, Usual
from device_sim.park.sample import SAMPLE_PARK

UNIT = Station(
    "G9",
    "装置",
    "Unit",
    (0.0, 0.0, 1.0),
    10,
    (
        PointCard("TI-1", "temperature", "Cel", "温度", "T", 0, 100, usual=Usual(50.0, 1.0)),
        PointCard(
            "TI-2", "temperature", "Cel", "温度", "T", 0, 100, usual=Usual(50.0, 1.0, "TI-1")
        ),
        PointCard("ESD-1", "interlock", "1", "联锁", "Interlock", usual=Usual("in_service")),
    ),
)


def _course(seed: int) -> list[float]:
    unit, seen = Routine("E9", UNIT, seed), []
    for _ in range(2_000):
        unit.step()
        value = unit.truth(0)["TI-1"]
        assert isinstance(value, float)
        seen.append(value)
    return seen


def test_it_strays_about_what_is_usual_and_never_farther_than_three_deviations() -> None:
    seen = _course(1)
    assert all(47 <= value <= 53 for value in seen)
    assert len(set(seen)) > 1_900
    assert 49 < sum(seen) / len(seen) < 51


def test_the_same_seed_gives_the_same_course_and_another_seed_another() -> None:
    assert _course(3) == _course(3)
    assert _course(3) != _course(4)


def test_two_that_measure_one_thing_have_one_truth() -> None:
    unit = Routine("E9", UNIT, 1)
    unit.step()
    truth = unit.truth(0)
    assert truth["TI-1"] == truth["TI-2"]


def test_a_bypass_is_shown_until_its_end_and_at_its_own_point_only() -> None:
    unit = Routine("E9", UNIT, 1)
    unit.hold({("E9", "ESD-1"): ("bypass_maintenance", 5_000), ("E8", "TI-1"): ("fault", 9_000)})
    assert unit.truth(4_999)["ESD-1"] == "bypass_maintenance"
    assert unit.truth(5_000)["ESD-1"] == "in_service"
    assert isinstance(unit.truth(0)["TI-1"], float)


def test_it_is_read_at_its_gateways_period() -> None:
    unit = Routine("E9", UNIT, 1)
    assert [second for second in range(31) if unit.is_due(float(second))] == [0, 10, 20, 30]


def _shown(seed: int) -> Mapping[str, Value]:
    spec = load("quiet")
    world = World(SAMPLE_PARK, spec, seed)
    for second in range(31):
        world.step(1.0, float(second), spec.start_ms + second * 1000)
    return {
        f"{e.code}/{tag}": value
        for e, s in SAMPLE_PARK.stations()
        for tag, value in world.shown(e.code, s.gateway).items()
    }


def test_every_point_of_the_park_shows_something_and_the_same_for_the_same_seed() -> None:
    first = _shown(5)
    assert len(first) == sum(len(station.points) for _, station in SAMPLE_PARK.stations())
    assert _shown(5) == first
    assert _shown(6) != first
