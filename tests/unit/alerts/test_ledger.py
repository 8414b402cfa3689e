"""The ledger: numbers, what is recorded, and the spool's end."""

from pathlib import Path

from services.alerts.engine_outcome import DirtyRange, Outcome
from services.alerts.engine_watch import WatchState
from services.alerts.entry import AllDirty, Judged, book_of, decode_entry, encode_entry
from services.alerts.ledger import Ledger
from services.alerts.overflow import Overflow
from services.alerts.spool import Spool, SpoolSize
from services.alerts.spool_reader import SpoolReader
from services.domain.judgement import PointState
from tests.unit.alerts.samples import NOON, acknowledged, cleared, raised

SMALL = SpoolSize(limit=24_000, reserve=8_000, segment=2_000)


def ledger(folder: Path, size: SpoolSize | None = None, held: int = 1000) -> Ledger:
    return Ledger(Spool(folder / "spool", size), Overflow(folder / "overflow", held))


def spooled(at: Ledger) -> list[Judged | AllDirty]:
    reader = SpoolReader(at.spool.folder)
    entries = []
    while some := reader.read(100):
        entries += [decode_entry(payload) for _, payload in some]
    return [entry for entry in entries if isinstance(entry, Judged | AllDirty)]


def fill(at: Ledger) -> int:
    """Raise alarms until the spool is at its end; how many were raised."""
    for number in range(1, 10_000):
        at.note(Outcome([raised(number)]), NOON + number)
        if at.overflow.since is not None:
            return number
    raise AssertionError("the spool has no end")


def test_each_transition_gets_the_next_number_of_the_epoch(tmp_path: Path) -> None:
    book = ledger(tmp_path)

    numbered = book.note(Outcome([raised(1), raised(2)]), NOON)
    numbered += book.note(Outcome([acknowledged(1)]), NOON)

    assert [each.seq for each in numbered] == [2, 3, 4]
    assert (book.seq_of("alarm-1"), book.seq_of("alarm-2"), book.seq_of("unknown")) == (4, 3, 0)


def test_numbers_are_recorded_when_the_recorder_is_past_their_place(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.note(Outcome([raised(1), raised(2)]), NOON)
    first = book.spool.last
    book.note(Outcome([cleared(1)]), NOON)

    book.recorded(0)
    assert book.recorded_seq == 1
    book.recorded(first)
    assert book.recorded_seq == 3
    assert book.unrecorded() == {"alarm-1": book.spool.last}
    book.recorded(book.spool.last)
    assert book.recorded_seq == 4
    assert book.unrecorded() == {}
    # What is closed and on record is nobody's business any more; the open one keeps its number.
    assert (book.seq_of("alarm-1"), book.seq_of("alarm-2")) == (0, 3)


def test_states_and_ranges_alone_take_no_number(tmp_path: Path) -> None:
    book = ledger(tmp_path)

    assert book.note(Outcome([], [PointState(1, NOON)], [DirtyRange(1, 0, 5, False)]), NOON) == []

    assert book.seq == 1
    [entry] = spooled(book)
    assert isinstance(entry, Judged)
    assert (entry.states, entry.dirty) == ([PointState(1, NOON)], [DirtyRange(1, 0, 5, False)])


def test_a_storm_is_spooled_in_parts_of_bounded_size(tmp_path: Path) -> None:
    book = ledger(tmp_path)

    numbered = book.note(Outcome([raised(n) for n in range(5_000)]), NOON)

    sizes = [entry.size for entry in spooled(book) if isinstance(entry, Judged)]
    assert sizes == [2_000, 2_000, 1_000]
    assert numbered[-1].seq == 5_001


def test_at_its_end_numbering_goes_on_and_nothing_counts_as_recorded(tmp_path: Path) -> None:
    book = ledger(tmp_path, SMALL)

    count = fill(book)

    assert book.seq == count + 1
    book.recorded(book.spool.last)
    assert book.recorded_seq == count
    assert f"alarm-{count}" in book.unrecorded()


def test_once_there_is_room_what_was_held_follows_in_its_order(tmp_path: Path) -> None:
    book = ledger(tmp_path, SMALL)
    count = fill(book)
    book.note(Outcome([cleared(count)]), NOON)
    book.spool.forget(book.spool.last - 5)

    book.note(Outcome([raised(count + 1)]), NOON)

    told = [t for entry in spooled(book) if isinstance(entry, Judged) for t in entry.transitions]
    assert [(t.event.value, t.alarm.point_id) for t in told[-3:]] == [
        ("raised", count),
        ("cleared", count),
        ("raised", count + 1),
    ]
    assert book.overflow.since is None
    assert book.take_hole() is None  # nothing was lost: nothing has to be judged again
    book.recorded(book.spool.last)
    assert book.recorded_seq == book.seq


def test_an_operator_acts_at_the_spools_end_and_what_came_before_goes_first(
    tmp_path: Path,
) -> None:
    book = ledger(tmp_path, SMALL)
    count = fill(book)

    book.note_action(Outcome([acknowledged(count)]), NOON)

    told = [t for entry in spooled(book) if isinstance(entry, Judged) for t in entry.transitions]
    assert [(t.event.value, t.alarm.point_id) for t in told[-2:]] == [
        ("raised", count),
        ("acknowledged", count),
    ]
    assert all(
        t.alarm.point_id != count for entry in book.overflow.held() for t in entry.transitions
    )


def test_what_an_operator_does_takes_nothing_else_from_what_is_held(tmp_path: Path) -> None:
    book = ledger(tmp_path, SMALL)
    count = fill(book)
    stands = WatchState("acme", "r", 1, NOON, NOON, NOON, True, None, None, None)
    book.note(Outcome([cleared(count)], watches=[stands]), NOON, book=7)

    book.note_action(Outcome([acknowledged(count)]), NOON)

    held = book.overflow.held()[-1]
    assert (held.transitions, held.watches, held.book) == ([], [stands], 7)


def test_a_change_of_the_book_is_spooled_whatever_it_brought(tmp_path: Path) -> None:
    book = ledger(tmp_path)
    book.note(Outcome(), NOON, book=7)
    book.note(Outcome([raised(number) for number in range(3_000)]), NOON, book=8)
    carried = [entry.book for entry in spooled(book) if isinstance(entry, Judged)]
    assert carried == [7, 8, None]
    assert [book_of(encode_entry(each)) for each in spooled(book)] == carried


def test_what_cannot_be_held_is_judged_again_over_the_stored_readings(tmp_path: Path) -> None:
    book = ledger(tmp_path, SMALL, held=3)
    count = fill(book)
    since = book.overflow.since
    for number in range(10):
        book.note(Outcome([raised(count + number)]), NOON)
    book.spool.forget(book.spool.last)

    book.flush(NOON + 99_999)

    assert spooled(book)[-1] == AllDirty(NOON + 99_999, since or 0)
    assert book.take_hole() == since
    assert book.take_hole() is None


def test_the_mark_of_a_hole_survives_kill_9(tmp_path: Path) -> None:
    book = ledger(tmp_path, SMALL)
    fill(book)
    since = book.overflow.since
    book.spool.forget(book.spool.last)
    book.spool.close()

    again = ledger(tmp_path, SMALL)
    again.flush(NOON + 99_999)

    assert again.take_hole() == since
    assert spooled(again)[-1] == AllDirty(NOON + 99_999, since or 0)
    assert again.overflow.since is None
