"""Groups of detectors: neighbours, first-outs, and rules over a group whose members change."""

from dataclasses import replace

from services.alerts.engine import Action, Engine
from services.domain.alarm import Alarm, AlarmState
from services.domain.alarm_life import LifeEvent
from services.domain.detector_group import DetectorGroup, GroupKind
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange
from services.domain.point import Point, PointKind
from tests.stories.park import GAS, Told, ms, rule
from tests.stories.rules import Ruled, detector

EAST = replace(GAS, id=31, tag="GT-1", hazard_source="tanks")
WEST = replace(EAST, id=32, tag="GT-2")
NORTH = replace(EAST, id=33, tag="GT-3")
SOUTH = replace(EAST, id=34, tag="GT-4")
FAR = replace(EAST, id=35, tag="GT-5", hazard_source="wharf")
SMOKE = Point(36, "acme", "SD-1", PointKind.SMOKE, "state", hazard_source="wharf")
POINTS = (EAST, WEST, NORTH, SOUTH, FAR, SMOKE)
HIGH, LOW = 30.0, 1.0


def group(code: str, *members: Point, kind: GroupKind = GroupKind.GAS) -> DetectorGroup:
    return DetectorGroup("acme", code, kind, tuple(each.id for each in members))


class Grouped(Ruled):
    """A park of gas detectors with these groups, each with a limit of 25 %LEL."""

    def __init__(self, *groups: DetectorGroup, rules: tuple[DetectorRule, ...] = ()) -> None:
        super().__init__()
        for point in POINTS:
            self.directory.put(point)
            if point.kind is not PointKind.SMOKE:
                self.directory.put_rule(rule("H", 25, 3, point=point))
        for each in groups:
            self.directory.groups.put(each)
        for one in rules:
            self.directory.put_detector(one)
        self.engine = Engine(self.directory)

    def regroup(self, *groups: DetectorGroup) -> Told:
        """The book brings other groups."""
        change = BookChange(self.directory.version + 1, groups=groups)
        return self.take(self.engine.apply_book(change, ms(self.now)))

    def of(self, point: Point, condition: str = "H") -> Alarm:
        """The alarm of a point that is not closed."""
        (found,) = (
            each for each in self.open if (each.tag, each.condition) == (point.tag, condition)
        )
        return found

    def of_condition(self, condition: str) -> Alarm:
        (found,) = (each for each in self.open if each.condition == condition)
        return found

    def shelve(self, alarm: Alarm) -> None:
        action = Action(LifeEvent.SHELVE, alarm.id, "wang", "冒泡误报", 60)
        outcome, _, refused = self.engine.act(action, None, ms(self.now))
        assert refused == []
        self.take(outcome)


def vote(*, needed: int = 2, on: float = 0.0, grade: int = 1) -> DetectorRule:
    """Over the group of the name ring; about its first point."""
    rule = detector(
        "voting", EAST, names=(EAST.tag,), needed=needed, limit=20.0, grade=grade, on=on
    )
    return replace(rule, group="ring")


def unshelved(told: Told) -> int:
    return sum(event == "unshelved" for event, _ in told)


# Neighbours


def test_a_neighbour_of_the_group_unshelves_and_one_of_the_same_source_does_not() -> None:
    park = Grouped(group("ring", EAST, FAR), group("roof", WEST, NORTH))
    park.read(HIGH, 0, point=EAST)
    park.shelve(park.of(EAST))
    assert unshelved(park.read(HIGH, 1, point=WEST)) == 0, "same source, another group"
    assert unshelved(park.read(HIGH, 2, point=SOUTH)) == 0, "same source, no group"
    assert unshelved(park.read(HIGH, 3, point=FAR)) == 1, "same group, another source"
    assert park.of(EAST).state is AlarmState.UNACKNOWLEDGED
    assert park.said[-1].note == "A neighbour in its group rose."


def test_without_a_group_the_hazard_source_counts_even_where_the_other_one_has_a_group() -> None:
    park = Grouped(group("roof", WEST, NORTH))
    park.read(HIGH, 0, point=EAST)
    park.shelve(park.of(EAST))
    assert unshelved(park.read(HIGH, 1, point=FAR)) == 0
    assert unshelved(park.read(HIGH, 2, point=WEST)) == 1


