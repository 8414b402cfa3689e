"""The rule book on the disk: the whole, the changes behind it, and what a torn end means."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.alerts.book_file import BadBook, BookFile, is_whole_book
from services.domain.bypass import BypassKind
from services.domain.bypass_permit import BypassPermit
from services.domain.directory import BookChange, Directory
from services.domain.shelving_policy import NEVER, Allowance, ShelvingPolicy
from services.domain.suppression_rule import Target
from tests.stories.suppressing import SLOW, suppression
from tests.unit.alerts.desk import book


def known() -> Directory:
    directory = Directory()
    book().apply(directory)
    return directory


def read(path: Path) -> Directory:
    directory = Directory()
    assert BookFile(path).read(directory)
    return directory


def moved(directory: Directory, limit: float) -> BookChange:
    """The first rule's limit moves: its version ends, and another begins."""
    old = directory.in_force(1)[0]
    new = replace(old, version=old.version + 1, limit=limit)
    change = BookChange(directory.version + 1, rules=(replace(old, valid_to=5), new))
    change.apply(directory)
    return change


def limits(directory: Directory) -> list[float]:
    return sorted(rule.limit for rule in directory.in_force(1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "book"


def written(path: Path, directory: Directory) -> BookFile:
    file = BookFile(path)
    whole = file.whole(directory)
    file.write(whole)
    file.release(whole)
    return file


def test_there_is_none_at_first(path: Path) -> None:
    assert not BookFile(path).read(Directory())


def test_the_whole_comes_back(path: Path) -> None:
    directory = known()
    written(path, directory)
    assert read(path) == directory
    assert is_whole_book(path)


def test_a_change_stands_behind_the_whole_and_another_life_goes_on(path: Path) -> None:
    directory = known()
    written(path, directory).append(moved(directory, 33.0))
    assert read(path) == directory

    again = BookFile(path)
    again.read(Directory())
    again.append(moved(directory, 34.0))

    assert limits(read(path)) == [33.0, 34.0]
    assert BookFile(path).version is None
    assert again.version == directory.version == 3


def test_the_shelving_policy_is_in_the_whole_and_in_a_change_behind_it(path: Path) -> None:
    directory = known()
    directory.shelving = replace(ShelvingPolicy(), version=3)
    file = written(path, directory)
    assert read(path).shelving == directory.shelving

    stricter = ShelvingPolicy(4, (NEVER, NEVER, NEVER, Allowance(60_000, 0)))
    file.append(BookChange(directory.version + 1, shelving=stricter))
    assert read(path).shelving == stricter


def test_suppression_rules_are_in_the_whole_and_in_a_change_behind_it(path: Path) -> None:
    directory = known()
    first, second = suppression(), suppression(SLOW, Target(hazard_source="u"), name="s-2")
    directory.put_suppression(first)
    file = written(path, directory)
    assert read(path).suppressions == {("acme", "s-1"): first}

    change = BookChange(directory.version + 1, suppressions=(replace(first, valid_to=1), second))
    file.append(change)
    assert read(path).suppressions == {("acme", "s-2"): second}


def test_a_torn_change_is_none_and_the_next_takes_its_place(path: Path) -> None:
    directory = known()
    file = written(path, directory)
    whole = path.read_bytes()
    file.append(moved(directory, 33.0))
    path.write_bytes(path.read_bytes()[:-3])
    assert is_whole_book(path)
    assert limits(read(path)) == [25.0, 50.0]

    again, directory = BookFile(path), Directory()
    again.read(directory)
    again.append(moved(directory, 35.0))
    assert limits(read(path)) == [35.0, 50.0]
    assert path.read_bytes().startswith(whole)


@pytest.mark.parametrize("place", [0, 20, 60])
def test_damage_is_said_and_nothing_is_made_of_it(path: Path, place: int) -> None:
    directory = known()
    written(path, directory).append(moved(directory, 33.0))
    data = bytearray(path.read_bytes())
    data[place] ^= 0xFF
    path.write_bytes(data)
    assert not is_whole_book(path)
    with pytest.raises(BadBook):
        BookFile(path).read(Directory())


def test_half_of_the_whole_is_no_book(path: Path) -> None:
    written(path, known())
    path.write_bytes(path.read_bytes()[:30])
    assert not is_whole_book(path)


def test_what_changes_while_it_is_written_anew_is_in_both(path: Path) -> None:
    directory = known()
    file = written(path, directory)
    underway = file.whole(directory)
    file.append(moved(directory, 36.0))
    assert limits(read(path)) == [36.0, 50.0]
    file.write(underway)
    file.release(underway)
    assert limits(read(path)) == [36.0, 50.0]
    assert file.version == directory.version


def test_of_two_on_their_way_the_later_stays(path: Path) -> None:
    directory = known()
    file = written(path, directory)
    older = file.whole(directory)
    moved(directory, 37.0)
    newer = file.whole(directory)
    file.write(newer)
    file.write(older)
    assert limits(read(path)) == [37.0, 50.0]


def test_it_is_long_once_the_changes_outgrow_the_whole(path: Path) -> None:
    directory = known()
    written(path, directory)
    file = BookFile(path, changes_bytes=10)
    file.read(Directory())
    changes = 0
    while not file.is_long:
        file.append(moved(directory, 40.0 + changes))
        changes += 1
    assert 1 < changes < 20


def test_approved_bypasses_are_on_the_disk_too(path: Path) -> None:
    directory = known()
    permit = BypassPermit("acme", "b1", "ESD-1", ("ESD-1",), BypassKind.REMOVAL, 1_000, 2_000)
    directory.put_permit(permit)
    file = written(path, directory)
    other = replace(permit, id="b2")
    for change in (
        BookChange(directory.version + 1, permits=(other,)),
        BookChange(directory.version + 2, permits=(replace(permit, closed=True),)),
    ):
        change.apply(directory)
        file.append(change)
    assert read(path).permits == {("acme", "b2"): other}
    assert read(path).permits_of("acme", "ESD-1") == [other]
    assert read(path).permits_of("acme", "ESD-2") == []


def test_changes_behind_what_was_carried_out_are_as_if_they_had_not_come(path: Path) -> None:
    directory = known()
    file = written(path, directory)
    for limit in (33.0, 34.0, 35.0):
        file.append(moved(directory, limit))

    once = Directory()
    again = BookFile(path)
    again.read(once, carried=3)
    assert (limits(once), once.version, again.version) == ([33.0, 34.0], 3, 3)
    again.append(replace(moved(once, 40.0), version=4))
    assert limits(read(path)) == limits(once)


def test_of_a_change_that_is_not_there_nothing_is_known_and_all_of_them_count(path: Path) -> None:
    directory = known()
    written(path, directory).append(moved(directory, 33.0))
    found = Directory()
    BookFile(path).read(found, carried=77)
    assert found == directory
