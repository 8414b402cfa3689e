"""Leftovers of a relieved engine, taken up by the one that judges: each is answered, none is lost.

An operator's action is carried out by the same state machine as any other, in the name of the
person and with the time it was given; where it is too late, that is said. An alarm that the old
engine had raised must be known by now; one that is not is told in the log.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from services.alerts.engine import Action
from services.alerts.engine_outcome import Refused
from services.alerts.judge import Judge
from services.domain.alarm import EventKind, Transition
from services.domain.alarm_life import LifeEvent
from services.domain.suppression import MINUTE_MS
from services.runtime.clock import to_datetime
from services.store.intake import Busy
from services.store.leftover import Leftover, LeftoverTable

EVERY_S = 2.0
PATIENCE_S = 30.0
"""So long an alarm that a leftover is about may take to be known here."""

_ACTIONS = {
    EventKind.SHELVED: LifeEvent.SHELVE,
    EventKind.UNSHELVED: LifeEvent.UNSHELVE,
    EventKind.TAKEN_OUT: LifeEvent.TAKE_OUT,
    EventKind.RETURNED_TO_SERVICE: LifeEvent.RETURN_TO_SERVICE,
}

_log = structlog.get_logger()


@dataclass(slots=True)
class Leftovers:
    """Looks every two seconds. `may_act`: whether the lease is ours."""

    table: LeftoverTable
    judge: Judge
    may_act: Callable[[], bool]
    _first_seen: dict[tuple[str, int, int], float] = field(default_factory=dict)

    async def run(self) -> None:
        """Take up for ever; with the database away, wait."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self._look()
            except Busy:
                continue

    async def _look(self) -> None:
        waiting = await self.table.waiting()
        raised = [each.transition.alarm.id for each in waiting]
        on_record = await self.table.known(raised) if raised else set[str]()
        for each in waiting:
            outcome = self._answer(each, on_record) if self.may_act() else None
            if outcome is not None:
                await self.table.taken_up(each, outcome)
                self._first_seen.pop(_place(each), None)

    def _answer(self, leftover: Leftover, on_record: set[str]) -> str | None:
        """What became of it; None: wait."""
        transition = leftover.transition
        if transition.actor is None:
            known = transition.alarm.id in on_record or self._is_open(transition.alarm.id)
            outcome = "known" if known else "not_found"
        else:
            outcome = self._act(transition, transition.actor)
        if outcome == "not_found" and self._is_early(leftover):
            return None
        if outcome not in ("known", "done"):
            _log.warning("a leftover of the engine before us was not taken up",
                         event=transition.event.value, alarm=transition.alarm.id,
                         actor=transition.actor, reason=outcome)  # fmt: skip
        return outcome

    def _is_early(self, leftover: Leftover) -> bool:
        now = self.judge.clock.monotonic()
        return now - self._first_seen.setdefault(_place(leftover), now) < PATIENCE_S

    def _is_open(self, identity: str) -> bool:
        return any(alarm.id == identity for alarm in self.judge.engine.open_alarms())

    def _act(self, transition: Transition, actor: str) -> str:
        """`done`, or the code of the refusal."""
        if not self.judge.ledger.spool.has_room_for_action():
            return "no_room"
        note = _note(transition)
        if transition.event is EventKind.ACKNOWLEDGED:
            _, refused = self.judge.acknowledge([transition.alarm.id], actor, note, None)
            return _outcome(refused)
        kind = _ACTIONS.get(transition.event)
        if kind is None:
            return "no_action"
        action = self._action(kind, transition, actor, note)
        if action is None:
            return "over"
        return _outcome(self.judge.act(action, None)[1])

    def _action(
        self, kind: LifeEvent, transition: Transition, actor: str, note: str
    ) -> Action | None:
        off = transition.alarm.off
        if kind in (LifeEvent.UNSHELVE, LifeEvent.RETURN_TO_SERVICE) or off is None:
            return Action(kind, transition.alarm.id, actor, note)
        left = (off.until or 0) - self.judge.clock.now_ms()
        if left <= 0:
            return None
        return Action(
            kind,
            transition.alarm.id,
            actor,
            note,
            left / MINUTE_MS,
            off.permit,
            off.approved_by,
            off.approval_note,
        )


def _outcome(refused: list[Refused]) -> str:
    return refused[0].code if refused else "done"


def _note(transition: Transition) -> str:
    """The person's words, and when they were given."""
    at = to_datetime(transition.noted_at).isoformat(timespec="seconds")
    off = transition.alarm.off
    words = transition.note or (off.reason if off is not None else "")
    return f"{words} ({at})".strip()


def _place(leftover: Leftover) -> tuple[str, int, int]:
    return leftover.spool, leftover.position, leftover.part
