"""What a new alarm is among the others: first of its group or not, one of many in a minute, one
too many for the operators.

After each step: what rose is marked, and those whose rank that changed are said again as corrected.
"""

from collections import deque
from dataclasses import replace

from services.alerts.engine_fleet import Fleet
from services.alerts.engine_group import Groups
from services.alerts.engine_match import Known
from services.alerts.engine_outcome import Outcome
from services.alerts.engine_state import SavedFlood, SavedSounding
from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind, Transition
from services.domain.alarm_performance import CHATTER_MS
from services.domain.first_out import Cascade, FirstOuts, Group, Name, Place
from services.domain.flood import Flood, FloodMeter

PARK = ""
"""Stands for the console that sees all enterprises."""

HELD = 2_000
"""Alarms of ten minutes that are counted for one console; the figures end there."""

IN_MINUTE = 100
"""Times of one alarm in a minute that are counted."""

TIDY_MS = 60_000
"""How often what is long past is looked for: there may be many groups, and time passes often."""

APART = frozenset({"silence", "clock", "inhibit", "maintenance"})
"""Claims that tell of our own hearing, of the plant's logic or of people's work: nothing broke out
there."""

_COMES = (EventKind.RAISED, EventKind.EXERCISE_ENDED)
_COMES_BACK = (EventKind.RELEASED, EventKind.UNSHELVED, EventKind.RETURNED_TO_SERVICE)
"""What was off the board is looked at anew."""

EARLIER = "An alarm that came before it in its group was heard of later."


