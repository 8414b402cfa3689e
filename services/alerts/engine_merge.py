"""What a replay of stored readings found, reconciled with the alarms of a point on record.

An occurrence that shares time with one on record is that one; only a surplus is new, and none is
removed: the record said so in good faith. Historical alarms are corrected to their true start
and end; of a live one only the start, since its end is the live judge's to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.alerts.engine_board import Board, step_of
from services.alerts.engine_match import NEAR_MS, RECORD, Known, match
from services.domain import event
from services.domain.alarm import Alarm, Transition
from services.domain.occurrence import History, Occurrence
from services.domain.reading import Reading


@dataclass(frozen=True, slots=True)
class Merge:
    """One replay against one board. `sounding`: what is new goes out live. `rules_live`: the
    replay reached the point's newest live reading, so that it may end live alarms as well."""

    board: Board
    history: History
    sounding: bool
    rules_live: bool

    def run(self, recorded: Sequence[Alarm], now: int, out: list[Transition]) -> None:
        """Reconcile; `recorded` are the point's alarms from the database."""
        known = self._all_known(recorded)
        found = self.history.occurrences
        pairs = match(known, [self._seen(each) for each in found], (*RECORD, self._is_near))
        live = [k for k in known if not k.alarm.historical]
        for place in sorted(pairs):
            self._agree(pairs[place], found[place], now, out)
        for place, occurrence in enumerate(found):
            if place in pairs:
                continue
            if self.sounding or not any(k.overlaps(occurrence) for k in live):
                self.board.raise_(occurrence, now, out, historical=not self.sounding)
        if self.sounding:
            self.board.settle(now, out)

    def _seen(self, occurrence: Occurrence) -> Occurrence:
        """As much of it as the replay has seen: one that stood when it stopped is not endless."""
        settled_at = self.history.settled_at
        if occurrence.ended_at is not None or settled_at is None:
            return occurrence
        return replace(occurrence, ended_at=settled_at)

    def _all_known(self, recorded: Sequence[Alarm]) -> list[Known]:
        ours = {known.alarm.id for known in self.board.known}
        for alarm in recorded:
            if alarm.id in ours:
                continue
            known = Known(alarm, [step_of(alarm, alarm.raised_at)])
            if not known.is_withdrawn:
                self.board.known.append(known)
        return list(self.board.known)

    def _is_near(self, known: Known, occurrence: Occurrence) -> bool:
        """Readings without a time of their own: within 10 s, and not borne out otherwise."""
        start, end = self.history.since, self.history.settled_at
        raised_at = known.alarm.raised_at
        replayed = (start is None or raised_at > start) and (end is None or raised_at <= end)
        return replayed and known.overlaps(occurrence, NEAR_MS)

    def _agree(self, known: Known, found: Occurrence, now: int, out: list[Transition]) -> None:
        if self.sounding and not known.alarm.historical:
            self.board.sound_worst(known, found, now, out)
        before = alarm = known.alarm
        if alarm.raised_at != found.raised_at:
            alarm = replace(alarm, raised_at=found.raised_at, received_at=found.received_at)
        owns_end = alarm.historical or self.rules_live
        last = found.steps[-1]
        goes_on = found.ended_at is None and self.history.settled_at is not None
        if owns_end and not goes_on and (alarm.rule, alarm.limit) != (last.rule, last.limit):
            alarm = event.levelled(alarm, last)
            known.walk(found.steps)
        if alarm.historical and found.ended_at is not None and event.is_over(alarm):
            alarm = replace(alarm, cleared_at=found.ended_at)
        if self.rules_live and found.ended_at is None and event.is_over(alarm):
            alarm = event.asked_again(alarm)
        if alarm != before:
            self.board.correct(known, alarm, found.raised_at, now, out)
        if owns_end and found.ended_at is not None and not event.is_over(known.alarm):
            self.board.end(known, found.ended_at, now, out)


def reaches(history: History, newest: Reading | None) -> bool:
    """Whether a replay went as far as the newest live reading."""
    final = history.final.newest
    if newest is None or final is None or history.settled_at is not None:
        return False
    return (final.judged_at, final.measured_at) >= (newest.judged_at, newest.measured_at)
