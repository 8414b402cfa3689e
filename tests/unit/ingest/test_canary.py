"""The canary at the door: nobody's reading, and acknowledged behind a commit."""

import asyncio

from services.ingest.canary import WAITING
from tests.unit.ingest.test_door import house, until

SONG = "pw/v1/_canary/_canary/telemetry"


async def test_it_is_let_pass_without_a_trace() -> None:
    async with house() as here:
        for number in range(3):
            here.feed.publish(SONG, b'{"boot":"b","seq":%d,"values":{"CANARY":1}}' % number)
        here.feed.publish("pw/v1/_canary/_canary/state", b'{"online":true}')
        here.feed.publish(SONG, b"\xff nonsense")
        await here.all_acknowledged()
        assert here.door.canary.stored_at is not None
    assert here.intake.readings == {}
    assert here.intake.tags == {}
    assert here.intake.letters == []
    assert here.door.tally.stored == 0
    assert here.intake.messages == {}
    assert here.door.in_flight.by_cell() == {}


async def test_while_the_database_is_away_it_waits_and_only_the_newest_does() -> None:
    async with house() as here:
        here.intake.away = 10_000
        await until(lambda: not here.db_ok())
        for number in range(WAITING * 5):
            here.feed.publish(SONG, b'{"boot":"b","seq":%d,"values":{"CANARY":1}}' % number)
        await asyncio.sleep(0.2)
        assert here.feed.unacked == WAITING
        assert here.door.canary.stored_at is None
        here.intake.away = 0
        await here.all_acknowledged()
        assert here.door.canary.stored_at is not None


async def test_what_comes_with_it_is_stored_as_ever() -> None:
    async with house() as here:
        here.send(5)
        here.feed.publish(SONG, b'{"boot":"b","seq":1,"values":{"CANARY":1}}')
        here.send(6)
        await here.all_acknowledged()
    assert here.values() == [5.0, 6.0]