class Sounding:
    """Marks what rises, and measures how much it is."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._groups = Groups(fleet.directory)
        self._first_outs = FirstOuts()
        self._minutes: dict[Name, deque[int]] = {}
        self._meters: dict[str, FloodMeter] = {}
        self._tidied_at = 0
        self._bearers: dict[Name, tuple[str, Group | None]] = {}
        """The newest open alarm of each name, and its group."""

    def follow(self, now: int, out: Outcome) -> None:
        """After a step: mark what it raised; correct the ranks that it changed."""
        for alarm in self._groups.mark(out.transitions):
            known = self._known(alarm)
            if known is not None:
                known.alarm = replace(known.alarm, group=alarm.group)
        risen: dict[str, Alarm] = {}
        moved: dict[int, Cascade] = {}
        for each in out.transitions:
            self._count(each, risen)
            cascade = self._place(each)
            self._bear(each.alarm)
            if cascade is not None:
                moved[id(cascade)] = cascade
        if risen:
            self._mark(risen, out)
        for cascade in moved.values():
            self._correct(cascade, now, out)

    def tick(self, now: int) -> None:
        """Time passes: floods end, what is long past is forgotten."""
        for console, meter in list(self._meters.items()):
            meter.pass_to(now)
            meter.floods.clear()
            if meter.is_idle:
                del self._meters[console]
        if abs(now - self._tidied_at) < TIDY_MS:
            return
        self._tidied_at = now
        for name, times in list(self._minutes.items()):
            if times[-1] < now - 2 * CHATTER_MS:
                del self._minutes[name]
        self._first_outs.forget(now)

    def floods(self) -> dict[str, tuple[Flood, int]]:
        """The floods that go on and the alarms of their last ten minutes, by enterprise; the whole
        park's is under `PARK`."""
        going = ((console, each.current, each.rate) for console, each in self._meters.items())
        return {console: (flood, rate) for console, flood, rate in going if flood is not None}

    def replay(self, transition: Transition) -> None:
        """Recovery: a spooled transition, marked already."""
        self._count(transition, {})
        cascade = self._place(transition)
        self._bear(transition.alarm)
        if cascade is not None:
            cascade.fallen.clear()

    def save(self) -> SavedSounding:
        """For `load`."""
        meters = [
            SavedFlood(console, *meter.save()) for console, meter in sorted(self._meters.items())
        ]
        minutes = [(name, list(times)) for name, times in self._minutes.items()]
        return SavedSounding(self._first_outs.save(), minutes, meters)

    def load(self, saved: SavedSounding | None) -> None:
        """As it was saved; the open alarms are on the desk already."""
        for known in self._fleet.desk.open.values():
            self._bear(known.alarm)
        if saved is None:
            return
        self._first_outs.load(saved.groups)
        self._minutes = {tuple(name): deque(times, IN_MINUTE) for name, times in saved.minutes}
        for each in saved.meters:
            meter = self._meters[each.console] = FloodMeter(HELD)
            meter.load(each.recent, each.current)

    def _count(self, each: Transition, risen: dict[str, Alarm]) -> None:
        """Count it for the operators, if it sounded, and for its minute if it rose."""
        alarm = each.alarm
        if alarm.historical or alarm.exercise:
            return
        back = each.event in _COMES_BACK and alarm.state is AlarmState.UNACKNOWLEDGED
        if back or (each.event in _COMES and alarm.off is None):
            for console in (PARK, alarm.enterprise):
                self._meters.setdefault(console, FloodMeter(HELD)).raised(each.noted_at)
        if each.event is EventKind.RAISED:
            times = self._minutes.setdefault(_name(alarm), deque(maxlen=IN_MINUTE))
            times.append(alarm.raised_at)
            risen[alarm.id] = alarm

    def _bear(self, alarm: Alarm) -> None:
        name = _name(alarm)
        if alarm.closed_as is None and not alarm.historical:
            self._bearers[name] = alarm.id, self._group(alarm)
        elif self._bearer(name) == alarm.id:
            del self._bearers[name]

    def _bearer(self, name: Name) -> str:
        return self._bearers.get(name, ("", None))[0]

    def _place(self, each: Transition) -> Cascade | None:
        """The cascade in which the transition changed a place."""
        alarm = each.alarm
        group = self._group(alarm)
        if group is None and alarm.closed_as is ClosedAs.WITHDRAWN:
            # Its point may be gone from the book by now.
            _, group = self._bearers.get(_name(alarm), ("", None))
        if group is None:
            return None
        if alarm.closed_as is ClosedAs.WITHDRAWN:
            return self._first_outs.drop(group, alarm.id)
        place = Place(alarm.raised_at, alarm.id, _name(alarm))
        if each.event is EventKind.CORRECTED and self._first_outs.knows(group, alarm.raised_at):
            self._first_outs.drop(group, alarm.id)
            return self._first_outs.take(group, place)
        if each.event in (EventKind.RAISED, EventKind.EXERCISE_ENDED):
            return self._first_outs.take(group, place)
        return None

    def _mark(self, risen: dict[str, Alarm], out: Outcome) -> None:
        """What rose in this step has its rank and its count in all that is said of it."""
        marks: dict[str, tuple[int | None, int]] = {}
        for alarm in risen.values():
            times = self._minutes[_name(alarm)]
            at = alarm.raised_at
            count = sum(at - CHATTER_MS <= each <= at for each in times)
            marks[alarm.id] = self._rank(alarm), count
        for place, each in enumerate(out.transitions):
            mark = marks.get(each.alarm.id)
            if mark is not None and mark != (each.alarm.first_out_rank, each.alarm.in_minute):
                marked = replace(each.alarm, first_out_rank=mark[0], in_minute=mark[1])
                out.transitions[place] = replace(each, alarm=marked)
        for identity, (rank, count) in marks.items():
            known = self._known(risen[identity])
            if known is not None:
                known.alarm = replace(known.alarm, first_out_rank=rank, in_minute=count)

    def _correct(self, cascade: Cascade, now: int, out: Outcome) -> None:
        """Say the ranks again that are not what they were."""
        names = dict.fromkeys([*(place.name for place in cascade.places), *cascade.fallen])
        cascade.fallen.clear()
        for name in names:
            known = self._fleet.desk.open.get(self._bearer(name))
            if known is None or not cascade.start <= known.alarm.raised_at <= cascade.last:
                continue
            rank = cascade.rank(name)
            if known.alarm.first_out_rank == rank:
                continue
            known.alarm = replace(known.alarm, first_out_rank=rank)
            out.transitions.append(
                Transition(EventKind.CORRECTED, known.alarm, now, now, note=EARLIER)
            )

    def _rank(self, alarm: Alarm) -> int | None:
        group = self._group(alarm)
        return (
            None if group is None else self._first_outs.rank(group, alarm.raised_at, _name(alarm))
        )

    def _group(self, alarm: Alarm) -> Group | None:
        """Among whose alarms it has a rank."""
        if alarm.historical or alarm.exercise or alarm.rule in APART:
            return None
        return self._groups.of_first_out(alarm)

    def _known(self, alarm: Alarm) -> Known | None:
        """Where an alarm is kept, open or over."""
        known = self._fleet.desk.open.get(alarm.id)
        track = None if alarm.point_id is None else self._fleet.tracks.get(alarm.point_id)
        if known is not None or track is None:
            return known
        return next((each for each in track.board.known if each.alarm.id == alarm.id), None)


def _name(alarm: Alarm) -> Name:
    what = alarm.rule if alarm.direction is None else alarm.direction
    return alarm.enterprise, alarm.subject.type, alarm.subject.id, str(what)
