"""The alarms that other judges claim: their life on the board, and the leases they hang on."""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.alerts.engine_desk import Desk
from services.alerts.engine_match import Known
from services.alerts.engine_outcome import Outcome
from services.domain import event
from services.domain.alarm import Alarm, AlarmState, ClosedAs, EventKind, Transition, next_id
from services.domain.bypass_permit import BYPASS
from services.domain.claim import OWN_KEYS, Claim, Place
from services.domain.suppression import Off, OffBoard

MOST = 100_000
"""Leased claims of other judges kept; a message that claims more is refused whole (and logged).
Those that the engine claims itself are as many as its points: nobody refuses them."""

_UNCOVERED = {
    Off.SHELVED: EventKind.UNSHELVED,
    Off.SUPPRESSED: EventKind.RELEASED,
    Off.OUT_OF_SERVICE: EventKind.RETURNED_TO_SERVICE,
}
"""What a claim that is graver than what it is off the board for brings."""


class TooManyClaims(Exception):
    """No room for all that a message claims; nothing of it was taken."""


@dataclass(slots=True)
class Leased:
    """A claim that holds as long as its lease; `lapsed` once that ran out."""

    claim: Claim
    lapsed: bool = False


class Claims:
    """Every claimed alarm that is not closed, by its place, and every leased claim."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._known: dict[Place, Known] = {}
        self._leased: dict[Place, Leased] = {}
        self._foreign: set[Place] = set()
        self._ends: list[tuple[int, Place]] = []

    def with_room(self, claims: Iterable[Claim]) -> list[Claim]:
        """A message's claims, before the first of them is taken. Raises TooManyClaims where they
        have not all room."""
        told = list(claims)
        asked = {claim.place for claim in told if _is_counted(claim)} - self._foreign
        if asked and len(self._foreign) + len(asked) > MOST:
            raise TooManyClaims(
                f"{len(asked)} more leased claims beside {len(self._foreign)}: the most is {MOST}"
            )
        return told

    def take(
        self,
        claim: Claim,
        now: int,
        out: Outcome,
        off: OffBoard | None = None,
        *,
        judged: bool = True,
    ) -> None:
        """Make a claim true of the alarms. Other judges' have their room checked before.

        `off`: what the plant's logic says of it: a new occurrence is born off the board. `judged`
        False: it is about before now, and what is not judged now is not judged by it.
        """
        self._lease(claim, out)
        known = self._standing(claim.place)
        if not claim.active:
            if known is not None:
                self._end(known, claim.at, now, out)
        elif known is None:
            self._raise(claim, now, out, off)
        else:
            self._follow(known, claim, judged, now, out)

    def tell_past(self, claim: Claim, ended_at: int, now: int, out: Outcome) -> None:
        """What was there, is over by `ended_at` and is heard of only now: it sounds once, as
        returned. Before something later at its place it closes as superseded, and is counted there.
        """
        if claim.identity in self._desk.open or claim.identity in self._desk.closed:
            return
        later = self._known.get(claim.place)
        if later is None or not event.is_open(later.alarm):
            self._raise(claim, now, out, None)
            self._end(self._known[claim.place], ended_at, now, out)
        elif later.alarm.raised_at > claim.at:
            self._precede(later, claim, ended_at, now, out)
        elif event.is_over(later.alarm):
            self._raise(claim, now, out, None)
            self._end(self._known[claim.place], ended_at, now, out)

    def tick(self, now: int, out: Outcome) -> None:
        """Let leases run out."""
        while self._ends and self._ends[0][0] <= now:
            end, place = heapq.heappop(self._ends)
            leased = self._leased.get(place)
            if leased is None or leased.lapsed or leased.claim.lease_until != end:
                continue
            leased.lapsed = True
            known = self._standing(place)
            if known is not None:
                lapsed = replace(known.alarm, judged=False)
                self._say(known, EventKind.LAPSED, lapsed, end, now, out)

    def lapse(self, place: Place, at: int, now: int, out: Outcome) -> None:
        """Its judge has no answer: what stands is not judged, which is not clear."""
        known = self._standing(place)
        if known is not None and known.alarm.judged:
            self._say(known, EventKind.LAPSED, replace(known.alarm, judged=False), at, now, out)

    def resume(self, place: Place, at: int, now: int, out: Outcome) -> None:
        """Its judge has an answer again: it still stands."""
        known = self._standing(place)
        if known is not None and not known.alarm.judged:
            self._say(known, EventKind.RESUMED, replace(known.alarm, judged=True), at, now, out)

    def withdraw(self, places: Iterable[Place], now: int, out: Outcome) -> None:
        """The subject, or the rule by which it was judged, went."""
        for place in places:
            self._release(place)
            known = self._known.get(place)
            if known is not None and event.is_open(known.alarm):
                gone = event.closed(known.alarm, ClosedAs.WITHDRAWN, now)
                self._say(known, EventKind.WITHDRAWN, gone, now, now, out)

    def stands(self, place: Place) -> bool:
        """Whether the condition of a place is there now."""
        return self._standing(place) is not None

    def places_of(self, enterprise: str, subject_type: str, subject_id: str) -> list[Place]:
        """Where anything is claimed of this subject."""
        wanted = (enterprise, subject_type, subject_id)
        return [
            place for place in (self._known.keys() | self._leased.keys()) if place[:3] == wanted
        ]

    def standing(self) -> dict[Place, Alarm]:
        """The claimed alarms whose condition is there now."""
        open_now = {place: known.alarm for place, known in self._known.items()}
        return {
            place: alarm
            for place, alarm in open_now.items()
            if event.is_open(alarm) and not event.is_over(alarm)
        }

    @property
    def lapsed(self) -> int:
        """How many leased claims nobody judges any more, standing or not."""
        return sum(1 for leased in self._leased.values() if leased.lapsed)

    def forget(self, alarm: Alarm) -> None:
        """It closed by an operator's action."""
        self._known.pop(_place(alarm), None)

    def replay(self, record: Transition | Claim) -> None:
        """Recovery: a spooled transition or leased claim."""
        if isinstance(record, Claim):
            self._lease(record, Outcome())
            return
        place, alarm = _place(record.alarm), record.alarm
        known = self._known.get(place)
        if known is not None and known.alarm.id != alarm.id and not event.is_open(alarm):
            return
        if known is None or known.alarm.id != alarm.id:
            known = self._known[place] = Known(alarm)
        known.alarm = alarm
        self._keep(place, known)

    def save(self) -> tuple[list[Alarm], list[Claim]]:
        """What has to be remembered: open alarms and leased claims."""
        leased = [each.claim for each in self._leased.values()]
        return [known.alarm for known in self._known.values()], leased

    def load(self, alarms: Iterable[Alarm], leased: Iterable[Claim]) -> None:
        """As it was saved. What lapsed meanwhile does so at the next tick."""
        for alarm in alarms:
            known = self._known[_place(alarm)] = Known(alarm)
            self._desk.put(known)
        for claim in leased:
            self._lease(claim, Outcome())

    def _standing(self, place: Place) -> Known | None:
        known = self._known.get(place)
        if known is None or not event.is_open(known.alarm) or event.is_over(known.alarm):
            return None
        return known

    def _lease(self, claim: Claim, out: Outcome) -> None:
        """Note the lease. A mere renewal is not spooled: after a kill the older lease counts."""
        place = claim.place
        before = self._leased.get(place)
        if claim.lease_until is None:
            self._release(place)
            return
        if _is_counted(claim):
            self._foreign.add(place)
        if before is None or before.lapsed or _said(before.claim) != _said(claim):
            out.claims.append(claim)
        self._leased[place] = Leased(claim)
        heapq.heappush(self._ends, (claim.lease_until, place))
        if len(self._ends) > 4 * len(self._leased) + 1_000:
            self._ends = [(e.claim.lease_until or 0, p) for p, e in self._leased.items()]
            heapq.heapify(self._ends)

    def _release(self, place: Place) -> None:
        self._leased.pop(place, None)
        self._foreign.discard(place)

    def _raise(self, claim: Claim, now: int, out: Outcome, off: OffBoard | None) -> None:
        place, identity, count = claim.place, claim.identity, 0
        waiting = self._known.get(place)
        if waiting is not None:
            self._uncover(waiting, claim, now, out)
            off = waiting.alarm.off or off
        if waiting is not None and event.is_open(waiting.alarm):
            count = waiting.alarm.superseded + (1 if event.awaits(waiting.alarm) else 0)
            closed = event.closed(waiting.alarm, ClosedAs.SUPERSEDED, claim.at)
            self._say(waiting, EventKind.SUPERSEDED, closed, claim.at, now, out)
        while identity in self._desk.open or identity in self._desk.closed:
            identity = next_id(identity, claim.at)
        alarm = event.claimed(claim, identity, now, count)
        if off is not None:
            alarm = event.inherited(alarm, off)
        known = self._known[place] = Known(alarm)
        self._say(known, EventKind.RAISED, alarm, claim.at, now, out)

    def _precede(self, later: Known, claim: Claim, ended_at: int, now: int, out: Outcome) -> None:
        """One that came and went before another that is open."""
        alarm, off = event.claimed(claim, claim.identity, now, 0), later.alarm.off
        if off is not None and off.covers(claim.grade, None, high=True):
            alarm = event.inherited(alarm, off)
        known = Known(alarm)
        self._say(known, EventKind.RAISED, alarm, claim.at, now, out)
        self._end(known, ended_at, now, out)
        counted = 1 if event.awaits(known.alarm) else 0
        at = later.alarm.raised_at
        self._say(
            known, EventKind.SUPERSEDED, event.closed(known.alarm, ClosedAs.SUPERSEDED, at),
            at, now, out,
        )  # fmt: skip
        more = replace(later.alarm, superseded=later.alarm.superseded + counted)
        self._say(later, EventKind.CORRECTED, more, now, now, out)

    def _follow(self, known: Known, claim: Claim, judged: bool, now: int, out: Outcome) -> None:
        before = known.alarm
        after = replace(event.reclaimed(before, claim), judged=judged or before.judged)
        if after == before:
            return
        if not before.judged and judged:
            self._say(known, EventKind.RESUMED, replace(before, judged=True), now, now, out)
        if claim.grade < before.grade:
            self._uncover(known, claim, now, out)
            self._say(known, EventKind.ESCALATED, _asking(known.alarm, claim), claim.at, now, out)
        elif claim.grade > before.grade:
            self._say(known, EventKind.DEESCALATED, after, claim.at, now, out)
        elif claim.key == BYPASS and _is_unseen(known.alarm, claim):
            self._say(known, EventKind.ESCALATED, _asking(known.alarm, claim), now, now, out)
        elif after != known.alarm:
            self._say(known, EventKind.CORRECTED, after, claim.at, now, out)

    def _uncover(self, known: Known, claim: Claim, now: int, out: Outcome) -> None:
        """Worse than what it is off the board for: that ends."""
        off = known.alarm.off
        if off is not None and not off.covers(claim.grade, None, high=True):
            after = event.put_back(known.alarm, now)
            self._say(known, _UNCOVERED[off.how], after, now, now, out)

    def _end(self, known: Known, at: int, now: int, out: Outcome) -> None:
        kind, alarm = event.returned(replace(known.alarm, judged=True), at)
        self._say(known, kind, alarm, at, now, out)

    def _say(
        self, known: Known, kind: EventKind, alarm: Alarm, at: int, now: int, out: Outcome
    ) -> None:
        known.alarm = alarm
        out.transitions.append(Transition(kind, alarm, at, now))
        self._keep(_place(alarm), known)

    def _keep(self, place: Place, known: Known) -> None:
        self._desk.put(known)
        if not event.is_open(known.alarm) and self._known.get(place) is known:
            del self._known[place]


def _place(alarm: Alarm) -> Place:
    return alarm.enterprise, alarm.subject.type, alarm.subject.id, alarm.rule


def _asking(alarm: Alarm, claim: Claim) -> Alarm:
    """As it is claimed now, and unacknowledged again; judged if it was."""
    asked = event.asked_again(event.reclaimed(alarm, claim))
    return replace(asked, judged=alarm.judged)


def _is_unseen(alarm: Alarm, claim: Claim) -> bool:
    """Whether somebody acknowledged it as what it is no longer: this breach nobody has seen."""
    return alarm.state is AlarmState.ACKNOWLEDGED and alarm.condition != claim.condition


def _is_counted(claim: Claim) -> bool:
    """Whether it takes room: another judge's, for a time."""
    return claim.lease_until is not None and claim.key not in OWN_KEYS


def _said(claim: Claim) -> Claim:
    """The claim without its lease and its time: a renewal says the same."""
    return replace(claim, lease_until=None, at=0)