def test_redundant_points_are_neighbours_and_keep_those_of_their_source() -> None:
    twins = group("pair", EAST, FAR, kind=GroupKind.REDUNDANT)
    for riser in (FAR, WEST):
        park = Grouped(twins)
        park.read(HIGH, 0, point=EAST)
        park.shelve(park.of(EAST))
        assert unshelved(park.read(HIGH, 1, point=riser)) == 1


def test_a_rise_of_any_grade_and_any_rule_of_a_mixed_group_unshelves() -> None:
    fire = detector("state", SMOKE, states="alarm", grade=4)
    park = Grouped(group("dike", EAST, SMOKE, kind=GroupKind.MIXED), rules=(fire,))
    park.read(HIGH, 0, point=EAST)
    park.shelve(park.of(EAST))
    assert unshelved(park.read(1.0, 1, point=SMOKE)) == 1
    park.shelve(park.of(SMOKE, "state"))
    park.read(LOW, 2, point=EAST)
    assert unshelved(park.read(HIGH, 3, point=EAST)) == 1, "and the other way round"


def test_a_point_in_two_groups_is_the_neighbour_of_both() -> None:
    park = Grouped(group("ring", EAST, WEST), group("roof", EAST, FAR))
    for second, riser in ((0, WEST), (10, FAR)):
        park.read(HIGH, second, point=EAST)
        park.shelve(park.of(EAST))
        assert unshelved(park.read(HIGH, second + 1, point=riser)) == 1


def test_the_vote_of_a_group_unshelves_its_members_and_each_of_them_the_vote() -> None:
    park = Grouped(group("ring", EAST, WEST, NORTH), rules=(vote(grade=3),))
    park.read(HIGH, 0, point=WEST)
    park.shelve(park.of(WEST))
    told = park.read(22.0, 1, point=NORTH)
    assert told == [("raised", 1), ("unshelved", 1)], "no limit but the vote is reached"
    park.shelve(park.of(EAST, "voting"))
    assert unshelved(park.read(HIGH, 2, point=EAST)) == 1, "though the vote is its own alarm"


def test_whoever_is_in_the_group_now_is_the_neighbour() -> None:
    park = Grouped(group("ring", EAST, WEST))
    park.read(HIGH, 0, point=EAST)
    park.shelve(park.of(EAST))
    assert park.regroup(group("ring", EAST, FAR)) == []
    assert unshelved(park.read(HIGH, 1, point=WEST)) == 0
    assert unshelved(park.read(HIGH, 2, point=FAR)) == 1


def test_a_group_that_went_leaves_the_hazard_source() -> None:
    park = Grouped(group("ring", EAST, FAR))
    park.read(HIGH, 0, point=EAST)
    park.shelve(park.of(EAST))
    park.regroup(replace(group("ring"), removed=True))
    assert unshelved(park.read(HIGH, 1, point=FAR)) == 0
    assert unshelved(park.read(HIGH, 2, point=WEST)) == 1


# First-outs


def ranks(park: Grouped) -> dict[str, tuple[str | None, int | None]]:
    alarms = park.alarms.values()
    return {alarm.tag or "": (alarm.group, alarm.first_out_rank) for alarm in alarms}


def test_each_group_has_its_first_out_and_who_has_none_that_of_the_source() -> None:
    park = Grouped(
        group("roof", WEST, FAR),
        group("ring", EAST, WEST),
        group("pair", NORTH, SOUTH, kind=GroupKind.REDUNDANT),
    )
    for second, point in enumerate((NORTH, FAR, WEST, EAST, SOUTH)):
        park.read(HIGH, float(second), point=point)
    assert ranks(park) == {
        "GT-3": (None, 1), "GT-5": ("roof", 1), "GT-2": ("ring", 1), "GT-1": ("ring", 2),
        "GT-4": (None, 2),
    }  # fmt: skip


def test_a_group_and_a_source_of_one_code_are_two() -> None:
    park = Grouped(group("tanks", EAST, FAR))
    for second, point in enumerate((WEST, EAST, NORTH, FAR)):
        park.read(HIGH, float(second), point=point)
    assert [rank for _, rank in ranks(park).values()] == [1, 1, 2, 2]


