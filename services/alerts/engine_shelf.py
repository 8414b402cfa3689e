"""Off the board and back: operators' actions, ends of time, neighbours that rise, the plant's logic.

All of it is a field of the alarm, so it is spooled, journaled and recovered with it.
"""

from dataclasses import dataclass, replace

from services.alerts.engine_claims import Claims
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_group import Groups, Kinship, tells
from services.alerts.engine_inhibition import candidate
from services.alerts.engine_match import Known
from services.alerts.engine_outcome import Outcome, Refused
from services.alerts.engine_rises import Rises
from services.domain import event
from services.domain.alarm import Alarm, EventKind, Transition
from services.domain.alarm_life import LifeEvent
from services.domain.application import NEIGHBOUR_ROSE, NOTHING_STANDS, Application
from services.domain.point import Point
from services.domain.suppression import INHIBITING, MINUTE_MS, Off, OffBoard

NEIGHBOUR = "A neighbour in its group rose."
TIME_OVER = "Its time is over."
SET_BACK = "Our clock was set back."
FORGOTTEN = "It was acknowledged and still stands."

_BACK = {
    Off.SHELVED: EventKind.UNSHELVED,
    Off.SUPPRESSED: EventKind.RELEASED,
    Off.OUT_OF_SERVICE: EventKind.RETURNED_TO_SERVICE,
}
_EASED = (
    EventKind.UNSHELVED,
    EventKind.RETURNED_TO_SERVICE,
    EventKind.DEESCALATED,
    EventKind.CORRECTED,
)
"""What happened to alarms that logic may now take."""
_RISES = (EventKind.RAISED, EventKind.ESCALATED, EventKind.EXERCISE_ENDED)
_OFF = {LifeEvent.SHELVE: Off.SHELVED, LifeEvent.TAKE_OUT: Off.OUT_OF_SERVICE}


@dataclass(frozen=True, slots=True)
class Action:
    """An operator's action on one alarm. `minutes` and `reason` for what takes it off the board;
    `permit` for out of service; `approved_by`: the second person, `approval_note` their words.
    `application`: what they approved; it is then carried out on what stands of it now."""

    kind: LifeEvent
    alarm_id: str
    actor: str
    reason: str = ""
    minutes: float = 0.0
    permit: str | None = None
    approved_by: str | None = None
    approval_note: str | None = None
    application: Application | None = None


