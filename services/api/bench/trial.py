"""One gateway on the bench, from the start of its test to its record."""

import asyncio
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import msgspec
import structlog

from services.api.bench.ear import Ear
from services.api.bench.observation import observe
from services.api.bench.paper import Paper, paper_of
from services.api.bench.sessions import Sessions
from services.api.broker_access import BrokerAway, username
from services.api.database import Database, DatabaseAway
from services.api.register import Register
from services.api.replica import Replica
from services.domain.conformance import Finding, Mark, Outcome, judge, outcome_of
from services.domain.conformance_evidence import AlarmSeen, Asked, Evidence
from services.domain.directory import Directory
from services.runtime.clock import Clock, to_datetime
from services.store import conformance as store
from services.store.conformance import Run
from services.store.register import Connection
from services.wire.bus import AlarmItem

TURN_S = 0.2
LOOK_S = 1.0
A_TURN = 200
"""Deliveries that are looked at in one turn; the rest waits for the next."""

LISTEN_SHARE = 4
"""A part of the whole time that only listens, before anything is cut."""

LISTEN_MOST_MS = 20_000
FEWEST = 2
"""Deliveries that must have come before the connection is cut."""

RECORD_TRIES = 30

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a trial looks at."""

    clock: Clock
    database: Database
    register: Register
    replica: Replica
    sessions: Sessions | None


class Trial:
    """Runs once. What it finds out is in the database: progress every second, the record last."""

    def __init__(self, run: Run, asked: Asked, ear: Ear, around: Surroundings) -> None:
        self.run = run
        self._asked, self._ear, self._around = asked, ear, around
        self._evidence = Evidence()
        self._directory = Directory()
        self._user = username(run.enterprise, run.gateway)
        self._looked_at = -LOOK_S
        self._said = ""
        self._there = set[int]()

    async def go(self) -> None:
        """Until it is decided or its time is over; cancelled, it is put down as interrupted."""
        try:
            async with self._ear:
                findings = await self._watch()
            await self._finish(findings, outcome_of(findings))
        except asyncio.CancelledError:
            with suppress(DatabaseAway, TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._put_down(judge(self._asked, self._evidence, self._now()), None)
            raise

    async def _watch(self) -> list[Finding]:
        while True:
            self._ear.check()
            self._hear()
            await self._cut()
            if self._around.clock.monotonic() - self._looked_at >= LOOK_S:
                self._looked_at = self._around.clock.monotonic()
                await self._look()
            now = self._now()
            findings = judge(self._asked, self._evidence, now)
            if all(each.mark is not Mark.PENDING for each in findings):
                return judge(self._asked, self._evidence, max(now, self._asked.ends_at))
            await asyncio.sleep(TURN_S)

    def _hear(self) -> None:
        self._follow_register()
        for delivery in self._ear.take(A_TURN):
            heard = observe(delivery, self._directory)
            if heard is not None:
                self._evidence.hear(heard)
        self._evidence.passed_over = self._ear.passed_over

    def _follow_register(self) -> None:
        register = self._around.register
        if self._directory.version == register.version:
            return
        self._directory = Directory(register.version)
        for place in register.all_places():
            if place.point.enterprise == self.run.enterprise:
                self._directory.put(place.point)

    async def _cut(self) -> None:
        """Whenever it comes back before the cut is over, it is cut again."""
        evidence, sessions, now = self._evidence, self._around.sessions, self._now()
        if sessions is None or evidence.cut_end is not None:
            return
        if evidence.cut_at is None:
            if not self._may_cut(now):
                return
            evidence.cut(now)
        if now - evidence.cut_at_or(now) >= self._asked.cut_ms:
            evidence.let_back(now)
            return
        with suppress(BrokerAway):
            await sessions.cut(self._user)

    def _may_cut(self, now: int) -> bool:
        asked, evidence = self._asked, self._evidence
        share = (asked.ends_at - asked.started_at) // LISTEN_SHARE
        listened = now - asked.started_at >= min(share, LISTEN_MOST_MS)
        in_time = asked.ends_at - now > 2 * asked.cut_ms
        # Not while the alarm stands: its return would be cut off, too.
        alarm = evidence.alarm
        calm = alarm is None or alarm.over
        there = evidence.session and evidence.heard >= FEWEST and evidence.number is not None
        return listened and in_time and there and calm

    async def _look(self) -> None:
        """At the broker, the engine's alarms, the ledger; and say how it goes."""
        evidence, around = self._evidence, self._around
        if around.sessions is not None and not evidence.session:
            with suppress(BrokerAway):
                there = set(await around.sessions.of(self._user))
                # One that is being refused is listed for a moment, too; one that stays is let in.
                evidence.session = bool(there & self._there)
                self._there = there
        self._look_for_alarm()
        with suppress(DatabaseAway):
            async with around.database.transaction(tenant=self.run.enterprise) as connection:
                await self._look_into(connection)

    async def _look_into(self, connection: Connection) -> None:
        evidence, run = self._evidence, self.run
        evidence.sign_ins_refused = await store.refused_sign_ins(
            connection, run.enterprise, run.gateway, run.started_at
        )
        if evidence.cut_at is not None and evidence.number is not None:
            boot, at_cut = evidence.number[0], evidence.number_at_cut
            above = at_cut[1] if at_cut is not None and at_cut[0] == boot else -1
            evidence.sight = await store.ledger_sight(
                connection, run.enterprise, run.gateway, boot, above
            )
        said = self._paper(judge(self._asked, evidence, self._now()))
        if said != self._said:
            self._said = said
            await store.note(connection, run, said)

    def _look_for_alarm(self) -> None:
        test, replica, known = self._asked.test, self._around.replica, self._evidence.alarm
        if test is None:
            return
        mine = [
            each
            for each in (*replica.open.values(), *replica.closed.values())
            if each.enterprise == self.run.enterprise
            and each.tag == test.tag
            and each.limit is not None
            and each.received_at >= self._asked.started_at
        ]
        if known is not None:
            # Closed and on record already: then it left the live state, and is over.
            again = next((each for each in mine if each.id == known.id), None)
            if again is not None:
                self._evidence.alarm = _seen(again, known)
            elif not known.over:
                self._evidence.alarm = AlarmSeen(
                    known.id, known.exercise, known.value, known.raised_at, True
                )
        elif mine:
            self._evidence.alarm = _seen(min(mine, key=lambda each: each.raised_at), None)

    def _paper(self, findings: Iterable[Finding]) -> str:
        paper = paper_of(self.run, self._asked, self._evidence, findings, self._now())
        return msgspec.json.encode(paper).decode()

    async def _finish(self, findings: list[Finding], outcome: Outcome) -> None:
        """The record must be written, so it is tried again while the database is away."""
        for _ in range(RECORD_TRIES):
            with suppress(DatabaseAway):
                await self._put_down(findings, outcome)
                _log.info("a gateway was tried", enterprise=self.run.enterprise,
                          gateway=self.run.gateway, outcome=outcome.value)  # fmt: skip
                return
            await asyncio.sleep(1.0)

    async def _put_down(self, findings: list[Finding], outcome: Outcome | None) -> None:
        now = self._now()
        paper: Paper = paper_of(self.run, self._asked, self._evidence, findings, now)
        text = msgspec.json.encode(paper).decode()
        record = None
        if outcome is not None:
            final = msgspec.structs.replace(paper, phase="finished", ask=None, outcome=outcome)
            text = msgspec.json.encode(final, order="deterministic").decode()
            record = (text, hashlib.sha256(text.encode()).hexdigest())
        async with self._around.database.transaction(tenant=self.run.enterprise) as connection:
            await store.finish(
                connection,
                self.run,
                to_datetime(now),
                outcome or Outcome.INTERRUPTED,
                text,
                record,
            )

    def _now(self) -> int:
        return self._around.clock.now_ms()


def _seen(alarm: AlarmItem, known: AlarmSeen | None) -> AlarmSeen:
    """Once it was an exercise it counts as one, also if it outlives the test."""
    over = alarm.closed_as is not None or alarm.state == "returned_unacknowledged"
    exercise = alarm.exercise or (known is not None and known.exercise)
    return AlarmSeen(alarm.id, exercise, alarm.value, alarm.raised_at, over)
