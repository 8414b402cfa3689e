"""What the live push says: one struct for each type of message, the source of `asyncapi.yaml`."""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from services.api.alarm_view import AlarmView

Time = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""RFC 3339 in UTC with milliseconds."""


class Columns(msgspec.Struct):
    """Newest values, columnar: a point's number, its judging time (epoch ms), its value (a number,
    a state's name, null when it is bad) and its quality (0 good, 1 uncertain, 2 bad)."""

    id: list[int]
    t: list[int]
    v: list[float | str | None]
    q: list[int]


@dataclass(frozen=True, slots=True)
class FloodView:
    """A flood of alarms that goes on (more than 10 in 10 minutes, until fewer than 5 come):
    `enterprise` null for the console of the whole park; how many alarms came in it, in its last
    and in its worst ten minutes."""

    enterprise: str | None
    since: Time
    alarms: int
    rate: int
    peak: int


class Snapshot(msgspec.Struct, tag="snapshot", tag_field="type"):
    """All that this console may see and wants to, first and after every `resync`: the alarms that
    are not closed and the newest value of each point. `snapshot_from` is `engine`; `store` as long
    as no engine has answered; `none` while neither has."""

    seq: int
    alarms: list[AlarmView]
    points: Columns
    snapshot_from: str
    floods: list[FloodView] = []


class AlarmMessage(msgspec.Struct, tag="alarm", tag_field="type"):
    """What happened to an alarm, at once. `seq` is +1 each on this connection, counted on from the
    snapshot's; `alarm` is the alarm after it; `actor` and `note` are those of an operator."""

    seq: int
    event: str
    at: Time
    alarm: AlarmView
    actor: str | None
    note: str | None


class Values(Columns, tag="values", tag_field="type"):
    """Points whose newest value changed, at most once a second."""


class Floods(msgspec.Struct, tag="flood", tag_field="type"):
    """All floods that go on now among what this console may see and wants; empty when the last one
    has ended. Sent when one begins, ends or changes."""

    floods: list[FloodView]


class Recorded(msgspec.Struct, tag="recorded", tag_field="type"):
    """The ids of alarms that are in the database from now on, up to their last event."""

    ids: list[str]


class StoreView(msgspec.Struct):
    """The broker's store: `share` of it that is used, 0 to 1, and in how many hours it ends at the
    growth of the last 10 min; null when it does not grow."""

    share: float
    hours_left: float | None


class Heartbeat(msgspec.Struct, tag="heartbeat", tag_field="type"):
    """A sign of life every 2 s, and out of turn when something breaks or comes back: when the
    engine last finished a step, when readings were last committed, what does not work now, and how
    long ago (s) the canary last alarmed through the whole chain: above 30 nobody can rely on it."""

    server_time: Time
    engine_at: Time | None
    commit_at: Time | None
    degraded: list[str]
    snapshot_from: str
    broker_store: StoreView | None = None
    canary_age_s: float | None = None


class Resync(msgspec.Struct, tag="resync", tag_field="type"):
    """The client was too slow, or a gap was found: forget everything, a snapshot follows."""


ServerMessage = Snapshot | AlarmMessage | Values | Recorded | Floods | Heartbeat | Resync


def encoded(message: ServerMessage) -> str:
    """The message as it goes over the line."""
    return msgspec.json.encode(message).decode()