def test_an_alarm_keeps_the_group_and_rank_in_which_it_rose() -> None:
    park = Grouped(group("ring", EAST, WEST))
    park.read(HIGH, 0, point=EAST)
    park.read(HIGH, 1, point=NORTH)
    park.regroup(group("ring", WEST, NORTH, EAST), group("roof", FAR))
    park.read(HIGH, 2, point=WEST)
    assert ranks(park) == {"GT-1": ("ring", 1), "GT-3": (None, 1), "GT-2": ("ring", 2)}
    park.read(LOW, 3, point=NORTH)
    park.read(HIGH, 4, point=NORTH)
    assert (park.of(NORTH).group, park.of(NORTH).first_out_rank) == ("ring", 3)


def test_what_is_withdrawn_gives_its_place_up_in_the_group_in_which_it_rose() -> None:
    park = Grouped(group("ring", EAST, WEST))
    park.read(HIGH, 0, point=EAST)
    park.read(HIGH, 1, point=WEST)
    park.regroup(group("ring", WEST, NORTH))
    park.book(gone=[EAST])
    assert park.of(WEST).first_out_rank == 1


def test_the_past_has_its_group_and_no_rank() -> None:
    park = Grouped(group("ring", EAST, WEST))
    park.read(LOW, 200_000, point=EAST)
    park.read(HIGH, 1_000, received=200_001, point=EAST)
    park.replay()
    (alarm,) = park.alarms.values()
    assert (alarm.historical, alarm.group, alarm.first_out_rank) == (True, "ring", None)


# Rules over a group


def test_a_rule_over_a_group_judges_all_who_are_in_it() -> None:
    park = Grouped(group("ring", EAST, WEST, NORTH), rules=(vote(),))
    assert {EAST.id, WEST.id, NORTH.id} <= park.engine.watched
    park.read(22.0, 0, point=WEST)
    assert park.read(22.0, 1, point=NORTH) == [("raised", 1)]
    alarm = park.alarm
    assert (alarm.tag, alarm.group) == ("GT-1", "ring")
    assert (alarm.facts["group"], alarm.facts["points"]) == ("ring", "GT-1, GT-2, GT-3")


def test_a_new_member_is_judged_by_its_newest_value_at_once() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(),))
    park.read(22.0, 0, point=WEST)
    park.read(22.0, 1, point=FAR)
    assert park.open == []
    park.now = 3
    assert park.regroup(group("ring", EAST, WEST, FAR)) == [("raised", 3)]
    assert {EAST.id, WEST.id, FAR.id} <= park.engine.watched


def test_a_new_member_under_a_standing_alarm_leaves_it_standing_and_acknowledged() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(),))
    park.read(22.0, 0, point=EAST)
    park.read(22.0, 1, point=WEST)
    before = park.alarm
    park.acknowledge(before.id)
    park.now = 5
    assert park.regroup(group("ring", EAST, WEST, NORTH)) == [("corrected", 5)]
    assert (park.alarm.id, park.alarm.state) == (before.id, AlarmState.ACKNOWLEDGED)
    assert park.alarm.facts["points"] == "GT-1, GT-2, GT-3"
    park.read(LOW, 10, point=EAST)
    assert park.read(LOW, 11, point=WEST) == []
    assert park.wait(80) == [("cleared", 70)], "when the window of the vote is over"


def test_a_member_that_leaves_takes_its_vote_along_and_the_alarm_ends_as_by_a_reading() -> None:
    park = Grouped(group("ring", EAST, WEST, NORTH), rules=(vote(),))
    park.read(22.0, 0, point=NORTH)
    park.read(22.0, 1, point=WEST)
    park.read(LOW, 2, point=EAST)
    park.now = 5
    assert park.regroup(group("ring", EAST, WEST)) == [("returned", 5)]
    assert park.alarm.state is AlarmState.RETURNED_UNACKNOWLEDGED


