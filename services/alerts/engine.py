"""The judge of all points: readings, time, the book and operators' actions in; transitions out.

Pure and synchronous: no clock, no I/O; times are epoch milliseconds and handed in.
"""

from collections.abc import Iterable, Iterator, Sequence

from services.alerts.engine_outcome import DirtyRange, Outcome, Refused, ShownValue
from services.domain.alarm import Alarm, Transition
from services.domain.directory import BookChange, Directory
from services.domain.judgement import PointState
from services.domain.occurrence import History
from services.domain.reading import Reading

__all__ = ["DirtyRange", "Engine", "Outcome", "Refused", "ShownValue"]


class Engine:
    """Holds the live state of every point of a directory, and is its only writer."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def judge(self, readings: Sequence[Reading], now: int) -> Outcome:
        """Judge a batch: any points, any order, repeats included."""
        raise NotImplementedError

    def tick(self, now: int) -> Outcome:
        """Let the delays of live points run on by our clock."""
        raise NotImplementedError

    def apply_book(self, change: BookChange, now: int) -> Outcome:
        """Bring the directory up to a change of the book (this applies it) and judge by it.

        Rules and points that went withdraw their alarms; new limits are judged at once against
        the newest value.
        """
        raise NotImplementedError

    def acknowledge(
        self,
        ids: Iterable[str],
        actor: str,
        note: str | None,
        enterprises: set[str] | None,
        now: int,
    ) -> tuple[Outcome, list[Alarm], list[Refused]]:
        """Acknowledge alarms. Already acknowledged ones come back as they are."""
        raise NotImplementedError

    def merge_history(
        self, history: History, recorded: Sequence[Alarm], now: int, sounding: bool
    ) -> Outcome:
        """Reconcile what a replay (`services.domain.history.judge_history`) found.

        `recorded` are all alarms of the point on record that overlap the replayed time or are
        not closed. `history.states` come back in the outcome, to be put on record.
        """
        raise NotImplementedError

    def open_alarms(self) -> list[Alarm]:
        """Every alarm that is not closed."""
        raise NotImplementedError

    def newest(self) -> Iterator[ShownValue]:
        """The newest value of every point that has one."""
        raise NotImplementedError

    def take_changed_values(self) -> list[ShownValue]:
        """The newest values that came since the last call."""
        raise NotImplementedError

    def dump(self) -> bytes:
        """The whole state (without the directory), for `load`."""
        raise NotImplementedError

    @classmethod
    def load(cls, data: bytes, directory: Directory) -> "Engine":
        """An engine in the state of a `dump`. Raises msgspec.DecodeError for anything else."""
        raise NotImplementedError

    def replay_record(self, record: Transition | PointState) -> None:
        """Recovery: take over a transition or state that was spooled after the dump."""
        raise NotImplementedError
