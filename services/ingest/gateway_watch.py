"""How each gateway does: whether it is there, and what its clock is worth.

Told of every batch once that is committed, and of time. Pure: `now` is handed in, and what is to
be written is handed out, each gateway's figures at most every few seconds.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from services.domain.connection import Connection, ConnectionState
from services.domain.directory import BookChange
from services.domain.ear import Ear
from services.domain.formula import GATEWAY as COMPUTED
from services.domain.point import Reporting
from services.domain.reading import Quality, ReadingFlag
from services.domain.skew import ClockState, Skew
from services.runtime.clock import to_datetime
from services.runtime.feed import Delivery
from services.store.gateway_event import EventKind
from services.store.instants import Owner
from services.store.intake import Parcel
from services.store.vitals_tables import Happened, Vitals
from services.wire.native import GatewayState
from services.wire.telemetry import TimeRefusal
from services.wire.translate import Translation

SILENT_MS = 60_000
"""How long a gateway may send nothing where its points do not say how often they report."""

SILENT_LEAST_MS = 30_000
PERIODS = 3
"""Otherwise three times the shortest period of its points, but no less than half a minute."""

CAUGHT_UP_MS = 5_000
"""As long as what we store came longer ago than this, silence is ours and not the field's."""

WRITE_EVERY_MS = 10_000
"""Figures of a gateway that only went on are written so seldom; a change of state at once."""

GATEWAYS_LIMIT = 50_000
"""Gateways watched; of further ones nothing is known (their readings are stored all the same)."""

_CONNECTION_EVENTS = {
    ConnectionState.ONLINE: EventKind.GATEWAY_ONLINE,
    ConnectionState.OFFLINE: EventKind.GATEWAY_OFFLINE,
    ConnectionState.UNSTABLE: EventKind.GATEWAY_UNSTABLE,
}
_CLOCK_EVENTS = {
    ClockState.RIGHT: EventKind.CLOCK_RIGHT,
    ClockState.SKEWED: EventKind.CLOCK_SKEWED,
    ClockState.STUCK: EventKind.CLOCK_STUCK,
    ClockState.UNUSABLE: EventKind.CLOCK_UNUSABLE,
}


@dataclass(slots=True)
class _Gateway:
    connection: Connection = field(default_factory=Connection)
    clock: Skew = field(default_factory=Skew)
    last_message_at: int | None = None
    last_reading_at: int | None = None
    newest_measured_at: int | None = None
    heard_at: int = 0
    """The last sign that counts, in the time of our ear."""
    transcoded: bool = False
    """Told, once since we started, that its text is not UTF-8."""
    told: ConnectionState = ConnectionState.UNKNOWN
    told_clock: ClockState = ClockState.UNKNOWN
    """What was last said of it as an event."""
    changed: bool = False
    written_at: int = 0
    touched: bool = False


@dataclass(slots=True)
class _Expected:
    """What the register says: the shortest period (s) of a gateway's points, and how they report."""

    period_s: float | None = None
    periodic: bool = False


