"""The engine's state as bytes: what it needs to go on, without the register and the windows."""

import msgspec

from services.alerts.engine_board import Board
from services.alerts.engine_match import Known
from services.alerts.engine_outcome import ShownValue
from services.alerts.engine_watch import WatchState
from services.domain.alarm import Alarm
from services.domain.claim import Claim
from services.domain.detector import DetectorState
from services.domain.first_out import Cascade, Group, Name
from services.domain.flood import Flood
from services.domain.gateway_clock import ClockState
from services.domain.judgement import PointState, Step
from services.domain.reading import Quality, Reading
from services.domain.suppression_hold import SuppressionState


class SavedAlarm(msgspec.Struct, frozen=True, array_like=True):
    """An alarm on the board and the levels it went through."""

    alarm: Alarm
    steps: list[Step]


class SavedPoint(msgspec.Struct, frozen=True, array_like=True):
    """A point's judged state, its newest shown value and its alarms."""

    point_id: int
    state: PointState | None
    shown: ShownValue | None
    shown_measured_at: int
    alarms: list[SavedAlarm]


class SavedLine(msgspec.Struct, frozen=True, array_like=True):
    """The life of a gateway."""

    enterprise: str
    gateway: str
    heard: int
    points: list[int]
    due: int | None


class SavedClock(msgspec.Struct, frozen=True, array_like=True):
    """What is wrong with a gateway's clock."""

    enterprise: str
    gateway: str
    state: ClockState


class SavedEar(msgspec.Struct, frozen=True, array_like=True):
    """How long we have listened, our clock then (epoch ms), and when what was heard last."""

    at: int
    wall: int | None
    heard: dict[int, int]
    lines: list[SavedLine]
    clocks: list[SavedClock]


class SavedFlood(msgspec.Struct, frozen=True, array_like=True):
    """How much came to one console lately."""

    console: str
    recent: list[int]
    current: Flood | None


class SavedSounding(msgspec.Struct, frozen=True, array_like=True):
    """The cascades of each group, the times of alarms in the last minute, and the floods."""

    groups: list[tuple[Group, list[Cascade]]]
    minutes: list[tuple[Name, list[int]]]
    meters: list[SavedFlood]


class SavedWatch(msgspec.Struct, frozen=True, array_like=True):
    """A rule that is more than a limit: where it stands, and what its detector remembers."""

    state: WatchState
    memory: DetectorState | None


class SavedCourse(msgspec.Struct, frozen=True, array_like=True):
    """What an interlock told lately: states by judging time (epoch ms), since when they are known,
    and when it told something that could not be judged."""

    point_id: int
    bad_at: int | None
    since: int | None
    entries: list[tuple[int, str]]


class SavedRise(msgspec.Struct, frozen=True, array_like=True):
    """When somebody rose last (epoch ms, our clock), and to whom that told something."""

    kinship: list[str]
    who: str
    at: int


class Saved(msgspec.Struct, frozen=True):
    """All points that anything is known of: in `calm` those at which nothing is up."""

    points: list[SavedPoint]
    closed: dict[str, str]
    """Alarms that were closed lately, and whose they were."""
    claimed: list[Alarm] = []
    leased: list[Claim] = []
    ear: SavedEar | None = None
    calm: bytes = b""
    sounding: SavedSounding | None = None
    watches: list[SavedWatch] = []
    suppressions: list[SuppressionState] = []
    courses: list[SavedCourse] = []
    rises: list[SavedRise] = []


def encode(saved: Saved) -> bytes:
    """As MessagePack."""
    return msgspec.msgpack.encode(saved)


def decode(data: bytes) -> Saved:
    """Raises msgspec.DecodeError (ValidationError) for anything that `encode` did not make."""
    return msgspec.msgpack.decode(data, type=Saved)


def seen_again(shown: ShownValue | None, measured_at: int) -> Reading | None:
    """The reading of a shown value, as far as it is remembered: its judging time is the same."""
    if shown is None:
        return None
    received_at = shown.at if shown.at < measured_at else measured_at
    return Reading(shown.point_id, measured_at, received_at, shown.value, Quality(shown.quality))


def save_board(board: Board) -> list[SavedAlarm]:
    """The alarms of a point."""
    return [SavedAlarm(known.alarm, list(known.steps)) for known in board.known]


def restore_board(board: Board, saved: list[SavedAlarm]) -> None:
    """The alarms of a point, as they were."""
    board.known = [Known(entry.alarm, list(entry.steps)) for entry in saved]
