"""First-outs, chatter and floods as the engine tells them: one upset a story."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.engine import Engine
from services.domain.alarm import Alarm
from services.domain.first_out import GAP_MS, RANKED, FirstOuts, Name, Place
from services.domain.point import Point, PointKind
from tests.stories.park import GAS, Park, ms, rule

TANK = Point(21, "acme", "LT-21", PointKind.LEVEL, "%", hazard_source="tanks")
TANKS = [replace(TANK, id=21 + n, tag=f"LT-{21 + n}") for n in range(14)]
WHARF = replace(TANK, id=50, tag="LT-50", hazard_source="wharf")
OTHER = replace(TANK, id=51, tag="LT-51", enterprise="beta", hazard_source="tanks")
HIGH, LOW = 85.0, 10.0


def park() -> Park:
    points = (*TANKS, WHARF, OTHER, GAS)
    return Park(*(rule("H", 80, 3, point=each) for each in points), points=points)


def ranks(story: Park) -> dict[str, int | None]:
    return {alarm.tag or "": alarm.first_out_rank for alarm in story.alarms.values()}


def open_of(story: Park, point: Point) -> Alarm:
    (found,) = (alarm for alarm in story.open if alarm.point_id == point.id)
    return found


def test_the_first_of_a_hazard_source_is_its_first_out_and_the_others_follow() -> None:
    story = park()
    for place, point in enumerate((TANKS[3], TANKS[1], WHARF, OTHER, TANKS[0], GAS)):
        story.read(HIGH, place * 10.0, point=point)
    assert ranks(story) == {
        "LT-24": 1, "LT-22": 2, "LT-21": 3, "LT-50": 1, "LT-51": 1, "GT-101": None
    }  # fmt: skip
    assert {told.event for told in story.said} == {"raised"}, "nothing was said twice"


def test_after_a_pause_another_one_is_first() -> None:
    story = park()
    story.read(HIGH, 0, point=TANKS[0])
    story.read(HIGH, 300, point=TANKS[1])
    story.read(HIGH, 601, point=TANKS[2])
    assert ranks(story) == {"LT-21": 1, "LT-22": 2, "LT-23": 1}


def test_it_stays_the_first_out_after_it_is_over_and_when_it_comes_again() -> None:
    story = park()
    story.read(HIGH, 0, point=TANKS[0])
    story.read(HIGH, 10, point=TANKS[1])
    story.read(LOW, 20, point=TANKS[0])
    assert open_of(story, TANKS[0]).first_out_rank == 1
    story.read(HIGH, 30, point=TANKS[0])
    assert open_of(story, TANKS[0]).first_out_rank == 1
    assert open_of(story, TANKS[1]).first_out_rank == 2


def test_one_that_was_earlier_and_is_heard_of_later_takes_its_place() -> None:
    story = park()
    story.read(HIGH, 50, point=TANKS[0])
    story.read(HIGH, 60, point=TANKS[1])
    told = story.read(HIGH, 40, received=70, point=TANKS[2])
    assert told == [("raised", 40), ("corrected", 70), ("corrected", 70)]
    assert ranks(story) == {"LT-23": 1, "LT-21": 2, "LT-22": 3}
    assert {open_of(story, TANKS[n]).first_out_rank for n in range(3)} == {1, 2, 3}


def test_one_between_two_upsets_makes_them_one() -> None:
    story = park()
    story.read(HIGH, 0, point=TANKS[0])
    story.read(HIGH, 550, point=TANKS[1])
    assert ranks(story) == {"LT-21": 1, "LT-22": 1}
    story.read(HIGH, 280, received=560, point=TANKS[2])
    assert ranks(story) == {"LT-21": 1, "LT-23": 2, "LT-22": 3}


def test_only_the_first_five_have_a_rank() -> None:
    story = park()
    for place, point in enumerate(TANKS):
        story.read(HIGH, 100.0 + place, point=point)
    assert sorted(r for r in ranks(story).values() if r) == list(range(1, RANKED + 1))
    assert list(ranks(story).values())[RANKED:] == [None] * (len(TANKS) - RANKED)
    told = story.read(HIGH, 99, received=150, point=TANKS[13])
    assert told == [("corrected", 99), *[("corrected", 150)] * (RANKED + 1)]
    assert open_of(story, TANKS[13]).first_out_rank == 1
    assert open_of(story, TANKS[RANKED - 1]).first_out_rank is None


def test_what_is_withdrawn_gives_its_place_up() -> None:
    story = park()
    story.read(HIGH, 0, point=TANKS[0])
    story.read(HIGH, 10, point=TANKS[1])
    story.book(gone=[TANKS[0]])
    assert open_of(story, TANKS[1]).first_out_rank == 1


def test_a_chattering_alarm_says_so() -> None:
    story = park()
    for second in (0, 20, 40):
        story.read(HIGH, second, point=TANKS[0])
        story.read(LOW, second + 5, point=TANKS[0])
    assert [alarm.in_minute for alarm in story.alarms.values()] == [1, 2, 3]
    story.read(HIGH, 200, point=TANKS[0])
    assert open_of(story, TANKS[0]).in_minute == 1


def test_a_flood_begins_with_the_eleventh_and_ends_with_time() -> None:
    story = park()
    for place, point in enumerate(TANKS[:10]):
        story.read(HIGH, float(place), point=point)
    assert story.engine.floods() == {}
    story.read(HIGH, 10, point=TANKS[10])
    story.read(HIGH, 11, point=OTHER)
    floods = story.engine.floods()
    assert {console: rate for console, (_, rate) in floods.items()} == {"": 12, "acme": 11}
    assert floods["acme"][0].start == ms(10)
    story.wait(600)
    assert set(story.engine.floods()) == {"", "acme"}
    story.wait(640)
    assert story.engine.floods() == {}


def test_what_is_shelved_or_historical_floods_nobody() -> None:
    story = park()
    for place in range(30):
        story.read(HIGH, place * 2.0, point=TANKS[0])
        story.read(LOW, place * 2.0 + 1, point=TANKS[0])
    assert "acme" in story.engine.floods()


def test_all_of_it_survives_a_restart() -> None:
    story = park()
    for place, point in enumerate(TANKS[:12]):
        story.read(HIGH, 50.0 + place, point=point)
    dump, cut = story.engine.dump(), len(story.said)
    story.read(HIGH, 45, received=70, point=TANKS[12])
    again = Engine.load(dump, story.directory)
    for transition in story.said[cut:]:
        again.replay_record(transition)
    assert again.floods() == story.engine.floods()
    reading = story.reading(HIGH, 48, 80, TANKS[13])
    here, there = story.engine.judge([reading], ms(80)), again.judge([reading], ms(80))
    assert here.transitions == there.transitions
    assert here.transitions[0].alarm.first_out_rank == 2


def plain(alarms: dict[str, tuple[int, Name]]) -> dict[str, int | None]:
    """The ranks of a group's alarms, worked out at once from all of them."""
    found: dict[str, int | None] = {}
    run: list[str] = []
    for identity in sorted(alarms, key=lambda i: (alarms[i][0], i)):
        if run and alarms[identity][0] - alarms[run[-1]][0] > GAP_MS:
            run = []
        run.append(identity)
        names = list(dict.fromkeys(alarms[each][1] for each in run))
        place = names.index(alarms[identity][1]) + 1
        found[identity] = place if place <= RANKED else None
    return found


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 12).map(lambda n: n * GAP_MS // 4), st.integers(0, 13)),
        max_size=30,
    )
)
def test_whatever_the_order_of_hearing_the_ranks_are_those_of_the_times(
    heard: list[tuple[int, int]],
) -> None:
    first_outs, alarms = FirstOuts(), dict[str, tuple[int, Name]]()
    for number, (at, tag) in enumerate(heard):
        alarms[f"{number:02}"] = (at, (str(tag),))
        first_outs.take(("acme", "tanks"), Place(at, f"{number:02}", (str(tag),)))
    found = {i: first_outs.rank(("acme", "tanks"), *alarm) for i, alarm in alarms.items()}
    assert found == plain(alarms)