def test_too_few_members_are_said_and_what_stands_is_not_judged_and_not_over() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(),))
    park.read(22.0, 0, point=EAST)
    park.read(22.0, 1, point=WEST)
    vote_alarm = park.alarm
    park.now = 5
    assert sorted(park.regroup(group("ring", EAST))) == [("lapsed", 5), ("raised", 5)]
    about = park.of_condition("undetermined")
    assert about.facts["fault"] == "points: A vote needs a group of 2 to 20 points."
    assert park.of(EAST, "voting").judged is False
    assert park.engine.unjudged == 1
    assert park.wait(500) == [], "neither over nor said again"
    park.read(23.0, 510, point=EAST)
    assert sorted(park.regroup(group("ring", EAST, WEST))) == [("resumed", 510), ("returned", 510)]
    assert park.of(EAST, "voting").id == vote_alarm.id
    assert park.engine.unjudged == 0
    park.read(LOW, 511, point=EAST)
    assert park.wait(600) == [("returned", 571)]


def test_a_rule_whose_point_left_the_group_or_whose_group_went_says_so() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(),))
    park.regroup(group("ring", WEST, NORTH))
    assert (
        park.of_condition("undetermined").facts["fault"] == "group: GT-1 is not in the group ring."
    )
    assert park.regroup(group("ring", EAST, WEST)) == [("returned", 0)]
    park.regroup(replace(group("ring"), removed=True))
    assert park.of_condition("undetermined").facts["fault"] == "group: There is no group ring."


def test_a_deviation_over_a_redundant_group_compares_its_members() -> None:
    rule = replace(
        detector("deviation", EAST, names=("GT-1",), limit=5.0, smooth_s=0.0), group="pair"
    )
    park = Grouped(group("pair", EAST, WEST, kind=GroupKind.REDUNDANT), rules=(rule,))
    park.read(1.0, 0, point=EAST)
    assert park.read(8.0, 1, point=WEST) == [("raised", 1)]
    park.read(1.0, 2, point=NORTH)
    park.now = 3
    pair = group("pair", EAST, NORTH, kind=GroupKind.REDUNDANT)
    assert park.regroup(pair) == [("returned", 3)]
    assert park.read(9.0, 4, point=WEST) == []


def test_a_delay_under_way_goes_on_when_the_group_changes() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(on=30),))
    park.read(22.0, 0, point=EAST)
    park.read(22.0, 1, point=WEST)
    park.now = 10
    assert park.regroup(group("ring", EAST, WEST, NORTH)) == []
    assert park.wait(40) == [("raised", 31)]


# Killed and started again


def test_ranks_groups_and_votes_go_on_after_a_kill() -> None:
    park = Grouped(group("ring", EAST, WEST, NORTH), rules=(vote(),))
    park.read(22.0, 0, point=EAST)
    dump = park.engine.dump()
    park.read(HIGH, 1, point=NORTH)
    park.kill(dump)
    assert {(alarm.group, alarm.first_out_rank) for alarm in park.open} == {
        ("ring", 1),
        ("ring", 2),
    }
    park.shelve(park.of(NORTH))
    told = park.read(HIGH, 2, point=WEST)
    assert told == [("raised", 2), ("unshelved", 2)]
    assert park.of(WEST).first_out_rank == 3


def test_a_group_that_changed_while_it_was_down_leaves_the_alarm_standing() -> None:
    park = Grouped(group("ring", EAST, WEST, NORTH), rules=(vote(),))
    park.read(22.0, 0, point=EAST)
    park.read(22.0, 1, point=WEST)
    before = park.alarm
    dump = park.engine.dump()
    park.directory.groups.put(group("ring", EAST, WEST, FAR))
    park.kill(dump)
    assert park.wait(5) == []
    assert park.alarm == before
    assert {EAST.id, WEST.id, FAR.id} <= park.engine.watched
    park.read(LOW, 6, point=EAST)
    assert park.wait(70) == [("returned", 66)]


def test_killed_while_too_few_were_in_it_it_says_so_once() -> None:
    park = Grouped(group("ring", EAST, WEST), rules=(vote(),))
    park.read(22.0, 0, point=EAST)
    park.read(22.0, 1, point=WEST)
    dump = park.engine.dump()
    park.now = 5
    park.regroup(group("ring", EAST))
    before = park.open
    park.kill(dump)
    assert park.wait(6) == []
    assert park.open == before
