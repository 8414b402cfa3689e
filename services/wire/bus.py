"""What our own services say to each other on `pw/int/v1/#`: JSON by msgspec, times in epoch ms.

The alarm engine is the only writer of live state. Its events carry an epoch (new at each start)
and a sequence number (+1 each); whoever sees a gap asks for a snapshot.
"""

from typing import Literal

import msgspec

from services.domain.claim import Scalar

ALARMS = "pw/int/v1/alarms"
VALUES = "pw/int/v1/values"
STATUS = "pw/int/v1/status"
COMMAND = "pw/int/v1/command"
CLAIM = "pw/int/v1/claim"
REPLY = "pw/int/v1/reply"
CANARY = "pw/int/v1/canary"


class OffItem(msgspec.Struct, frozen=True):
    """Why an alarm is off the board; the fields of `services.domain.suppression.OffBoard`."""

    how: str
    by: str
    reason: str
    since: int
    until: int | None = None
    permit: str | None = None
    approved_by: str | None = None
    policy: int | None = None
    approval_note: str | None = None
    rule_version: int | None = None
    logic: dict[str, Scalar] = {}


class AlarmItem(msgspec.Struct, frozen=True, omit_defaults=False):
    """An alarm as the engine publishes it; the fields of `services.domain.alarm.Alarm`
    and what a console must know of its point while the database is away."""

    id: str
    enterprise: str
    point_id: int | None
    tag: str | None
    direction: str | None
    rule: str
    rule_version: int
    condition: str
    limit: float | None
    grade: int
    state: str
    value: float | None
    raised_at: int
    received_at: int
    kind: str
    unit: str
    name: str | None = None
    name_en: str | None = None
    hazard_source: str | None = None
    historical: bool = False
    exercise: bool = False
    cleared_at: int | None = None
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    closed_as: str | None = None
    superseded: int = 0
    event_seq: int = 0
    """Sequence number of its last event: recorded once the engine's `recorded_seq` reaches it."""
    subject_type: str = "point"
    subject_id: str = ""
    facts: dict[str, Scalar] = {}
    judged: bool = True
    off: OffItem | None = None
    latch: bool = False
    first_out_rank: int | None = None
    in_minute: int = 1
    group: str | None = None
    """Code of the group of detectors that its point was in when it rose."""


class AlarmEvent(msgspec.Struct, frozen=True):
    """One transition; `seq` is its place in the engine's epoch."""

    seq: int
    event: str
    alarm: AlarmItem
    at: int
    noted_at: int
    actor: str | None = None
    note: str | None = None


class AlarmEvents(msgspec.Struct, frozen=True):
    """A batch of consecutive events of one epoch, published at once."""

    epoch: str
    events: list[AlarmEvent]
    term: int = 0
    """The engine's lease. Of two engines the greater one is right; what bears a smaller one than
    was heard before is refused."""


class CanaryNote(msgspec.Struct, frozen=True):
    """The canary's alarm was raised, or returned, by the reading with this name and number.

    `after` is the number of the newest event of the field in this epoch: who has not heard that
    one does not hear alarms, and must not pass the canary either.
    """

    boot: str
    reading: int
    event: Literal["raised", "returned"]
    at: int
    epoch: str
    after: int


class ValueFrame(msgspec.Struct, frozen=True):
    """Newest values, columnar: ids, judging times, values (None: bad), qualities; ≤ 5,000 points."""

    epoch: str
    id: list[int]
    t: list[int]
    v: list[float | None]
    q: list[int]
    term: int = 0
    seq: int = 0
    """Its number among the frames that the engine of this epoch sent, from 1; 0 within a snapshot."""


class FloodItem(msgspec.Struct, frozen=True):
    """A flood that goes on: `enterprise` None for the console of the whole park; since when, how
    many alarms came in it, in its last and in its worst ten minutes."""

    enterprise: str | None
    start: int
    alarms: int
    rate: int
    peak: int


