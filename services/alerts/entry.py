"""What one record of the spool says: msgpack, by kind."""

import msgspec

from services.alerts.engine_outcome import DirtyRange, Outcome
from services.alerts.engine_watch import WatchState
from services.domain.alarm import Transition
from services.domain.claim import Claim
from services.domain.judgement import PointState
from services.domain.suppression_hold import SuppressionState

PART = 2_000
"""An outcome with more than this in it is spooled as several records."""


class Judged(msgspec.Struct, frozen=True, tag="judged"):
    """What one step of the engine brought. `noted_at` is our clock, epoch ms; `book`: the change of
    the book to this version is carried out by it."""

    noted_at: int
    transitions: list[Transition] = []
    states: list[PointState] = []
    dirty: list[DirtyRange] = []
    claims: list[Claim] = []
    watches: list[WatchState] = []
    suppressions: list[SuppressionState] = []
    book: int | None = None

    @property
    def size(self) -> int:
        """How many things are in it."""
        judged = len(self.transitions) + len(self.states) + len(self.dirty)
        stood = len(self.watches) + len(self.suppressions) + (self.book is not None)
        return judged + len(self.claims) + stood


class Settled(msgspec.Struct, frozen=True, tag="settled"):
    """The dirty ranges of a point that were spooled up to position `upto` are judged again."""

    noted_at: int
    point_id: int
    sounding: bool
    upto: int


class AllDirty(msgspec.Struct, frozen=True, tag="all_dirty"):
    """From `since` to `noted_at` the record has holes: every point is judged again over it."""

    noted_at: int
    since: int


class Booked(msgspec.Struct, frozen=True):
    """Of any entry, which change of the book it carries out; the rest of it is passed over."""

    book: int | None = None


Entry = Judged | Settled | AllDirty

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)
_booked = msgspec.msgpack.Decoder(Booked)


def encode_entry(entry: Entry) -> bytes:
    """The payload of a spool record."""
    return _encoder.encode(entry)


def decode_entry(payload: bytes) -> Entry:
    """Raises msgspec.DecodeError for a payload that this version did not write."""
    return _decoder.decode(payload)


def book_of(payload: bytes) -> int | None:
    """The version of the book that an entry carries out, if it does. Raises msgspec.DecodeError."""
    return _booked.decode(payload).book


def entries_of(outcome: Outcome, now: int, book: int | None = None) -> list[Judged]:
    """An outcome as entries of bounded size; its order is kept within each kind. The first of them
    carries out the change of the book to the version `book`."""
    judged = (outcome.transitions, outcome.states, outcome.dirty)
    stood = (outcome.claims, outcome.watches, outcome.suppressions)
    longest = max(len(kind) for kind in (*judged, *stood))
    if book is not None:
        longest = max(longest, 1)
    return [
        Judged(
            now,
            outcome.transitions[start : start + PART],
            outcome.states[start : start + PART],
            outcome.dirty[start : start + PART],
            outcome.claims[start : start + PART],
            outcome.watches[start : start + PART],
            outcome.suppressions[start : start + PART],
            book if start == 0 else None,
        )
        for start in range(0, longest, PART)
    ]
