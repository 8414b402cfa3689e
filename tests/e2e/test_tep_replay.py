"""A plant that nobody here wrote loses a feed: 66,550 readings through the front door."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.living.engines import recording
from tests.living.field import finish, replay
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Json, Park
from tests.living.store import Store

pytestmark = [pytest.mark.stack]

ROWS = 3_025
READINGS = 22 * ROWS
HIGH_AT = datetime.fromisoformat("2026-01-05T08:14:20+08:00")
LOW_AT = datetime.fromisoformat("2026-01-05T03:17:20+08:00")
END_AT = datetime.fromisoformat("2026-01-05T08:24:10+08:00")
LIMITS = [
    ("PI-1007", "H", 2_895.0, 2),
    ("PI-1007", "HH", 3_000.0, 1),
    ("LI-1008", "H", 100.0, 3),
    ("LI-1008", "L", 50.0, 3),
    ("TI-1009", "H", 150.0, 2),
    ("TI-1009", "HH", 175.0, 1),
    ("LI-1012", "H", 100.0, 3),
    ("LI-1012", "L", 30.0, 3),
    ("LI-1015", "H", 100.0, 3),
    ("LI-1015", "L", 30.0, 3),
]
STORED_WITHIN_S = 60.0
LISTED_WITHIN_S = 10.0


@dataclass
class Plant:
    """An enterprise with the recording's 22 points and the limits of its process."""

    enterprise: Enterprise
    gateway: Gateway
    store: Store

    @property
    def alarms(self) -> list[Json]:
        """Its points' alarms."""
        return [alarm for alarm in self.enterprise.alarms() if alarm["tag"] is not None]

    def raised(self, tag: str) -> list[datetime]:
        """When the alarms of a tag were raised, in order."""
        return sorted(
            datetime.fromisoformat(alarm["raised_at"])
            for alarm in self.alarms
            if alarm["tag"] == tag
        )

    def expect_stored(self) -> None:
        """All readings, each once."""
        code = self.enterprise.code
        eventually(
            lambda: self.store.reading_count(code) >= READINGS,
            STORED_WITHIN_S,
            f"{READINGS} readings stored, there are {self.store.reading_count(code)}",
        )
        assert self.store.reading_count(code) == READINGS

    def expect_history(self, lows: int) -> None:
        """One high reactor and so many low strippers, at their true times, and silent."""
        eventually(
            lambda: len(self.alarms) >= 1 + lows,
            LISTED_WITHIN_S,
            f"{1 + lows} alarms of {self.enterprise.code}, there are {len(self.alarms)}",
        )
        assert self.raised("PI-1007") == [HIGH_AT]
        assert len(self.raised("LI-1015")) == lows
        assert self.raised("LI-1015")[0] == LOW_AT
        assert len(self.alarms) == 1 + lows
        assert all(alarm["historical"] for alarm in self.alarms)

    def expect_unchanged(self, before: list[Json]) -> None:
        """No new row and no new alarm, until everything has had its time."""
        deadline = time.monotonic() + LISTED_WITHIN_S
        while time.monotonic() < deadline:
            assert self.store.reading_count(self.enterprise.code) == READINGS
            assert {a["id"] for a in self.alarms} == {a["id"] for a in before}
            time.sleep(1.0)
        assert self.store.alarm_count(self.enterprise.code) == len(before)


def plant(park: Park, store: Store, deadband: float = 0.0) -> Plant:
    """A new one, its register in force."""
    enterprise = park.enterprise("TEP")
    with recording().open() as file:
        tags = file.readline().strip().split(",")[1:]
    for tag in tags:
        enterprise.point(tag, "analog", "1", range_low=-50, range_high=10_000)
    for tag, condition, limit, grade in LIMITS:
        enterprise.rule(tag, condition, limit, grade, deadband=deadband)
    made = Plant(enterprise, enterprise.gateway(), store)
    enterprise.in_force()
    return made


def play(park: Park, *plants: Plant, options: tuple[str, ...] = ()) -> None:
    """The whole recording into each of them, all at once; back when all is acknowledged."""
    running = [replay(park.stack, recording(), each.gateway, *options) for each in plants]
    for replaying in running:
        finish(replaying)


def test_a_plants_past_is_stored_whole_and_judged_once(park: Park, store: Store) -> None:
    past = plant(park, store)
    assert store.is_hypertable("reading")
    with Live(park.admin) as live:
        play(park, past)
        past.expect_stored()
        past.expect_history(lows=14)
        before = past.alarms
        play(park, past)
        past.expect_unchanged(before)
        sounded = [
            event for event in live.events(past.enterprise.code) if not event["alarm"]["historical"]
        ]
        assert sounded == []
    readings = past.enterprise.door.items(
        f"/points/{past.enterprise.code}/LI-1015/readings",
        resolution="raw",
        start="2026-01-05T00:00:00+08:00",
        end="2026-01-06T00:00:00+08:00",
        limit=1_000,
    )
    assert len(readings) == ROWS
    assert min(reading["value"] for reading in readings) < -28


def test_two_plants_replayed_together_do_not_disturb_each_other(park: Park, store: Store) -> None:
    bare, damped = plant(park, store), plant(park, store, deadband=5.0)
    play(park, bare, damped)
    bare.expect_stored()
    damped.expect_stored()
    bare.expect_history(lows=14)
    damped.expect_history(lows=1)


def test_a_rebased_recording_is_the_present(park: Park, store: Store) -> None:
    present = plant(park, store, deadband=5.0)
    play(park, present, options=("--rebase",))
    ended = datetime.now(UTC)
    present.expect_stored()
    eventually(lambda: len(present.alarms) >= 2, LISTED_WITHIN_S, "two alarms")
    assert [alarm["historical"] for alarm in present.alarms] == [False, False]
    assert {alarm["state"] for alarm in present.alarms} == {"unacknowledged"}
    for tag, true_time in (("PI-1007", HIGH_AT), ("LI-1015", LOW_AT)):
        (raised,) = present.raised(tag)
        assert abs((ended - raised) - (END_AT - true_time)) < timedelta(seconds=120)