FLOODS_A_STATUS = 200
"""The worst floods that one sign of life tells; the park's is always among them."""


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """A service's sign of life, every second."""

    service: str
    ready: bool
    at: int
    db_ok: bool = True
    epoch: str | None = None
    term: int = 0
    """The engine's lease, as in `AlarmEvents` (engine)."""
    seq: int | None = None
    recorded_seq: int | None = None
    """Events up to this one are in the database (engine)."""
    frames: int | None = None
    """The number of the last frame of values that was sent in this epoch (engine)."""
    engine_at: int | None = None
    """When the engine last finished a step of its loop (engine)."""
    spool_bytes: int | None = None
    derived_unsent: int = 0
    """Readings of derived points that the broker has not acknowledged (engine)."""
    derived_traced: int = 0
    """Readings of their inputs that are kept for late ones (engine)."""
    commit_at: int | None = None
    """When the last batch was committed (ingest)."""
    canary_at: int | None = None
    """When the newest canary came that went out of the door behind a commit (ingest)."""
    rollup_lag_ms: int | None = None
    """How far the roll-ups are behind what is stored (ingest, the one that rolls up)."""
    free_share: float | None = None
    """Of the room for the database (ingest, where it can be seen)."""
    room: Literal["enough", "low", "tight", "full"] | None = None
    """What that means; `services.domain.retention.Room` (ingest, where it can be seen)."""
    unjudged: int | None = None
    """Claims whose judge has fallen silent (engine)."""
    floods: list[FloodItem] = []
    """The floods of alarms that go on (engine)."""
    worker: str | None = None
    """Which process says so, where several do the same work (ingest)."""
    buckets: list[int] = []
    """The buckets of the field that it hears, of `buckets_of` (ingest)."""
    buckets_of: int = 0
    in_flight: dict[str, int] = {}
    """Readings read and not yet committed, by `enterprise/gateway/day` (UTC) (ingest)."""
    readings: dict[str, int] = {}
    """What became of the readings committed since its start, by fate (ingest)."""
    gaps_opened: int = 0
    sessions_lost: int = 0
    """Times the broker had no session where one was expected (ingest)."""
    acks_sent: int = 0
    queued: int | None = None
    """Deliveries in our own queue that nobody has taken yet (ingest)."""
    queue_refused: int = 0
    """Deliveries for which our own queue had no room; they came again (ingest)."""
    apart: int = 0
    """Readings of gateways over their rate that are stored apart and wait (ingest)."""
    apart_since: int | None = None
    """When the oldest message that is stored apart came (ingest)."""
    letters_dropped: int = 0
    """Dead letters that a cap dropped since the start (ingest)."""
    detail: str | None = None


class ApplicationItem(msgspec.Struct, frozen=True):
    """What a second person approved; the fields of `services.domain.application.Application`."""

    enterprise: str
    subject_type: str
    subject_id: str
    direction: Literal["high", "low"] | None
    rule: str
    grade: int
    limit: float | None = None
    applied_at: int = 0


IDS_A_COMMAND = 200
"""Alarms of one command, so that its answer fits the broker's 1 MiB: an alarm with the longest
names takes 3 KiB. More are ignored."""


class Command(msgspec.Struct, frozen=True, omit_defaults=True):
    """An operator's action, or a request for a snapshot. `client` names the reply topic."""

    id: str
    client: str
    kind: Literal[
        "acknowledge", "snapshot", "shelve", "unshelve", "out_of_service", "return_to_service",
        "suppressions",
    ]  # fmt: skip
    at: int
    alarm_ids: list[str] = []
    rules: list[tuple[str, str]] = []
    """Enterprise and id of the rules of suppression that are asked about, as many as alarms."""
    actor: str | None = None
    enterprises: list[str] | None = None
    """The enterprises the actor may act for; None means all."""
    note: str | None = None
    """For what takes an alarm off the board: the reason."""
    minutes: float = 0.0
    """How long it is off the board."""
    permit: str | None = None
    """The number of the work permit (out of service)."""
    approved_by: str | None = None
    """The second person, where one is needed."""
    approval_note: str | None = None
    """What they had to say."""
    application: ApplicationItem | None = None
    """What they approved: carried out on what stands of it now, whatever occurrence that is."""


class ClaimItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What another judge has decided of a subject; the fields of `services.domain.claim.Claim`.

    Said again before `lease_until`: without that the alarm is shown as not judged. None: it holds
    until it is said otherwise, for what can change only where it is said.
    """

    key: str
    enterprise: str
    subject_type: str
    subject_id: str
    condition: str
    active: bool
    grade: Literal[1, 2, 3, 4]
    at: int
    lease_until: int | None
    fact: str = ""
    facts: dict[str, Scalar] = {}


class ClaimItems(msgspec.Struct, frozen=True):
    """What one judge says at once."""

    claims: list[ClaimItem]


class Refusal(msgspec.Struct, frozen=True):
    """Why a command was not carried out for one alarm; `code` is stable, `text` one sentence."""

    alarm_id: str
    code: Literal["not_found", "not_open", "not_acknowledgeable", "not_possible"]
    text: str


class SuppressionItem(msgspec.Struct, frozen=True):
    """Where a rule of suppression stands: `phase` and `why` are those of
    `services.domain.suppression_hold`; it suppresses since `since`, by `value` (a quantity or the
    name of a state) or by the alarm `alarm`, and until `ends_at` once its condition is over."""

    enterprise: str
    rule: str
    version: int
    phase: str
    why: str | None = None
    since: int | None = None
    value: float | str | None = None
    alarm: str | None = None
    ends_at: int | None = None


class Reply(msgspec.Struct, frozen=True):
    """The answer to a command: the alarms after it, and what was refused.

    An alarm already acknowledged comes back as it stands (the first one wins, the second sees who).
    It is sent after the transitions are fsynced; the events went out on `ALARMS` before it.
    """

    id: str
    alarms: list[AlarmItem] = []
    refused: list[Refusal] = []
    term: int = 0
    suppressions: list[SuppressionItem] = []


class SnapshotChunk(msgspec.Struct, frozen=True):
    """Part `part` of `parts` of the live state as it stood at (epoch, seq).

    All parts together hold every alarm that is not closed and the newest value of every point.
    """

    id: str
    epoch: str
    seq: int
    recorded_seq: int
    part: int
    parts: int
    alarms: list[AlarmItem] = []
    values: ValueFrame | None = None
    term: int = 0
    frames: int = 0
    """The values are those of all frames up to this one, and later ones."""
