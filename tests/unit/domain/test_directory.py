"""The register in memory: versions of rules, which of them judges when, and what is shared."""

from dataclasses import replace

import pytest

from services.domain.detector_kind import DetectorKind
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange, Directory, GoneGateway
from services.domain.point import Point, PointKind
from services.domain.rule import Condition, Direction, LimitRule
from services.domain.sharing import Sharing

TANK = Point(7, "acme", "LT-1", PointKind.LEVEL, "m", 0.0, 12.5, gateway="gw-1", period_s=2.5)
LIMIT = LimitRule("H-1", 1, "acme", 7, Condition.H, 9.5, 2, 0.5)
WATCH = DetectorRule("D-1", 2, "acme", DetectorKind.STUCK, {"a": 7}, {"span_s": 60.0}, 3)


def own(text: str) -> str:
    """An equal text that is another object, as from a database."""
    return bytes(text, "utf-8").decode()


def numbers(directory: Directory, at: int) -> list[int]:
    return sorted(rule.version for rule in directory.in_force_at(7, at))


def test_a_point_is_found_by_its_name_and_number_until_it_is_removed() -> None:
    directory = Directory()
    assert directory.find("acme", "LT-1") is None
    directory.put(TANK)
    directory.put(replace(TANK, id=8, tag="LT-2"))
    directory.put_rule(LIMIT)
    assert directory.find("acme", "LT-1") is TANK
    assert directory.find("beta", "LT-1") is None
    directory.remove(TANK)
    assert directory.find("acme", "LT-1") is None
    assert list(directory.by_id) == [8]
    assert directory.find("acme", "LT-2") is not None
    assert directory.in_force(7) == []
    directory.remove(replace(TANK, id=8, tag="LT-2"))
    assert directory.by_name == {}
    directory.remove(TANK)


def test_a_version_that_got_its_end_takes_the_place_of_itself_and_of_no_other() -> None:
    directory = Directory()
    directory.put(TANK)
    other = replace(LIMIT, id="L-1", condition=Condition.L)
    for rule in (LIMIT, other, replace(LIMIT, valid_to=50), replace(LIMIT, version=2)):
        directory.put_rule(rule)
    assert [(rule.id, rule.version) for rule in directory.in_force(7)] == [("L-1", 1), ("H-1", 2)]
    assert len(directory.rules[7]) == 3


def test_a_rule_without_its_point_waits_for_it_and_a_strangers_keeps_its_enterprise() -> None:
    directory = Directory()
    directory.put_rule(LIMIT)
    assert directory.in_force(7) == [LIMIT]
    directory.put(TANK)
    foreign = replace(LIMIT, id="X-1", enterprise="beta")
    directory.put_rule(foreign)
    assert [rule.enterprise for rule in directory.in_force(7)] == ["acme", "beta"]


def test_an_instant_is_judged_by_the_version_of_its_time() -> None:
    directory = Directory()
    first = replace(LIMIT, valid_from=100, valid_to=200)
    for rule in (first, replace(LIMIT, version=2, valid_from=200)):
        directory.put_rule(rule)
    assert [numbers(directory, at) for at in (100, 199, 200, 10**6)] == [[1], [1], [2], [2]]
    assert numbers(directory, 99) == [2], "it did not exist yet: the one in force now"


def test_between_two_lives_of_a_rule_nothing_judges() -> None:
    directory = Directory()
    for rule in (
        replace(LIMIT, valid_from=100, valid_to=200),
        replace(LIMIT, version=2, valid_from=300),
    ):
        directory.put_rule(rule)
    assert [numbers(directory, at) for at in (200, 299, 300)] == [[], [], [2]]


def test_of_a_detector_rule_the_newest_version_counts_and_one_with_an_end_takes_it_away() -> None:
    directory = Directory()
    key = ("acme", "D-1")
    directory.put_detector(replace(WATCH, valid_to=5))
    assert directory.detectors == {}
    directory.put_detector(WATCH)
    directory.put_detector(replace(WATCH, version=1))
    assert directory.detectors[key] is WATCH
    same = replace(WATCH, grade=1)
    directory.put_detector(same)
    assert directory.detectors[key] is same
    directory.put_detector(replace(WATCH, version=1, valid_to=5))
    assert directory.detectors[key] is same
    directory.put_detector(replace(WATCH, valid_to=5))
    assert directory.detectors == {}


