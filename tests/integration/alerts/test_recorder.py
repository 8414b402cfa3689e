"""The recorder against the real database: in order, once, whatever happens in between."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import psycopg
import pytest

from services.alerts.engine_outcome import Outcome
from services.alerts.ledger import Ledger
from services.alerts.overflow import Overflow
from services.alerts.recorder import Recorder
from services.alerts.spool import Spool, SpoolSize
from services.domain.alarm import Transition
from services.domain.judgement import PointState
from services.runtime.clock import SystemClock
from services.store.deadline import connect
from services.store.history import PastStore
from tests.integration.alerts.record import Record
from tests.living.engines_alone import Engines
from tests.unit.alerts.samples import NOON, acknowledged, cleared, raised


class Desk:
    """A ledger to note in, and the record it is carried into."""

    def __init__(self, engines: Engines, folder: Path) -> None:
        self.engines = engines
        self.folder = folder / "spool"
        size = SpoolSize(segment=4_000)
        self.ledger = Ledger(Spool(self.folder, size), Overflow(folder / "overflow"))
        self.enterprise = f"e{secrets.token_hex(4)}"
        self.record = Record(engines, self.enterprise)

    def note(self, *transitions: Transition, states: list[PointState] | None = None) -> None:
        mine = [replace(t, alarm=replace(t.alarm, enterprise=self.enterprise)) for t in transitions]
        self.ledger.note(Outcome(mine, states or []), NOON)

    def recorder(self) -> Recorder:
        url = self.engines.database_url("alerts")
        return Recorder(url, self.folder, self.ledger.spool.id, SystemClock())

    @asynccontextmanager
    async def recording(self) -> AsyncIterator[Recorder]:
        recorder = self.recorder()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(recorder.run())
            yield recorder
            task.cancel()

    async def until_recorded(self, recorder: Recorder, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            await recorder.reached(self.ledger.spool.last)

    def break_connections(self) -> None:
        with psycopg.connect(self.engines.superuser_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'parkwatch-recorder'"
            )


@pytest.fixture
def desk(engines: Engines, tmp_path: Path) -> Desk:
    return Desk(engines, tmp_path)


async def test_it_carries_alarms_journal_and_states(desk: Desk) -> None:
    state = PointState(secrets.randbelow(2**30), NOON)
    desk.note(raised(1), raised(2), states=[state])
    desk.note(acknowledged(1))
    desk.note(cleared(1))

    async with desk.recording() as recorder:
        await desk.until_recorded(recorder)

    alarms = {row["id"]: row for row in desk.record.alarms()}
    assert alarms["alarm-1"]["closed_as"] == "cleared"
    assert alarms["alarm-2"]["state"] == "unacknowledged"
    assert desk.record.events() == ["raised", "raised", "acknowledged", "cleared"]
    assert desk.record.chain().sound
    connection = await connect(desk.engines.database_url("alerts"), application="test")
    async with connection:
        assert await PastStore(connection).state_before(state.point_id, NOON + 1) == state


async def test_what_comes_later_follows_the_chain(desk: Desk) -> None:
    desk.note(raised(1))
    async with desk.recording() as recorder:
        await desk.until_recorded(recorder)
        desk.note(acknowledged(1))
        recorder.wake()
        await desk.until_recorded(recorder)
    desk.note(cleared(1))

    async with desk.recording() as recorder:
        await desk.until_recorded(recorder)

    assert [row.seq for row in desk.record.journal()] == [1, 2, 3]
    assert desk.record.chain().sound


async def test_every_row_tells_what_was_otherwise_before_and_who_did_it_and_why(desk: Desk) -> None:
    desk.note(raised(1))
    desk.note(raised(2))
    desk.note(acknowledged(1))
    async with desk.recording() as recorder:
        await desk.until_recorded(recorder)
        desk.note(acknowledged(2))
        desk.note(cleared(2))
        recorder.wake()
        await desk.until_recorded(recorder)

    bodies = [msgspec.json.decode(row.body) for row in desk.record.journal()]
    told = [(body["event"], body["actor"], body["note"]) for body in bodies]
    assert told == [
        ("raised", None, None),
        ("raised", None, None),
        ("acknowledged", "li.wei", "见到了"),
        ("acknowledged", "li.wei", "见到了"),
        ("cleared", None, None),
    ]
    assert [body["before"] and body["before"]["state"] for body in bodies] == [
        None,
        None,
        "unacknowledged",
        "unacknowledged",
        "acknowledged",
    ]
    last = bodies[-1]
    assert last["alarm"] | last["before"] == bodies[-2]["alarm"]


async def test_connections_that_break_again_and_again_record_everything_once(desk: Desk) -> None:
    for number in range(3_000):
        desk.note(raised(number))

    async with desk.recording() as recorder:
        for _ in range(8):
            await asyncio.sleep(0.15)
            await asyncio.to_thread(desk.break_connections)
        await desk.until_recorded(recorder, 60)

    ids = [row.alarm_id for row in desk.record.journal()]
    assert ids == [f"alarm-{number}" for number in range(3_000)]
    assert desk.record.chain().sound


async def test_two_recorders_on_one_spool_record_everything_once(desk: Desk) -> None:
    for number in range(1_000):
        desk.note(raised(number))

    async with desk.recording() as one, desk.recording() as other:
        await desk.until_recorded(one, 30)
        await desk.until_recorded(other, 30)

    assert len(desk.record.journal()) == 1_000
    assert desk.record.chain().sound


async def test_a_record_that_the_database_refuses_is_set_aside_and_stops_nobody(
    desk: Desk,
) -> None:
    desk.note(raised(1))
    desk.note(replace(raised(2), alarm=replace(raised(2).alarm, grade=9)))
    desk.note(cleared(1))

    async with desk.recording() as recorder:
        await desk.until_recorded(recorder)
        assert recorder.set_aside == 1

    assert desk.record.events() == ["raised", "cleared"]
    assert desk.record.chain().sound
    line = msgspec.json.decode((desk.folder / "refused.jsonl").read_bytes().splitlines()[0])
    assert line["position"] == 2
    assert "grade" in line["fault"]


async def test_a_database_that_knows_less_than_the_spool_still_holds_goes_on(desk: Desk) -> None:
    """As after restoring an older backup: what was forgotten is gone, the rest is recorded."""
    for number in range(60):
        desk.note(raised(number))
    desk.ledger.spool.forget(40)
    first = desk.ledger.spool.first

    async with desk.recording() as recorder:
        await desk.until_recorded(recorder)

    assert first > 1
    assert desk.record.journal()[0].alarm_id == f"alarm-{first - 1}"
    assert desk.record.journal()[-1].alarm_id == "alarm-59"
    assert desk.record.chain().sound
