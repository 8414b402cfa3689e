"""A drill's alarms through their life: exercises from the first to the last, whatever happens."""

from dataclasses import replace

from services.domain.alarm import ClosedAs
from services.domain.directory import BookChange
from services.wire.native import decode_native
from tests.stories.park import GAS, Park, ms, rule

TWIN = replace(GAS, id=11, enterprise="drill-acme")
BOTH = (GAS, TWIN)
LIMITS = [rule("H", 25, 2, deadband=5, point=each, name=f"H{each.id}") for each in BOTH]


def park() -> Park:
    return Park(*LIMITS, points=BOTH)


def test_a_twin_raises_exercises_and_its_original_alarms_in_earnest() -> None:
    both = park()
    both.read(30, 0, point=TWIN)
    both.read(30, 1)
    assert {each.enterprise: each.exercise for each in both.open} == {
        "drill-acme": True,
        "acme": False,
    }


def test_a_test_that_ends_on_a_twin_does_not_make_it_earnest() -> None:
    tested = replace(TWIN, exercise=(ms(0), ms(100)))
    both = Park(*LIMITS, points=(GAS, tested))
    both.read(30, 10, point=tested)
    assert both.wait(101) == []
    assert both.alarm.exercise


def test_what_a_drill_says_late_is_an_exercise_of_the_past() -> None:
    both = park()
    both.read(10, 500, point=TWIN)
    both.read(30, 10, received=501, point=TWIN)
    both.replay()
    (late,) = both.alarms.values()
    assert (late.historical, late.exercise) == (True, True)


def test_when_the_twins_go_nothing_of_the_drill_stands_and_the_field_is_as_it_was() -> None:
    both = park()
    both.read(30, 0, point=TWIN)
    both.read(30, 1)
    (real,) = [each for each in both.open if not each.exercise]
    change = BookChange(both.directory.version + 1, (), (TWIN,), ())
    both.take(both.engine.apply_book(change, ms(5)))
    assert both.open == [real]
    (gone,) = [each for each in both.alarms.values() if each.exercise]
    assert gone.closed_as is ClosedAs.WITHDRAWN


def test_a_message_that_calls_itself_an_exercise_does_not_make_a_field_point_one() -> None:
    """Whether it is one is the register's word; the wire has no say."""
    (marked,) = decode_native(b'{"exercise": true, "values": {"GT-101": 30.0}}')
    (plain,) = decode_native(b'{"values": {"GT-101": 30.0}}')
    assert marked == plain
