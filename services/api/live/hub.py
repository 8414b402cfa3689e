"""Fans the live state out to the consoles: each message is worded once and shared.

The hub only puts messages into channels, so a console that does not read costs the others
nothing. Values go out at most once a second, changed points only.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from services.api.alarm_view import maybe_time_text, time_text, view
from services.api.live.channel import Channel, Interest
from services.api.live.message import (
    AlarmMessage,
    Columns,
    Floods,
    FloodView,
    Heartbeat,
    Recorded,
    Resync,
    Snapshot,
    StoreView,
    Values,
    encoded,
)
from services.api.principal import Principal
from services.api.register import Register
from services.api.replica import Replica
from services.api.vitals import Vitals
from services.api.wording import Language
from services.runtime.clock import Clock
from services.wire.bus import AlarmEvent, AlarmItem, FloodItem

RESYNC = encoded(Resync())
VALUES_EVERY_S = 1.0
CHANGED_ACCOUNT = (4401, "your account changed: please sign in again")

Scope = frozenset[str] | None


class Hub:
    """All consoles that are connected."""

    def __init__(self, clock: Clock, replica: Replica, register: Register, vitals: Vitals) -> None:
        self._clock = clock
        self._replica = replica
        self._register = register
        self._vitals = vitals
        self._changed: set[int] = set()
        self._flushed_at: float | None = None
        self._revision = 0
        self._snapshots: dict[Interest, tuple[int, str]] = {}
        self._degraded: list[str] = []
        self.channels: set[Channel] = set()

    def join(self, channel: Channel) -> None:
        self.channels.add(channel)

    def leave(self, channel: Channel) -> None:
        self.channels.discard(channel)

    def alarms(self, events: Sequence[AlarmEvent]) -> None:
        """Send what happened, at once."""
        self._revision += bool(events)
        for event in events:
            tails: dict[Language, str] = {}
            for channel in self.channels:
                interest = channel.interest
                if interest.covers(event.alarm.enterprise):
                    tail = tails.get(interest.language)
                    if tail is None:
                        tail = tails[interest.language] = self._tail(event, interest.language)
                    channel.offer_alarm(tail)

    def values(self, point_ids: Iterable[int]) -> None:
        """Note which newest values changed; they go out with the next `flush_values`."""
        self._changed.update(point_ids)

    def flush_values(self) -> None:
        """Send the points that changed, if the last time is a second ago. Called often."""
        now = self._clock.monotonic()
        too_soon = self._flushed_at is not None and now - self._flushed_at < VALUES_EVERY_S
        if too_soon or not self._changed:
            return
        self._flushed_at = now
        changed, self._changed = self._changed, set()
        self._revision += 1
        by_enterprise = self._by_enterprise(changed)
        self._share(
            lambda scope: self._values_text(_within(by_enterprise, scope)),
            lambda interest: interest.points,
        )

    def recorded(self, alarms: Sequence[AlarmItem]) -> None:
        """Say which alarms are on record from now on."""
        if not alarms:
            return
        self._revision += 1

        def recorded(scope: Scope) -> str | None:
            ids = [a.id for a in alarms if scope is None or a.enterprise in scope]
            return encoded(Recorded(ids)) if ids else None

        self._share(recorded, lambda _: True)

    def floods(self, before: Sequence[FloodItem]) -> None:
        """Say which floods go on, where it is others than before: that something floods elsewhere
        is nobody's business."""
        self._revision += 1

        def floods(scope: Scope) -> str | None:
            now = self.floods_of(scope)
            return encoded(Floods(now)) if now != _views(before, scope) else None

        self._share(floods, lambda _: True)

    def floods_of(self, scope: Scope) -> list[FloodView]:
        """Those that somebody of this scope may see; the park's only for whom all of it is."""
        return _views(self._replica.floods, scope)

    def resync(self) -> None:
        """The replica was set anew: every console gets `resync` and a snapshot."""
        self._revision += 1
        self._changed.clear()
        for channel in self.channels:
            channel.resync()

    def heartbeat(self) -> None:
        """Send a sign of life. Called every 2 s."""
        self._degraded = self._vitals.degraded()
        text = self._heartbeat_text()
        for channel in self.channels:
            channel.offer_heartbeat(text)

    def greet(self, channel: Channel) -> None:
        """A first heartbeat, so that a console knows at once how things stand."""
        channel.offer_heartbeat(self._heartbeat_text())

    def notice(self) -> None:
        """A heartbeat out of turn when something broke or came back."""
        if self._vitals.degraded() != self._degraded:
            self.heartbeat()

    def review(self, stands: Callable[[Principal], bool]) -> None:
        """Cut the consoles of people who are gone or whose rights changed."""
        for channel in self.channels:
            if not stands(channel.principal):
                channel.end(*CHANGED_ACCOUNT)

    def sessions(self) -> set[str]:
        """The sessions whose consoles are connected."""
        found = (channel.principal.session for channel in self.channels)
        return {session for session in found if session is not None}

    def snapshot(self, channel: Channel) -> str:
        """The state as this console sees it now; it stands for everything that waited."""
        seq = channel.begin_snapshot()
        known = self._snapshots.get(channel.interest)
        if known is None or known[0] != self._revision:
            if len(self._snapshots) >= 64:
                self._snapshots.clear()
            known = self._revision, self._snapshot_tail(channel.interest)
            self._snapshots[channel.interest] = known
        return f'{{"type":"snapshot","seq":{seq},{known[1]}'

    def _heartbeat_text(self) -> str:
        return encoded(
            Heartbeat(
                server_time=time_text(self._clock.now_ms()),
                engine_at=maybe_time_text(self._vitals.engine_at),
                commit_at=maybe_time_text(self._vitals.commit_at),
                degraded=self._vitals.degraded(),
                snapshot_from=self._replica.source,
                broker_store=self._store_view(),
                canary_age_s=round(self._vitals.canary.age_s, 1),
            )
        )

    def _store_view(self) -> StoreView | None:
        state = self._vitals.broker_store
        if state is None:
            return None
        hours = None if state.hours_left is None else round(state.hours_left, 1)
        return StoreView(round(state.share, 3), hours)

    def _snapshot_tail(self, interest: Interest) -> str:
        alarms = [
            view(alarm, self._replica.is_recorded(alarm), interest.language)
            for alarm in self._replica.open.values()
            if interest.covers(alarm.enterprise)
        ]
        points: list[int] = []
        if interest.points:
            values = self._replica.values
            points = [n for n in self._register.points_of(interest.enterprises) if n in values]
        snapshot = Snapshot(
            0,
            alarms,
            self._columns(points),
            self._replica.source,
            self.floods_of(interest.enterprises),
        )
        return encoded(snapshot).removeprefix('{"type":"snapshot","seq":0,')

    def _tail(self, event: AlarmEvent, language: Language) -> str:
        alarm = event.alarm
        message = AlarmMessage(
            seq=0,
            event=event.event,
            at=time_text(event.at),
            alarm=view(alarm, self._replica.is_recorded(alarm), language),
            actor=event.actor,
            note=event.note,
        )
        return encoded(message).removeprefix('{"type":"alarm","seq":0,')

    def _share(
        self, text_for: Callable[[Scope], str | None], wanted: Callable[[Interest], bool]
    ) -> None:
        texts: dict[Scope, str | None] = {}
        for channel in self.channels:
            scope = channel.interest.enterprises
            if not wanted(channel.interest):
                continue
            if scope not in texts:
                texts[scope] = text_for(scope)
            text = texts[scope]
            if text is not None:
                channel.offer(text)

    def _by_enterprise(self, point_ids: Iterable[int]) -> dict[str, list[int]]:
        grouped: dict[str, list[int]] = defaultdict(list)
        for point_id in point_ids:
            enterprise = self._register.enterprise_of(point_id)
            if enterprise is not None:
                grouped[enterprise].append(point_id)
        return grouped

    def _values_text(self, point_ids: list[int]) -> str | None:
        if not point_ids:
            return None
        columns = self._columns(point_ids)
        return encoded(Values(columns.id, columns.t, columns.v, columns.q))

    def _columns(self, point_ids: Iterable[int]) -> Columns:
        columns = Columns([], [], [], [])
        for point_id in point_ids:
            value = self._replica.values.get(point_id)
            place = self._register.by_id.get(point_id)
            if value is not None and place is not None:
                columns.id.append(point_id)
                columns.t.append(value.t)
                columns.v.append(place.point.present(value.v))
                columns.q.append(value.q)
        return columns


def _views(floods: Iterable[FloodItem], scope: Scope) -> list[FloodView]:
    return [
        FloodView(each.enterprise, time_text(each.start), each.alarms, each.rate, each.peak)
        for each in floods
        if scope is None or each.enterprise in scope
    ]


def _within(by_enterprise: dict[str, list[int]], scope: Scope) -> list[int]:
    chosen = by_enterprise.keys() if scope is None else by_enterprise.keys() & scope
    return [point_id for enterprise in chosen for point_id in by_enterprise[enterprise]]
