"""What was sealed is found again, or said to be cut, rewritten or missing; each place once."""

from services.domain.journal import ChainHead, JournalRow
from services.domain.journal_witness import Witness
from tests.unit.domain.test_journal import chain


def head(rows: list[JournalRow], count: int) -> ChainHead:
    """Where the first so many rows end."""
    return ChainHead(count, rows[count - 1].hash) if count else ChainHead()


def complaints(
    seen: list[JournalRow], sealed: list[tuple[str, dict[str, ChainHead]]], asked: str = "acme"
) -> list[str]:
    witness = Witness(list(sealed))
    assert list(witness.watch(seen)) == seen
    return witness.complaints([asked])


def test_what_holds_all_that_was_sealed_and_goes_on_has_nothing_to_answer_for() -> None:
    rows = chain(6)
    sealed = [(f"Seal {n}", {"acme": head(rows, count)}) for n, count in ((1, 2), (2, 6))]
    assert complaints(rows, sealed) == []


def test_a_seal_of_nothing_asks_for_nothing() -> None:
    assert complaints([], [("Seal 1", {"acme": ChainHead()})]) == []


def test_an_empty_journal_was_cut_at_nothing() -> None:
    rows = chain(3)
    assert complaints([], [("Seal 1", {"acme": head(rows, 3)})]) == [
        "Seal 1 sealed acme up to row 3, and it ends at 0: it was cut."
    ]


def test_a_row_in_the_middle_that_is_not_there_is_missing_not_cut() -> None:
    rows = chain(6)
    assert complaints(rows[:2] + rows[3:], [("Seal 1", {"acme": head(rows, 3)})]) == [
        "Row 3 of acme, which Seal 1 sealed, is missing."
    ]


def test_a_place_that_two_seals_hold_is_told_once_by_the_first() -> None:
    rows, other = chain(3), chain(3, first=50)
    sealed = [("Seal 1", {"acme": head(rows, 2)}), ("Seal 2", {"acme": head(rows, 2)})]
    assert complaints(other, sealed) == [
        "Row 2 of acme is not the one that Seal 1 sealed: it was rewritten."
    ]


def test_only_those_that_were_asked_for_are_looked_at() -> None:
    rows, theirs = chain(2), chain(2, "other")
    sealed = [("Seal 1", {"acme": head(rows, 2), "other": head(theirs, 2)})]
    assert complaints(rows, sealed) == []
    assert complaints(rows, sealed, asked="nowhere") == []
    assert len(complaints(rows, sealed, asked="other")) == 1
