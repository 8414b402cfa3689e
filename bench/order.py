"""What a publisher or a bare consumer is told to do: one JSON line each on its standard input."""

import msgspec


class Sender(msgspec.Struct, frozen=True):
    """Who publishes, and as what: `readings` values a message, from tags `first`… on."""

    port: int
    username: str
    password: str
    topic: str
    boot: str
    tags: list[str]
    readings: int


class Burst(msgspec.Struct, frozen=True, tag="burst"):
    """`messages` as fast as `window` unacknowledged ones allow, then `marker` low and high."""

    sender: Sender
    messages: int
    window: int
    marker: str


class Paced(msgspec.Struct, frozen=True, tag="paced"):
    """One message every `every_s`, the first at `offset_s` after the start, for `seconds`.

    Every `alarm_every`-th message carries one of `alarms`, above its limit or back below.
    With `stamped`, each message says when it was due, for a consumer to measure. With
    `steadfast` a connection that is cut is made again, as a gateway would.
    """

    sender: Sender
    every_s: float
    offset_s: float
    seconds: float
    alarms: list[str]
    alarm_every: int
    stamped: bool
    steadfast: bool = False


class Consume(msgspec.Struct, frozen=True, tag="consume"):
    """Consume a topic filter; with a `database_url` store into `table`, else only decode."""

    port: int
    username: str
    password: str
    topic_filter: str
    point_ids: dict[str, int]
    database_url: str | None
    table: str


class Start(msgspec.Struct, frozen=True):
    """Begin at this moment of the machine's monotonic clock."""

    at: float


class Raise(msgspec.Struct, frozen=True):
    """An alarm that must come: its tag, the reading's `ts` (epoch ms), when it was due."""

    tag: str
    ts: int
    due: float


class Sent(msgspec.Struct, frozen=True):
    """What a publisher did: `begun` and `acked` on the monotonic clock, and its CPU seconds."""

    begun: float
    acked: float
    messages: int
    payload_bytes: int
    cpu_s: float
    raises: list[Raise]
    late_s: float
    """How far the sending itself fell behind its schedule at worst."""
    cuts: int = 0
    """How often it was cut off, and connected again."""
