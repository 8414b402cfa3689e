"""Adoption: an engine without a memory of its own starts from the alarms and states on record.

So it is after a restored backup, or when our own disk lost the snapshot.
"""

import asyncio
from dataclasses import replace

import psycopg
import structlog

from services.alerts.engine_ear import CLOCK, SILENCE
from services.alerts.engine_watch import UNDETERMINED
from services.alerts.recorder import Recorder
from services.alerts.recovery import Recovered
from services.domain.alarm import Alarm, EventKind, Transition
from services.domain.bypass_permit import BYPASS
from services.domain.claim import Claim
from services.domain.reading import Reading
from services.store.deadline import connect, cut
from services.store.history import PastStore
from services.store.inheritance import inheritance
from services.store.intake import Busy

RECORD_S = 10.0
"""How long what our spool still holds may take to be on record first."""

_log = structlog.get_logger()


async def adopt(
    found: Recovered,
    database_url: str,
    recorder: Recorder,
    now: int,
    grace_ms: int = 0,
    *,
    inherits: bool = False,
) -> bool:
    """Take the open alarms and newest states over; False with the database away: start without.

    `grace_ms`: how long other judges' claims hold until they are renewed. `inherits`: what was
    read is taken up by the heir afterwards, in its order.
    """
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
        told = () if inherits else await _told_last(found, database_url, now)
    except (psycopg.Error, TimeoutError, Busy) as fault:
        _log.warning("cannot read the alarms on record: starting without", fault=str(fault))
        return False
    for alarm in alarms:
        at = alarm.acknowledged_at or alarm.raised_at
        found.engine.replay_record(Transition(EventKind.RAISED, alarm, alarm.raised_at, at))
        ruled = (alarm.enterprise, alarm.rule) in found.engine.directory.detectors
        ours = alarm.rule in (SILENCE, CLOCK, UNDETERMINED, BYPASS) or ruled
        if alarm.is_claimed and not ours:
            found.engine.replay_record(_run_out(alarm, now + grace_ms))
    for state in states:
        found.engine.replay_record(state)
    heard = found.recalled
    found.recalled = replace(heard, readings=(*told, *heard.readings))
    _log.info("started from what is on record", alarms=len(alarms), states=len(states))
    return True


async def _told_last(found: Recovered, database_url: str, now: int) -> tuple[Reading, ...]:
    """What the interlocks told last: it stands until they tell otherwise. Raises Busy."""
    async with inheritance(database_url, now) as past:
        return tuple(await past.newest_states(found.engine.directory))


def _run_out(alarm: Alarm, now: int) -> Claim:
    """What another judge claimed, its lease lost with our disk: not judged until it is renewed."""
    return Claim(
        key=alarm.rule,
        enterprise=alarm.enterprise,
        subject=alarm.subject,
        condition=alarm.condition,
        active=True,
        grade=alarm.grade,
        at=alarm.raised_at,
        facts=alarm.facts,
        point_id=alarm.point_id,
        lease_until=now,
    )