class Shelves:
    """Takes alarms off the board and puts them back."""

    def __init__(self, fleet: Fleet, claims: Claims) -> None:
        self._fleet = fleet
        self._claims = claims
        self._groups = Groups(fleet.directory)
        self.rises = Rises()
        self._settled = True
        self._wall: int | None = None

    def act(
        self, action: Action, enterprises: set[str] | None, now: int, out: Outcome
    ) -> Alarm | Refused:
        """Carry out an operator's action; one that is so already comes back as it is."""
        alarm_id = self._meant(action)
        if alarm_id is None:
            return Refused(action.alarm_id, "not_open", NOTHING_STANDS)
        refused = self._fleet.desk.refusal(alarm_id, enterprises)
        if refused is not None:
            return refused
        known = self._fleet.desk.open[alarm_id]
        why = event.refusal(known.alarm, action.kind) or self._unfit(known.alarm, action)
        if why is not None:
            text = f"{why[:1].upper()}{why[1:]}"
            return Refused(alarm_id, "not_possible", text.rstrip(".") + ".")
        if action.kind in (LifeEvent.SHELVE, LifeEvent.TAKE_OUT):
            self._take_off(known, action, now, out)
        else:
            self._put_back(known, now, out, action.actor, action.reason or None)
        return known.alarm

    def tick(self, now: int, out: Outcome) -> None:
        """Ends of shelves and of times out of service; the acknowledged that were forgotten."""
        self._settle(now, out)
        self.rises.pass_to(now)
        for known in self._begun_ahead(now):
            self._come_due(known, now, out, SET_BACK, SET_BACK)
        for known in self._fleet.desk.take_due(now):
            self._come_due(known, now, out, TIME_OVER, FORGOTTEN)

    def follow(self, now: int, out: Outcome) -> None:
        """After a step: what rose unshelves its neighbours; what inhibits suppresses."""
        risen: dict[Kinship, set[str]] = {}
        inhibits, freed = False, dict[str, None]()
        for each in out.transitions:
            alarm = each.alarm
            if each.event in _EASED:
                freed[alarm.id] = None
            inhibits = inhibits or alarm.rule in INHIBITING
            if each.event in _RISES and tells(alarm):
                who, told = self._groups.rise_of(alarm)
                kin = list(told)
                self.rises.note(who, kin, now)
                for kinship in kin:
                    risen.setdefault(kinship, set()).add(who)
        if risen and self._fleet.desk.off:
            self._unshelve_neighbours(risen, now, out)
        if inhibits:
            self._inhibit(now, out)
        for identity in freed:
            known = self._fleet.desk.open.get(identity)
            if known is not None and known.alarm.off is None:
                self._suppress(known, now, out)

    def replay(self, record: Transition) -> None:
        """Recovery: a spooled transition may have been a rise."""
        if record.event in _RISES and tells(record.alarm):
            self.rises.note(*self._groups.rise_of(record.alarm), record.noted_at)

    def unsettle(self) -> None:
        """Recovery: what inhibits holds at once; what it takes off is said at the next tick."""
        self._fleet.inhibitions.set(self._claims.standing().values())
        self._settled = False

    def _come_due(self, known: Known, now: int, out: Outcome, over: str, forgotten: str) -> None:
        if known.alarm.off is not None:
            self._put_back(known, now, out, None, over)
        elif event.refusal(known.alarm, LifeEvent.REALARM) is None:
            after = event.forgotten(known.alarm)
            self._say(known, EventKind.REALARMED, after, now, out, None, forgotten)

    def _begun_ahead(self, now: int) -> list[Known]:
        """After a start, and where our clock was set back: what would last longer than its limit."""
        before, self._wall = self._wall, now
        if before is not None and before - now <= event.SET_BACK_MS:
            return []
        return [k for k in self._fleet.desk.open.values() if event.began_ahead(k.alarm, now)]

    def _settle(self, now: int, out: Outcome) -> None:
        if not self._settled:
            self._settled = True
            self._inhibit(now, out)

    def _meant(self, action: Action) -> str | None:
        """The alarm that it is about: of what was applied for, the last that is on the desk."""
        asked = action.application
        if asked is None:
            return action.alarm_id
        those = [k.alarm for k in self._fleet.desk.open.values() if asked.is_for(k.alarm)]
        return max(those, key=lambda each: (each.raised_at, each.id)).id if those else None

    def _unfit(self, alarm: Alarm, action: Action) -> str | None:
        if alarm.historical:
            return "It is historical and on no board."
        how = _OFF.get(action.kind)
        if how is None:
            return None
        if how is Off.OUT_OF_SERVICE and not action.permit:
            return "Out of service needs the number of a permit."
        asked = action.application
        if asked is not None and (why := asked.refusal(alarm)) is not None:
            return why
        if asked is not None and how is Off.SHELVED and self._is_outlived(asked, alarm):
            return NEIGHBOUR_ROSE
        return self._fleet.directory.shelving.refusal(
            how,
            alarm.grade,
            round(action.minutes * MINUTE_MS),
            action.actor,
            action.approved_by,
        )

    def _is_outlived(self, asked: Application, alarm: Alarm) -> bool:
        """Whether a neighbour rose since, or became worse, whatever became of it: on the shelf
        already, that would have ended it. What stands tells an engine that took over."""
        own, listening = self._groups.listening(alarm)
        kin = set(listening)
        if self.rises.has_one(own, kin, asked.applied_at):
            return True
        for known in self._fleet.desk.open.values() if kin else ():
            if tells(known.alarm) and asked.precedes(known.alarm):
                who, told = self._groups.rise_of(known.alarm)
                if who != own and not kin.isdisjoint(told):
                    return True
        return False

    def _take_off(self, known: Known, action: Action, now: int, out: Outcome) -> None:
        how = _OFF[action.kind]
        off = OffBoard(
            how,
            action.actor,
            action.reason,
            now,
            now + round(action.minutes * MINUTE_MS),
            known.alarm.grade,
            known.alarm.limit,
            None if how is Off.SHELVED else action.permit,
            action.approved_by,
            self._fleet.directory.shelving.version,
            action.approval_note,
        )
        kind = EventKind.SHELVED if how is Off.SHELVED else EventKind.TAKEN_OUT
        after = event.taken_off(known.alarm, off)
        self._say(known, kind, after, now, out, action.actor, action.reason)

    def _put_back(
        self, known: Known, now: int, out: Outcome, actor: str | None, note: str | None
    ) -> None:
        """On the board again, and at once off it where the plant's logic says so."""
        off = known.alarm.off
        assert off is not None
        after = event.put_back(known.alarm, now)
        self._say(known, _BACK[off.how], after, now, out, actor, note)
        if event.is_open(known.alarm):
            self._suppress(known, now, out)

    def _unshelve_neighbours(self, risen: dict[Kinship, set[str]], now: int, out: Outcome) -> None:
        for identity in sorted(self._fleet.desk.off):
            known = self._fleet.desk.open[identity]
            alarm = known.alarm
            if alarm.off is None or alarm.off.how is not Off.SHELVED:
                continue
            own, kin = self._groups.listening(alarm)
            if any(risen.get(kinship, set()) - {own} for kinship in kin):
                self._put_back(known, now, out, None, NEIGHBOUR)

    def _inhibit(self, now: int, out: Outcome) -> None:
        """What inhibits has changed: take off what it suppresses, put back what it did."""
        self._fleet.inhibitions.set(self._claims.standing().values())
        self.enforce(now, out)

    def enforce(self, now: int, out: Outcome) -> None:
        """Take off the board what is suppressed by now, and put back what is no more."""
        for known in sorted(self._fleet.desk.open.values(), key=lambda k: k.alarm.id):
            off = known.alarm.off
            if off is None:
                self._suppress(known, now, out)
            elif off.how is Off.SUPPRESSED:
                self._compare(known, off, now, out)

    def _compare(self, known: Known, off: OffBoard, now: int, out: Outcome) -> None:
        """Whether what suppresses it still does, or other logic took its place."""
        found = self._inhibited(known.alarm, off.by)
        if found is None:
            self._put_back(known, now, out, None, _ended(off))
        elif (found.by, found.rule_version) != (off.by, off.rule_version):
            after = replace(known.alarm, off=found)
            self._say(known, EventKind.CORRECTED, after, now, out, None, found.reason)

    def _suppress(self, known: Known, now: int, out: Outcome) -> None:
        off = self._inhibited(known.alarm)
        if off is not None:
            after = event.taken_off(known.alarm, off)
            self._say(known, EventKind.SUPPRESSED, after, now, out, None, off.reason)

    def _inhibited(self, alarm: Alarm, rather: str | None = None) -> OffBoard | None:
        point = self._point(alarm)
        foreign = alarm.is_claimed and not self._groups.is_ruled(alarm)
        if point is None or alarm.historical or foreign:
            return None
        asked = candidate(self._fleet.directory, point, alarm)
        return self._fleet.inhibitions.of(asked, rather)

    def _point(self, alarm: Alarm) -> Point | None:
        if alarm.point_id is None:
            return None
        return self._fleet.directory.by_id.get(alarm.point_id)

    def _say(
        self,
        known: Known,
        kind: EventKind,
        after: Alarm,
        now: int,
        out: Outcome,
        actor: str | None,
        note: str | None,
    ) -> None:
        known.alarm = after
        out.transitions.append(Transition(kind, after, now, now, actor=actor, note=note))
        self._fleet.desk.note(known)
        if after.is_claimed and not event.is_open(after):
            self._claims.forget(after)


def _ended(off: OffBoard) -> str | None:
    """What is said of a rule that suppresses no more."""
    if off.rule_version is None:
        return None
    name = off.logic.get("name", off.by)
    return f"Suppression {off.by} version {off.rule_version} holds no more: {name}."
