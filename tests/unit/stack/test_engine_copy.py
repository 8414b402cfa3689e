"""A copy of the engine's disk fits the database's moment, whatever the engine does meanwhile."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.alerts.heard import Heard
from services.alerts.overflow import Overflow
from services.alerts.segment import segments
from services.alerts.snapshot import Snapshot, SnapshotStore
from services.alerts.spool import POSITION_JUMP, Spool, SpoolSize
from services.alerts.spool_reader import SpoolReader
from services.stack.engine_copy import EngineCopy, engine_copy

SMALL = SpoolSize(limit=10_000_000, reserve=0, segment=1_000)


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    folder = tmp_path / "alerts"
    folder.mkdir()
    Overflow(folder / "overflow")
    return folder


def filled(folder: Path, count: int, size: SpoolSize = SMALL) -> Spool:
    spool = Spool(folder / "spool", size)
    append(spool, count)
    return spool


def append(spool: Spool, count: int) -> None:
    for _ in range(count):
        spool.append(b"x" * 80)


def snapshot(folder: Path, spool: Spool, position: int) -> None:
    SnapshotStore(folder).write(Snapshot(spool.id, position, position, 1, b"", [], {}))


def copied(copy: EngineCopy, recorded: int, into: Path) -> Path:
    for name, content in copy.parts(recorded):
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"".join(content))
    return into


def positions(folder: Path, after: int = 0) -> list[int]:
    return [position for position, _ in SpoolReader(folder / "spool", after).read(100_000)]


def test_the_copy_of_an_engine_at_rest_is_all_of_it(engine: Path, tmp_path: Path) -> None:
    spool = filled(engine, 50)
    snapshot(engine, spool, 20)
    with engine_copy(engine) as copy:
        assert copy.spool == spool.id
        assert copy.reaches(30)
        into = copied(copy, 30, tmp_path / "copy")
    assert positions(into) == list(range(1, 51))
    again = Spool(into / "spool", SMALL)
    assert (again.id, again.last, again.torn_bytes) == (spool.id, 50, 0)
    assert SnapshotStore(into).read() == SnapshotStore(engine).read()
    again.close()


def test_what_was_heard_since_the_snapshot_is_in_the_copy(engine: Path, tmp_path: Path) -> None:
    spool = filled(engine, 5)
    heard = Heard(engine / "heard" / spool.id)
    heard.note([], [("acme", "gw1", "f3a9", 1)])
    with engine_copy(engine) as copy:
        heard.note([], [("acme", "gw1", "f3a9", 2)])
        heard.forget(heard.turn() + 1)
        into = copied(copy, 5, tmp_path / "copy")
    assert Heard(into / "heard" / copy.spool).recall().messages == (("acme", "gw1", "f3a9", 1),)


def test_segments_that_the_engine_forgets_meanwhile_are_still_in_the_copy(
    engine: Path, tmp_path: Path
) -> None:
    spool = filled(engine, 50)
    with engine_copy(engine) as copy:
        snapshot(engine, spool, 50)
        spool.forget(50)
        append(spool, 30)
        assert min(first for first, _ in segments(engine / "spool")) > 20
        assert copy.reaches(20)
        assert not copy.has_hole()
        into = copied(copy, 20, tmp_path / "copy")
    assert positions(into, after=20) == list(range(21, 51))


def test_nothing_later_than_the_databases_moment_is_in_the_copy(
    engine: Path, tmp_path: Path
) -> None:
    spool = filled(engine, 12)
    with engine_copy(engine) as copy:
        append(spool, 40)
        # The recorder was past the last record seen: those are on record, so they belong to it.
        assert copy.reaches(15)
        into = copied(copy, 15, tmp_path / "copy")
    assert positions(into) == list(range(1, 16))
    again = Spool(into / "spool", SMALL)
    assert again.append(b"next") == 16
    again.close()


def test_numbers_on_record_are_never_given_again(engine: Path, tmp_path: Path) -> None:
    spool = filled(engine, 10, SpoolSize(reserve=0, segment=1_600))
    spool.forget(10)
    assert positions(engine) == []
    with engine_copy(engine) as copy:
        assert copy.reaches(10)
        into = copied(copy, 10, tmp_path / "copy")
    again = Spool(into / "spool", SMALL)
    assert again.append(b"next") > 10
    again.close()


def test_a_copy_that_ends_before_the_record_is_noticed(engine: Path) -> None:
    filled(engine, 10)
    with engine_copy(engine) as copy:
        assert not copy.reaches(11)


def test_a_segment_missing_in_the_middle_is_noticed(engine: Path) -> None:
    filled(engine, 50)
    known = [path for _, path in segments(engine / "spool")]
    known[2].unlink()
    with engine_copy(engine) as copy:
        assert copy.has_hole()


def test_a_torn_tail_stays_so_that_its_number_is_not_given_again(
    engine: Path, tmp_path: Path
) -> None:
    filled(engine, 10).close()
    _, last = segments(engine / "spool")[-1]
    last.write_bytes(last.read_bytes()[:-7])
    with engine_copy(engine) as copy:
        into = copied(copy, 9, tmp_path / "copy")
    again = Spool(into / "spool", SMALL)
    assert again.torn_bytes > 0
    assert again.append(b"next") == 9 + POSITION_JUMP + 1
    again.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hole_in_the_record_is_in_the_copy(engine: Path, tmp_path: Path, when: str) -> None:
    mark = Overflow(engine / "overflow")
    steps: list[Callable[[], None]] = [lambda: mark.begin(1_000), mark.end]
    with ExitStack() as until:
        if when == "before":
            steps.pop(0)()
        copy = until.enter_context(engine_copy(engine))
        steps.pop(0)()
        into = copied(copy, 0, tmp_path / "copy")
    assert Overflow(into / "overflow").since == 1_000


def test_an_installation_whose_engine_never_ran(tmp_path: Path) -> None:
    with engine_copy(tmp_path / "nothing") as copy:
        assert (copy.spool, copy.reaches(0), copy.has_hole()) == ("", True, False)
        assert [name for name, _ in copy.parts(0)] == ["overflow"]
