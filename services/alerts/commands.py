"""Commands from the other services: operators' actions and requests for a snapshot."""

from collections import OrderedDict
from collections.abc import Callable

import msgspec
import structlog

from services.alerts.engine import Action
from services.alerts.item import suppression_of
from services.alerts.judge import Judge
from services.domain.alarm_life import LifeEvent
from services.domain.application import Application
from services.domain.rule import Direction
from services.domain.subject import Subject
from services.wire.bus import IDS_A_COMMAND, ApplicationItem, Command, Refusal, Reply

REMEMBERED = 10_000
"""Command ids kept, so that a repeated one is not carried out twice; the oldest go first."""
NOTE_LIMIT = 2_000

_ACTIONS = {
    "shelve": LifeEvent.SHELVE,
    "unshelve": LifeEvent.UNSHELVE,
    "out_of_service": LifeEvent.TAKE_OUT,
    "return_to_service": LifeEvent.RETURN_TO_SERVICE,
}

_log = structlog.get_logger()


class Commands:
    """Carries out commands one by one, on the judge's thread."""

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._decoder = msgspec.json.Decoder(Command)
        self.open = False
        """Before the judge runs, a command goes unanswered, which means "not done"."""
        self.may_act: Callable[[], bool] = lambda: True
        """Whether the lease is ours beyond doubt; if not, another one may answer."""
        self._done: OrderedDict[str, Reply | None] = OrderedDict()

    def hear(self, _topic: str, payload: bytes) -> None:
        """A message on the command topic. What is no command is logged and dropped."""
        if not (self.open and self.may_act()):
            return
        try:
            command = self._decoder.decode(payload)
        except msgspec.DecodeError as fault:
            _log.warning("not a command", fault=str(fault))
            return
        match command.kind:
            case "snapshot":
                self._snapshot(command)
            case "suppressions":
                self._suppressions(command)
            case _:
                self._answer(command)

    def _snapshot(self, command: Command) -> None:
        judge = self._judge
        numbers = (judge.ledger.seq, judge.ledger.recorded_seq)
        items, shown = judge.open_items(), judge.engine.newest()
        judge.publisher.snapshot(command.client, command.id, numbers, items, shown)

    def _suppressions(self, command: Command) -> None:
        """Nothing is done, so it is answered anew each time."""
        engine = self._judge.engine
        found = engine.suppressions(command.rules[:IDS_A_COMMAND])
        items = [suppression_of(each, engine.directory) for each in found]
        self._judge.publisher.reply(command.client, Reply(id=command.id, suppressions=items))

    def _answer(self, command: Command) -> None:
        reply = self._done.get(command.id)
        if reply is None:
            reply = self._carry_out(command)
        if reply is None:
            return
        self._done[command.id] = reply
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        self._judge.publisher.reply(command.client, reply)

    def _carry_out(self, command: Command) -> Reply | None:
        """None where nothing may be said: the asker then hears nothing, which means "not done"."""
        if not self._judge.ledger.spool.has_room_for_action():
            _log.error("no room left for operator actions: this one was not carried out")
            return None
        enterprises = None if command.enterprises is None else set(command.enterprises)
        kind = _ACTIONS.get(command.kind)
        if kind is None:
            ids = command.alarm_ids[:IDS_A_COMMAND]
            actor = _clean(command.actor or "")
            alarms, refused = self._judge.acknowledge(ids, actor, _note(command.note), enterprises)
        else:
            alarms, refused = self._judge.act(_action(kind, command), enterprises)
        return Reply(
            id=command.id,
            alarms=[self._judge.item(alarm) for alarm in alarms],
            refused=[Refusal(each.alarm_id, each.code, each.text) for each in refused],
        )


def _action(kind: LifeEvent, command: Command) -> Action:
    """Off the board and back is for one alarm at a time."""
    return Action(
        kind,
        command.alarm_ids[0] if command.alarm_ids else "",
        _clean(command.actor or ""),
        _note(command.note) or "",
        command.minutes,
        _note(command.permit),
        None if command.approved_by is None else _clean(command.approved_by),
        _note(command.approval_note),
        None if command.application is None else _application(command.application),
    )


def _application(item: ApplicationItem) -> Application:
    return Application(
        item.enterprise,
        Subject(item.subject_type, item.subject_id),
        None if item.direction is None else Direction(item.direction),
        item.rule,
        item.grade,
        item.limit,
        item.applied_at,
    )


def _note(text: str | None) -> str | None:
    return None if text is None else _clean(text)[:NOTE_LIMIT]


def _clean(text: str) -> str:
    """Without NUL, which no text column takes."""
    return text.replace("\x00", "")
