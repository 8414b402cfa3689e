"""What the standards say beside limits: proposed with where it comes from, and fit to judge."""

import pytest

from services.domain.detector_rule import validated
from services.domain.detector_template import ProposedDetector, propose_detectors
from services.domain.gas import Trust
from services.domain.point import Point, PointKind
from services.wire.expression import watch


def point(number: int, kind: str, unit: str, **more: object) -> Point:
    described = {"hazard_source": "H-1", **more}
    return Point(number, "acme", f"X-{number}", PointKind(kind), unit, **described)  # type: ignore[arg-type]


def named(*args: object, **more: object) -> dict[str, ProposedDetector]:
    return {each.name: each for each in propose_detectors(*args, **more)}  # type: ignore[arg-type]


GAS = point(1, "combustible_gas", "%LEL", range_low=0.0, range_high=100.0, substance="CH4")


def test_two_detectors_of_one_source_at_the_first_level_are_red() -> None:
    alike = point(2, "combustible_gas", "%LEL", substance="CH4")
    strangers = [
        GAS,
        point(3, "combustible_gas", "ppm", substance="CH4"),
        point(4, "combustible_gas", "%LEL", substance="H2"),
        point(5, "combustible_gas", "%LEL", substance="CH4", hazard_source="H-2"),
        point(6, "toxic_gas", "%LEL", substance="CH4"),
    ]
    vote = named(GAS, [alike, *strangers])["vote"]
    assert vote.others == (alike,)
    assert vote.parameters == {"needed": 2, "limit": 25.0, "window_s": 60.0}
    assert (vote.grade, vote.latch, vote.source, vote.trust) == (
        1, True, "GB 16808-2025", Trust.READ,
    )  # fmt: skip
    assert "vote" not in named(GAS, strangers)
    nowhere = point(7, "combustible_gas", "%LEL", hazard_source=None)
    assert "vote" not in named(nowhere, [point(8, "combustible_gas", "%LEL", hazard_source=None)])


def test_a_registered_group_votes_as_a_whole_wherever_its_points_are() -> None:
    far = point(2, "combustible_gas", "%LEL", substance="C3H8", hazard_source=None)
    vote = named(GAS, [GAS, far], group="ring")["vote"]
    assert (vote.group, vote.others) == ("ring", ())
    assert vote.parameters == {"needed": 2, "limit": 25.0, "window_s": 60.0}
    assert "two of the group's detectors at the first level, 25 %LEL" in vote.basis
    assert (
        named(GAS, [GAS, point(2, "combustible_gas", "%LEL", substance="CH4")])["vote"].group
        is None
    )
    assert "vote" not in named(GAS, [GAS], group="ring"), "one votes with nobody"


@pytest.mark.parametrize(
    "stranger",
    [
        point(3, "combustible_gas", "ppm", substance="CH4"),
        point(3, "oxygen", "%LEL"),
        point(3, "smoke", "state"),
    ],
)
def test_a_group_with_one_that_reads_otherwise_is_not_voted_over(stranger: Point) -> None:
    alike = point(2, "combustible_gas", "%LEL", substance="CH4")
    assert "vote" not in named(GAS, [GAS, alike, stranger], group="ring")
    assert "vote" in named(GAS, [GAS, alike, stranger]), (
        "of a hazard source the others are left out"
    )


def test_of_toxic_gases_the_first_levels_have_to_be_the_same() -> None:
    chlorine = point(1, "toxic_gas", "ppm", substance="7782-50-5")
    again = point(2, "toxic_gas", "ppm", substance="7782-50-5")
    ammonia = point(3, "toxic_gas", "ppm", substance="7664-41-7")
    assert "vote" in named(chlorine, [chlorine, again], group="ring")
    assert "vote" not in named(chlorine, [chlorine, ammonia], group="ring")


def test_a_group_is_no_larger_than_a_rule_may_be() -> None:
    many = [point(n, "combustible_gas", "%LEL", substance="CH4") for n in range(2, 60)]
    assert len(named(GAS, many)["vote"].others) == 19
    assert "vote" not in named(GAS, [GAS, *many[:20]], group="ring"), "and nobody is left out of it"
    assert "vote" in named(GAS, [GAS, *many[:19]], group="ring")


def test_the_failure_bands_are_those_of_ne_43_and_last() -> None:
    milliampere = named(point(1, "analog", "mA"))["signal"]
    assert (milliampere.source, milliampere.on_delay_s) == ("NAMUR NE 43", 4.0)
    assert "transmitter" not in milliampere.basis
    assert "only where the range" in named(GAS)["signal"].basis
    assert "signal" not in named(point(1, "temperature", "Cel"))
    assert "signal" not in named(point(1, "wind_speed", "m/s", range_low=0.0, range_high=60.0))


def test_a_level_warns_before_there_is_no_time_left_to_act() -> None:
    tank = point(1, "level", "m", range_low=0.0, range_high=10.0)
    filling = named(tank, (), 720.0)["filling"]
    assert filling.parameters == {"limit": 9.0, "horizon_s": 1080.0}
    assert "720 s" in filling.basis
    assert named(tank, (), 1.0)["filling"].parameters["horizon_s"] == 60.0
    assert "filling" not in named(tank)
    assert "filling" not in named(point(1, "level", "m"), (), 720.0)
    assert "filling" not in named(GAS, (), 720.0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("fire", {"fire": "alarm"}),
        ("smoke", {"fire": "alarm"}),
        (
            "interlock",
            {"trip": "tripped", "bypass": "bypass_maintenance,bypass_operational,removed"},
        ),
        ("valve", {}),
        ("switch", {}),
        ("wind_direction", {}),
    ],
)
def test_states_that_are_alarms(kind: str, expected: dict[str, str]) -> None:
    found = named(point(1, kind, "state"))
    assert {name: each.parameters["states"] for name, each in found.items()} == expected
    assert all(each.on_delay_s == 0 for each in found.values())


def test_detectors_of_gas_tell_their_faults_apart_from_gas() -> None:
    assert named(GAS)["fault"].on_delay_s < 100
    assert "fault" in named(point(1, "oxygen", "vol%"))
    assert "fault" not in named(point(1, "temperature", "Cel"))


@pytest.mark.parametrize("kind", PointKind)
def test_whatever_is_proposed_can_judge(kind: PointKind) -> None:
    units = {"combustible_gas": "%LEL", "toxic_gas": "%OEL", "oxygen": "vol%"}
    unit = units.get(kind, "%")
    own = point(1, kind, unit, range_low=0.0, range_high=100.0)
    for each in propose_detectors(own, [point(2, kind, unit)], 600.0):
        points = {other.tag: other for other in (own, *each.others)}
        fitted = validated(each.kind, points, each.parameters, each.grade, watch)
        assert each.parameters.items() <= fitted.items()
        assert each.source
        assert each.basis