class GatewayWatch:
    """Of all gateways that were heard."""

    def __init__(self) -> None:
        self._ear = Ear()
        self._gateways: dict[Owner, _Gateway] = {}
        self._expected: dict[Owner, _Expected] = {}
        self._events: list[Happened] = []
        self._upto = self._now = 0

    def load(self, vitals: Iterable[Vitals]) -> None:
        """As they stood when last written; their silence counts from now on."""
        for each in vitals:
            known = self._of((each.enterprise, each.gateway))
            if known is None or known.last_message_at is not None:
                continue
            known.connection = Connection.resume(each.state, each.since, each.link, self._now)
            known.connection.link_at = each.link_at
            known.clock = Skew(each.clock, each.clock_since, each.skew_ms)
            known.last_message_at = each.last_message_at
            known.last_reading_at = each.last_reading_at
            known.newest_measured_at = each.newest_measured_at
            known.told, known.told_clock = each.state, each.clock
            known.heard_at = self._ear.at

    def follow(self, change: BookChange) -> None:
        """What is to be expected of gateways, from the points that are new or changed."""
        for point in change.points:
            if point.gateway is None:
                continue
            expected = self._expected.setdefault((point.enterprise, point.gateway), _Expected())
            if point.reporting is Reporting.PERIODIC:
                expected.periodic = True
                periods = [each for each in (expected.period_s, point.period_s) if each is not None]
                expected.period_s = min(periods, default=None)
        for gone in change.gone_gateways:
            self._expected.pop((gone.enterprise, gone.code), None)
            self._gateways.pop((gone.enterprise, gone.code), None)

    def note(self, parcels: Sequence[Parcel]) -> None:
        """A batch is committed."""
        for parcel in parcels:
            found = parcel.translation
            if found.repeated or found.gateway in ("", COMPUTED):
                continue
            known = self._of((found.enterprise, found.gateway))
            if known is not None:
                delivery = parcel.delivery
                self._hear((found.enterprise, found.gateway), known, found, delivery)
        if parcels:
            self._upto = parcels[-1].delivery.received_at

    def idle(self, now: int) -> None:
        """Nothing waits: what came until now is known."""
        self._upto = now

    def forget(self, is_ours: Callable[[str], bool]) -> None:
        """The gateways of other enterprises are somebody else's to watch now."""
        for owner in [each for each in self._gateways if not is_ours(each[0])]:
            del self._gateways[owner]

    def tick(self, now: int, is_heard: Callable[[str], bool]) -> None:
        """Time passes; `is_heard`: whether an enterprise's gateways could reach us."""
        self._now = now
        self._ear.listen(now, now - self._upto <= CAUGHT_UP_MS)
        heard: dict[str, bool] = {}
        for owner, known in self._gateways.items():
            if owner[0] not in heard:
                heard[owner[0]] = is_heard(owner[0])
            if not heard[owner[0]]:
                known.heard_at = self._ear.at
                continue
            known.changed |= known.connection.tick(now, self._is_silent(owner, known))
            if known.changed:
                self._tell(owner, known, now)

    def take_due(self, now: int, limit: int) -> tuple[list[Vitals], list[Happened]]:
        """What is to be written now."""
        due: list[Vitals] = []
        for owner, known in self._gateways.items():
            if known.changed or (known.touched and now - known.written_at >= WRITE_EVERY_MS):
                known.changed = known.touched = False
                known.written_at = now
                due.append(_vitals(owner, known))
                if len(due) >= limit:
                    break
        events, self._events = self._events, []
        return due, events

    def put_back(self, due: Iterable[Vitals], events: list[Happened]) -> None:
        """It could not be written; the newest events are kept, as many as there are gateways."""
        for each in due:
            known = self._gateways.get((each.enterprise, each.gateway))
            if known is not None:
                known.changed = True
        self._events = [*events, *self._events][-GATEWAYS_LIMIT:]

    def _of(self, owner: Owner) -> _Gateway | None:
        known = self._gateways.get(owner)
        if known is None and len(self._gateways) < GATEWAYS_LIMIT:
            known = self._gateways[owner] = _Gateway(heard_at=self._ear.at)
        return known

    def _hear(self, owner: Owner, known: _Gateway, found: Translation, delivery: Delivery) -> None:
        at = delivery.received_at
        known.touched = True
        if found.transcoded and not known.transcoded:
            known.transcoded = True
            self._events.append(Happened(*owner, at, EventKind.TEXT_TRANSCODED, "GB18030"))
        if found.state is not None:
            said_at = _said_at(known, found.state, delivery)
            known.changed |= known.connection.say(found.state.online, said_at)
            lives = found.state.online and self._is_by_link(owner)
        else:
            known.last_message_at = at
            known.changed |= _hear_clock(known, found, at)
            lives = _is_live(found)
            if lives:
                known.last_reading_at = at
        if lives:
            known.heard_at = self._ear.at
            known.changed |= known.connection.hear(at)

    def _is_by_link(self, owner: Owner) -> bool:
        """Whether all its points report on change: then its link says whether it is there."""
        expected = self._expected.get(owner)
        return expected is not None and not expected.periodic

    def _is_silent(self, owner: Owner, known: _Gateway) -> bool:
        if known.connection.link and self._is_by_link(owner):
            return False
        expected = self._expected.get(owner)
        limit = SILENT_MS
        if expected is not None and expected.period_s is not None:
            limit = max(SILENT_LEAST_MS, round(PERIODS * 1000 * expected.period_s))
        return self._ear.at - known.heard_at > limit

    def _tell(self, owner: Owner, known: _Gateway, now: int) -> None:
        state, clock = known.connection.state, known.clock.state
        kind = _CONNECTION_EVENTS.get(state)
        if kind is not None and state is not known.told:
            if known.told is not ConnectionState.UNKNOWN:
                self._events.append(
                    Happened(*owner, known.connection.since or now, kind, _last(known))
                )
            known.told = state
        kind = _CLOCK_EVENTS.get(clock)
        if kind is not None and clock is not known.told_clock:
            first = known.told_clock is ClockState.UNKNOWN and clock is ClockState.RIGHT
            if not first:
                self._events.append(Happened(*owner, known.clock.since or now, kind, _off(known)))
            known.told_clock = clock


