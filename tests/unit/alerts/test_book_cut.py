"""Killed in the middle of a change of the book: it is carried out whole, or as if it had not come."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from services.domain.alarm import AlarmState
from services.domain.detector_rule import DetectorKind, DetectorRule
from services.domain.directory import BookChange
from services.runtime.clock import ManualClock
from services.runtime.memory_feed import MemoryFeed
from tests.unit.alerts.desk import Desk, book

START = 1_767_254_400_000
FIRST = book()
HOT = DetectorRule(
    id="x", version=1, enterprise="acme", kind=DetectorKind.EXPRESSION,
    points={"gas": 1, "other": 2}, parameters={"text": "gas > 20.0 && other > 1.0"}, grade=3,
)  # fmt: skip


class Killed(BaseException):
    """The process is no more."""


def die(*_: object) -> None:
    raise Killed


def before_it_is_spooled(desk: Desk) -> None:
    """The change is on the disk, and nothing was judged by it."""

    def keep_and_die(change: BookChange) -> None:
        desk.keeper.keep_book(change)
        raise Killed

    desk.judge.before_book = keep_and_die


def before_it_is_said(desk: Desk) -> None:
    """What came of it is in the spool, and nobody was told."""
    desk.judge.on_noted = die


def before_it_is_known_to_all(desk: Desk) -> None:
    """It was told, and the rest of the process does not know of it."""
    desk.judge.on_book = die


DEATHS = (before_it_is_spooled, before_it_is_said, before_it_is_known_to_all)


class Lives:
    """One engine after another over the same disk. The database tells each the same book."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, ManualClock(START)
        self.feed = MemoryFeed(self.clock)
        self.desk = Desk(folder, self.clock, self.feed)
        self.desk.judge.apply_book(FIRST)

    async def read(self, **values: float) -> list[str]:
        """A message; what was said of it."""
        self.clock.advance(1.0)
        said = len(self.desk.said.events())
        for tag, value in values.items():
            self.desk.send(tag.replace("_", "-"), value, self.clock.now_ms())
        for _ in values:
            await self.desk.step()
        return self.desk.said.names()[said:]

    def dies(self, death: Callable[[Desk], None], change: BookChange) -> list[str]:
        """Killed there in the middle of the change; what the next one says once it has read the book."""
        death(self.desk)
        with pytest.raises(Killed):
            self.desk.judge.apply_book(change)
        self.clock.advance(1.0)
        self.desk = Desk(self.folder, self.clock, self.feed)
        if self.desk.judge.engine.directory.version < change.version:
            self.desk.judge.apply_book(change)
        self.desk.judge.tick()
        return self.desk.said.names()

    @property
    def names(self) -> dict[str, tuple[int, int, AlarmState]]:
        """Grade, version and state of each open alarm, by its id."""
        alarms = self.desk.judge.engine.open_alarms()
        return {each.id: (each.grade, each.rule_version, each.state) for each in alarms}


@pytest.fixture
def lives(tmp_path: Path) -> Lives:
    return Lives(tmp_path)


@pytest.mark.parametrize("has_snapshot", [False, True])
@pytest.mark.parametrize("death", DEATHS)
async def test_an_expression_of_another_grade_keeps_its_alarm(
    lives: Lives, death: Callable[[Desk], None], has_snapshot: bool
) -> None:
    lives.desk.judge.apply_book(BookChange(2, detectors=(HOT,)))
    await lives.read(GT_2=5.0)
    assert await lives.read(GT_1=22.0) == ["raised"]
    (alarm,) = lives.names
    lives.desk.judge.acknowledge([alarm], "zhang", None, None)
    if has_snapshot:
        await lives.desk.keeper.keep()
    milder = replace(HOT, version=2, grade=4)
    said = lives.dies(death, BookChange(3, detectors=(milder,)))
    assert "withdrawn" not in said
    assert list(lives.names) == [alarm]
    assert lives.names[alarm][:2] == (4, 2)
    assert await lives.read(GT_1=10.0) == ["cleared"]
    assert await lives.read(GT_1=23.0) == ["raised"], "it knows what the other one read"


@pytest.mark.parametrize("death", DEATHS)
async def test_a_limit_that_moves_ends_one_alarm_and_raises_the_next_once(
    lives: Lives, death: Callable[[Desk], None]
) -> None:
    assert await lives.read(GT_1=30.0) == ["raised"]
    (old,) = lives.names
    now = lives.clock.now_ms()
    (rule,) = (each for each in FIRST.rules if each.id == "r1-H")
    moved = replace(rule, version=2, limit=20.0, valid_from=now)
    before = lives.desk.said
    lives.dies(death, BookChange(2, rules=(replace(rule, valid_to=now), moved)))
    (new,) = lives.names
    assert new != old
    assert lives.names[new][:2] == (2, 2)
    told = {event.alarm.id for said in (before, lives.desk.said) for event in said.events()}
    assert told <= {old, new}, "nothing was raised twice under two names"
    assert await lives.read(GT_1=22.0) == []
    assert await lives.read(GT_1=15.0) == ["returned"]


@pytest.mark.parametrize("death", DEATHS)
async def test_a_point_that_goes_takes_its_alarm_with_it(
    lives: Lives, death: Callable[[Desk], None]
) -> None:
    assert await lives.read(GT_1=30.0) == ["raised"]
    (gone,) = (each for each in FIRST.points if each.tag == "GT-1")
    lives.dies(death, BookChange(2, removed_points=(gone,)))
    assert lives.names == {}
    assert lives.desk.judge.engine.directory.by_id.keys() == {2}


@pytest.mark.parametrize("death", DEATHS)
async def test_another_life_goes_on_from_there(lives: Lives, death: Callable[[Desk], None]) -> None:
    lives.dies(death, BookChange(2, detectors=(HOT,)))
    lives.desk.judge.apply_book(BookChange(3, detectors=(replace(HOT, version=2, grade=2),)))
    lives.desk = Desk(lives.folder, lives.clock, lives.feed)
    assert lives.desk.judge.engine.directory.version == 3
    assert [each.grade for each in lives.desk.judge.engine.directory.detectors.values()] == [2]
