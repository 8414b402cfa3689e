"""The api's line to the alarm engine: events and values in, commands out, snapshots on demand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
import structlog

from services.api.live.hub import Hub
from services.api.replica import Replica
from services.api.vitals import ENGINE, Vitals
from services.runtime.clock import Clock
from services.wire import bus

COMMAND_TIMEOUT_S = 3.0
SNAPSHOT_RETRY_S = 1.0
BEAT_S = 1.0
MAX_WAITING = 1_000
"""Commands under way at once; beyond it the answer is that the engine is busy."""

_log = structlog.get_logger()
T = TypeVar("T")


class EngineAway(Exception):
    """No engine answered in time."""


class Bus(Protocol):
    """What the link needs of the internal bus."""

    def subscribe(self, topic: str, callback: Callable[[str, bytes], None]) -> None: ...

    def publish(self, topic: str, payload: bytes) -> bool: ...


class EngineLink:
    """Hears the engine and speaks to it; everything happens on the event loop. `heard` is told the
    numbers of points that readings came of."""

    def __init__(
        self,
        line: Bus,
        client: str,
        clock: Clock,
        replica: Replica,
        hub: Hub,
        vitals: Vitals,
        heard: Callable[[Sequence[int]], None] | None = None,
    ) -> None:
        self._bus = line
        self._client = client
        self._clock = clock
        self._replica = replica
        self._hub = hub
        self._vitals = vitals
        self._heard = heard
        self._numbers = 0
        self._waiting: dict[str, asyncio.Future[bus.Reply]] = {}
        self._asked_at: float | None = None
        self._beaten_at: float | None = None

    def open(self) -> None:
        """Subscribe to everything the engine says."""
        self._bus.subscribe(bus.ALARMS, self._on_alarms)
        self._bus.subscribe(bus.VALUES, self._on_values)
        self._bus.subscribe(f"{bus.STATUS}/+", self._on_status)
        self._bus.subscribe(f"{bus.REPLY}/{self._client}", self._on_reply)

    def beat(self) -> None:
        """Say once a second that we live: what comes back of it tells that the broker does. Called
        often."""
        now = self._clock.monotonic()
        if self._beaten_at is not None and now - self._beaten_at < BEAT_S:
            return
        self._beaten_at = now
        alive = msgspec.json.encode(bus.Status("api", True, self._clock.now_ms()))
        self._vitals.said(taken=self._bus.publish(f"{bus.STATUS}/api", alive))

    def ask_for_snapshot(self) -> None:
        """Ask when one is wanted, and not again within a second. Called often."""
        now = self._clock.monotonic()
        if not self._replica.wants_snapshot or not self._vitals.is_heard(ENGINE):
            return
        if self._asked_at is not None and now - self._asked_at < SNAPSHOT_RETRY_S:
            return
        self._asked_at = now
        command = self._command("snapshot")
        self._replica.begin_snapshot(command.id)
        self._send(command)

    async def acknowledge(
        self,
        alarm_ids: Sequence[str],
        actor: str,
        enterprises: frozenset[str] | None,
        note: str | None,
    ) -> bus.Reply:
        """The engine's answer; raises EngineAway when there is none within 3 s.

        Of many alarms some may then be acknowledged: asking again finds them so.
        """
        whole = bus.Reply(id="")
        for start in range(0, len(alarm_ids), bus.IDS_A_COMMAND):
            some = alarm_ids[start : start + bus.IDS_A_COMMAND]
            reply = await self._acknowledge_some(some, actor, enterprises, note)
            whole = bus.Reply(
                reply.id, [*whole.alarms, *reply.alarms], [*whole.refused, *reply.refused]
            )
        return whole

    async def _acknowledge_some(
        self,
        alarm_ids: Sequence[str],
        actor: str,
        enterprises: frozenset[str] | None,
        note: str | None,
    ) -> bus.Reply:
        return await self._ask(
            "acknowledge",
            alarm_ids=list(alarm_ids),
            actor=actor,
            enterprises=None if enterprises is None else sorted(enterprises),
            note=note,
        )

    async def act(
        self, kind: str, alarm_id: str, actor: str, enterprises: frozenset[str] | None, **how: Any
    ) -> bus.Reply:
        """Off the board or back on it; the fields of `services.wire.bus.Command` in `how`.
        Raises EngineAway when there is no answer within 3 s."""
        return await self._ask(
            kind,
            alarm_ids=[alarm_id],
            actor=actor,
            enterprises=None if enterprises is None else sorted(enterprises),
            **how,
        )

    async def suppressions(self, rules: Sequence[tuple[str, str]]) -> list[bus.SuppressionItem]:
        """Where these rules (enterprise and id) stand; raises EngineAway when there is no answer
        within 3 s."""
        found: list[bus.SuppressionItem] = []
        for start in range(0, len(rules), bus.IDS_A_COMMAND):
            some = list(rules[start : start + bus.IDS_A_COMMAND])
            found += (await self._ask("suppressions", rules=some)).suppressions
        return found

    async def _ask(self, kind: Any, **fields: Any) -> bus.Reply:
        if not self._vitals.is_heard(ENGINE) or len(self._waiting) >= MAX_WAITING:
            raise EngineAway
        command = self._command(kind, **fields)
        answer: asyncio.Future[bus.Reply] = asyncio.get_running_loop().create_future()
        self._waiting[command.id] = answer
        try:
            self._send(command)
            async with asyncio.timeout(COMMAND_TIMEOUT_S):
                return await answer
        except TimeoutError as error:
            raise EngineAway from error
        finally:
            del self._waiting[command.id]

    def _command(self, kind: Any, **fields: Any) -> bus.Command:
        self._numbers += 1
        number = f"{self._client}-{self._numbers}"
        return bus.Command(
            id=number, client=self._client, kind=kind, at=self._clock.now_ms(), **fields
        )

    def _send(self, command: bus.Command) -> None:
        self._bus.publish(bus.COMMAND, msgspec.json.encode(command))

    def _on_alarms(self, topic: str, payload: bytes) -> None:
        batch = _decode(topic, payload, bus.AlarmEvents)
        if batch is not None:
            self._hub.alarms(self._replica.take_events(batch))
            self.ask_for_snapshot()

    def _on_values(self, topic: str, payload: bytes) -> None:
        frame = _decode(topic, payload, bus.ValueFrame)
        if frame is not None:
            changed = self._replica.take_values(frame)
            if self._heard is not None:
                self._heard(changed)
            self._hub.values(changed)

    def _on_status(self, topic: str, payload: bytes) -> None:
        status = _decode(topic, payload, bus.Status)
        if status is None or (status.service == ENGINE and self._replica.refuses(status.term)):
            return
        self._vitals.hear(status)
        if status.service == ENGINE:
            floods = self._replica.floods
            if self._replica.take_floods(status):
                self._hub.floods(floods)
            self._hub.recorded(self._replica.take_status(status))
            self.ask_for_snapshot()

    def _on_reply(self, topic: str, payload: bytes) -> None:
        answer = _decode(topic, payload, _Answer)
        if answer is None:
            return
        if answer.parts is not None:
            chunk = _decode(topic, payload, bus.SnapshotChunk)
            if chunk is not None and self._replica.take_chunk(chunk):
                self._hub.resync()
            return
        reply = _decode(topic, payload, bus.Reply)
        waiting = self._waiting.get(answer.id)
        if reply is None or self._replica.refuses(reply.term):
            return
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)


class _Answer(msgspec.Struct):
    """What tells a reply from a part of a snapshot."""

    id: str
    parts: int | None = None


def _decode(topic: str, payload: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(payload, type=kind)
    except msgspec.DecodeError as error:
        _log.error("unreadable message on the bus", topic=topic, reason=str(error))
        return None