def _said_at(known: _Gateway, state: GatewayState, delivery: Delivery) -> int:
    """When a gateway's state was said. A will bears the time of connecting, which says nothing of
    when the line broke: it was heard then, or, kept by the broker, after all that was heard."""
    at = delivery.received_at
    if state.ts is None or not (state.online or delivery.retained):
        return at
    if state.online:
        return min(at, state.ts)
    heard = (state.ts, known.last_message_at, known.connection.link_at)
    return min(at, max(each for each in heard if each is not None))


def _hear_clock(known: _Gateway, found: Translation, at: int) -> bool:
    plain = ReadingFlag.NONE
    stamps = [e.measured_at for e in found.readings if e.flags is plain or _has_time(e.flags)]
    if found.unregistered:
        stamps += [e.measured_at for e in found.unregistered if _has_time(e.flags)]
    if not stamps:
        refused = any(isinstance(each, TimeRefusal) for each in found.refusals)
        return refused and known.clock.hear_unusable(at)
    newest = max(stamps)
    if known.newest_measured_at is None or newest > known.newest_measured_at:
        known.newest_measured_at = newest
    return known.clock.hear(at, newest, ((e.point_id, e.value) for e in found.readings))


def _has_time(flags: ReadingFlag) -> bool:
    # Looking into flags costs more than all the rest here, and most readings have none.
    return not flags & ReadingFlag.NO_TIME


def _is_live(found: Translation) -> bool:
    """Whether something in it shows life: a value that is not bad, from under a day ago."""
    for some in (found.readings, found.unregistered):
        for each in some:
            is_old = each.flags is not ReadingFlag.NONE and each.flags & ReadingFlag.OLD
            if each.quality is not Quality.BAD and not is_old:
                return True
    return False


def _last(known: _Gateway) -> str:
    """When its last reading came: RFC 3339."""
    at = known.last_reading_at
    return "" if at is None else to_datetime(at).isoformat(timespec="milliseconds")


def _off(known: _Gateway) -> str:
    """How far its clock is off, plus is ahead; where it stands still, since when."""
    skew = known.clock.skew_ms
    if skew is not None:
        return f"{skew:+d} ms"
    newest = known.clock.newest
    if newest is None or known.clock.state is not ClockState.STUCK:
        return ""
    return to_datetime(newest).isoformat(timespec="milliseconds")


def _vitals(owner: Owner, known: _Gateway) -> Vitals:
    return Vitals(
        *owner,
        state=known.connection.state,
        since=known.connection.since,
        link=known.connection.link,
        link_at=known.connection.link_at,
        last_message_at=known.last_message_at,
        last_reading_at=known.last_reading_at,
        newest_measured_at=known.newest_measured_at,
        clock=known.clock.state,
        clock_since=known.clock.since,
        skew_ms=known.clock.skew_ms,
    )