def test_a_change_of_the_book_tells_what_it_touched() -> None:
    directory = Directory()
    directory.put(replace(TANK, id=9, tag="LT-9"))
    change = BookChange(
        5,
        points=(TANK,),
        removed_points=(replace(TANK, id=9, tag="LT-9"),),
        rules=(LIMIT, replace(LIMIT, id="lost", point_id=77)),
        detectors=(WATCH,),
    )
    assert change.apply(directory) == {7, 9, 77}
    assert directory.version == 5
    assert (list(directory.by_id), list(directory.rules)) == ([7], [7])
    assert directory.detectors == {("acme", "D-1"): WATCH}
    assert Directory().version == 0


def test_a_gateway_carried_the_points_that_name_it() -> None:
    gone = GoneGateway("acme", "gw-1", 3)
    assert gone.carried(TANK) is True
    assert gone.carried(replace(TANK, gateway="gw-2")) is False
    assert gone.carried(replace(TANK, enterprise="beta")) is False


def test_a_detector_rule_says_nothing_that_nobody_said() -> None:
    assert (WATCH.on_delay_ms, WATCH.off_delay_ms, WATCH.latch, WATCH.realarm_ms) == (
        0, 0, False, None)  # fmt: skip
    assert (WATCH.valid_from, WATCH.valid_to, WATCH.valid_until) == (0, None, None)
    assert (WATCH.owner, WATCH.message) == (None, None)
    assert (WATCH.main, WATCH.condition) == (7, "stuck")


def test_a_limit_rule_says_nothing_that_nobody_said() -> None:
    bare = LimitRule("H-1", 1, "acme", 7, Condition.H, 9.5, 2)
    assert (bare.deadband, bare.on_delay_ms, bare.off_delay_ms, bare.valid_from) == (0, 0, 0, 0)
    assert (bare.latch, bare.realarm_ms, bare.owner, bare.valid_until) == (False, None, None, None)
    assert bare.direction is Direction.HIGH


@pytest.mark.parametrize(
    ("condition", "reached", "inside", "left", "held"),
    [(Condition.H, 9.5, 9.4, 8.9, 9.0), (Condition.LL, 9.5, 9.6, 10.1, 10.0)],
)
def test_a_limit_is_reached_at_itself_and_left_beyond_its_deadband(
    condition: Condition, reached: float, inside: float, left: float, held: float
) -> None:
    rule = replace(LIMIT, condition=condition)
    assert [rule.reached(value) for value in (reached, inside)] == [True, False]
    assert [rule.left(value) for value in (left, held)] == [True, False]


# One object for equal values


def test_points_share_their_texts_and_numbers() -> None:
    sharing = Sharing()
    one, other = (
        Point(
            number, own("acme"), f"T-{number}", PointKind.LEVEL, own("percent"),
            float(own("0.25")), float(own("99.75")), own("gw-17"), own("tanks"), own("water"),
            period_s=float(own("2.5")),
        )
        for number in (1, 2)
    )  # fmt: skip
    assert one.gateway is not other.gateway
    sharing.point(one)
    sharing.point(other)
    for name in ("enterprise", "unit", "gateway", "hazard_source", "substance", "range_low",
                 "range_high", "period_s"):  # fmt: skip
        assert getattr(one, name) is getattr(other, name) is not None, name
    bare = Point(3, "acme", "T-3", PointKind.LEVEL, "percent")
    sharing.point(bare)
    assert (bare.gateway, bare.range_low, bare.period_s) == (None, None, None)


def test_rules_share_what_their_point_says_and_their_numbers_and_times() -> None:
    sharing = Sharing()
    point = replace(TANK, id=10**6)
    made = [
        LimitRule(
            f"H-{n}", 1, own("acme"), int("1000000"), Condition.H, float("9.125"), 2,
            float("0.125"), int("30001"), int("60001"), int("1700000000000"),
        )
        for n in (1, 2)
    ]  # fmt: skip
    assert made[0].limit is not made[1].limit
    for rule in made:
        sharing.rule(rule, point)
        assert rule.point_id is point.id
        assert rule.enterprise is point.enterprise
    for name in ("limit", "deadband", "on_delay_ms", "off_delay_ms", "valid_from"):
        assert getattr(made[0], name) is getattr(made[1], name), name
    assert (made[1].limit, made[1].deadband) == (9.125, 0.125)
    assert (made[1].on_delay_ms, made[1].off_delay_ms) == (30_001, 60_001)


def test_a_whole_number_is_not_swapped_for_a_fraction() -> None:
    sharing = Sharing()
    sharing.rule(replace(LIMIT, limit=9.0, deadband=1.0), TANK)
    whole = replace(LIMIT, limit=9, deadband=1)
    sharing.rule(whole, TANK)
    assert isinstance(whole.limit, int)
    assert isinstance(whole.deadband, int)
