"""Adoption: an engine without a memory of its own starts from the alarms and states on record.

So it is after a restored backup, or when our own disk lost the snapshot.
"""

import asyncio

import psycopg
import structlog

from services.alerts.recorder import Recorder
from services.alerts.recovery import Recovered
from services.domain.alarm import EventKind, Transition
from services.store.deadline import connect, cut
from services.store.history import PastStore

RECORD_S = 10.0
"""How long what our spool still holds may take to be on record first."""

_log = structlog.get_logger()


async def adopt(found: Recovered, database_url: str, recorder: Recorder) -> None:
    """Take the open alarms and newest states over. With the database away: start without."""
    try:
        async with asyncio.timeout(RECORD_S):
            await recorder.reached(found.ledger.spool.last)
        connection = await connect(database_url, application="parkwatch-alerts")
        try:
            store = PastStore(connection)
            alarms, states = await store.open_alarms(), await store.newest_states()
        finally:
            cut(connection)
            connection.pgconn.finish()
    except (psycopg.Error, TimeoutError) as fault:
        _log.warning("cannot read the alarms on record: starting without", fault=str(fault))
        return
    for alarm in alarms:
        at = alarm.acknowledged_at or alarm.raised_at
        found.engine.replay_record(Transition(EventKind.RAISED, alarm, alarm.raised_at, at))
    for state in states:
        found.engine.replay_record(state)
    _log.info("started from what is on record", alarms=len(alarms), states=len(states))
