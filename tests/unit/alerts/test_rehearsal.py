"""The field's own engine rehearses the canary: it raises and ends it, and nothing of it stays."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from services.alerts.engine import Engine, Hearing, Outcome
from services.alerts.engine_rehearsal import rehearse
from services.domain.reading import Reading
from tests.stories.park import Park, another, ms, rule
from tests.stories.test_interlocks import ESD
from tests.unit.alerts.desk import TOPIC
from tests.unit.alerts.test_canary import Aviary

POINTS = (*(replace(another(f"GT-{n}", n), hazard_source="tanks") for n in range(1, 15)), ESD)


def busy_park() -> Park:
    """A flood at one source, an alarm acknowledged, a delay that runs, a bypass, a silent point."""
    story = Park(
        *(rule("H", 25, 3, point=each, name=f"{each.tag}-H") for each in POINTS[:-2]),
        rule("H", 25, 3, point=POINTS[-2], on=60, name="slow"),
        points=POINTS,
    )
    for number, point in enumerate(POINTS[:12]):
        story.read(30, number / 10, point=point)
    story.read(30, 2, point=POINTS[-2])
    story.read(4, 3, point=ESD)
    story.acknowledge(story.open[0].id)
    story.read(10, 4, point=POINTS[3])
    return story


def test_the_engine_is_the_same_after_it_and_says_nothing_of_it() -> None:
    story = busy_park()
    story.wait(5)
    story.engine.take_changed_values()
    before = story.engine.dump()
    for _ in range(3):
        answered, outcome = rehearse(story.engine, ms(5))
        assert (answered, bool(outcome)) == (True, False)
    assert story.engine.dump() == before
    assert story.engine.take_changed_values() == []
    assert {alarm.enterprise for alarm in story.engine.open_alarms()} == {"acme"}
    assert story.engine.directory.by_id.keys() == {each.id for each in POINTS}
    assert "_canary" not in story.engine.directory.by_name
    assert sorted(story.engine.floods()) == ["", "acme"]
    assert ("raised", 62.0) in story.wait(62), "the delay ran on"


def test_nor_does_a_long_row_of_them_push_out_what_is_remembered() -> None:
    story = Park(rule("H", 25))
    story.read(30, 0)
    known = story.alarm.id
    story.acknowledge(known)
    story.read(10, 1)
    for second in range(50):
        assert rehearse(story.engine, ms(2 + second)) == (True, Outcome())
    assert story.acknowledge(known) == ([], ["not_open"])


def test_what_else_the_step_brings_is_carried_out() -> None:
    """A batch is an occasion for what a restart left to be looked at."""
    story = busy_park()
    story.restart()
    story.directory.put_rule(rule("H", 40, 3, point=POINTS[0], version=2, name="GT-1-H"))
    story.now = 6
    _, outcome = rehearse(story.engine, ms(6))
    story.take(outcome)
    assert {alarm.enterprise for alarm in story.engine.open_alarms()} == {"acme"}
    assert all(each.alarm.enterprise == "acme" for each in outcome.transitions)


class Stuck(Engine):
    """Its readings lead to nothing."""

    stuck = True

    def judge(
        self, readings: Sequence[Reading], now: int, hearings: Sequence[Hearing] = ()
    ) -> Outcome:
        return Outcome() if self.stuck else super().judge(readings, now, hearings)


class Sticky(Stuck):
    """What it raised never ends."""

    def judge(
        self, readings: Sequence[Reading], now: int, hearings: Sequence[Hearing] = ()
    ) -> Outcome:
        kept = [each for each in readings if (each.value or 0) > 0]
        return Engine.judge(self, kept if self.stuck else readings, now, hearings)


@pytest.mark.parametrize("kind", [Stuck, Sticky])
async def test_a_stuck_engine_silences_the_canary_until_it_works_again(
    kind: type[Stuck], tmp_path: Path
) -> None:
    aviary = Aviary(tmp_path)
    engine = kind(aviary.desk.judge.engine.directory)
    aviary.desk.judge.engine = engine
    for seq in (1, 3):
        aviary.sing(seq, 1)
        await aviary.step()
        aviary.sing(seq + 1, 0)
        await aviary.step()
    assert aviary.notes() == []
    assert engine.open_alarms() == []
    engine.stuck = False
    aviary.sing(5, 1)
    await aviary.step()
    aviary.sing(6, 0)
    await aviary.step()
    assert [(seq, event) for _, seq, event, _ in aviary.notes()] == [(5, "raised"), (6, "returned")]


async def test_what_stood_in_the_field_stands_and_is_spooled_once(tmp_path: Path) -> None:
    aviary = Aviary(tmp_path)
    aviary.feed.publish(TOPIC, json.dumps({"values": {"GT-1": 60}}).encode())
    await aviary.step()
    spooled = aviary.desk.found.ledger.spool.last
    for seq in (1, 3, 5):
        aviary.sing(seq, 1)
        await aviary.step()
        aviary.sing(seq + 1, 0)
        await aviary.step()
    assert aviary.desk.found.ledger.spool.last == spooled
    assert aviary.desk.said.names() == ["raised"]
    assert len(aviary.notes()) == 6
