"""A journal against its seals: what was cut, rewritten whole, or sealed by somebody else."""

import json
from pathlib import Path

import pytest

from services.domain.journal import ChainHead, JournalRow, verify_chain
from services.domain.journal_export import first_line, last_line, row_line
from services.stack.journal_file import verify_file
from services.wire.seal import NOTHING, Sealer, read_seals
from tests.unit.domain.test_journal import chain

OURS = Sealer("our secret")
AT = "2026-01-04T16:00:00.000Z"


def export(rows: list[JournalRow], path: Path, after: dict[str, ChainHead] | None = None) -> Path:
    heads = verify_chain(rows, after).heads
    lines = [first_line(["acme"], AT, after), *map(row_line, rows), last_line(len(rows), heads)]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def sealed(path: Path, *ends: list[JournalRow], sealer: Sealer = OURS) -> Path:
    """A file of seals, one after each of these states of the chain."""
    previous = NOTHING
    with path.open("w", encoding="utf-8") as file:
        for number, rows in enumerate(ends, 1):
            line = sealer.seal(number, AT, previous, verify_chain(rows).heads)
            file.write(line)
            previous = read_seals([line]).seals[0].digest
    return path


@pytest.fixture
def rows() -> list[JournalRow]:
    return chain(6, "acme")


def verdict(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = verify_file(*arguments)  # type: ignore[arg-type]
    return code, capsys.readouterr().out


def test_a_journal_that_holds_what_was_sealed_is_sound(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seals = sealed(tmp_path / "seals", rows[:2], rows[:4])
    code, said = verdict(capsys, export(rows, tmp_path / "j"), seals, OURS.key)
    assert code == 0
    assert f"2 seals signed by {OURS.key}: sound." in said


def test_a_tail_that_was_cut_shows_only_against_a_seal(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = export(rows[:3], tmp_path / "j")
    assert verdict(capsys, cut)[0] == 0
    code, said = verdict(capsys, cut, sealed(tmp_path / "seals", rows[:2], rows))
    assert code == 1
    assert "Seal 2 of 2026-01-04 sealed acme up to row 6, and it ends at 3: it was cut." in said


def test_a_chain_hashed_anew_shows_only_against_a_seal(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = chain(6, "acme", first=100)
    rewritten = export(other, tmp_path / "j")
    assert verdict(capsys, rewritten)[0] == 0
    code, said = verdict(capsys, rewritten, sealed(tmp_path / "seals", rows[:2]))
    assert code == 1
    assert "Row 2 of acme is not the one that Seal 1 of 2026-01-04 sealed" in said


def test_seals_of_another_key_are_told(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = sealed(tmp_path / "seals", rows, sealer=Sealer("another"))
    code, said = verdict(capsys, export(rows, tmp_path / "j"), forged, OURS.key)
    assert code == 1
    assert "signed with another key" in said


def test_a_changed_body_a_lost_and_a_swapped_seal_are_told(
    rows: list[JournalRow], tmp_path: Path
) -> None:
    lines = sealed(tmp_path / "seals", rows[:2], rows[:4], rows).read_text().splitlines()
    changed = json.loads(lines[0])
    changed["body"] = changed["body"].replace('"seq":2', '"seq":1')
    assert "damaged" in read_seals([json.dumps(changed)]).faults[0]
    assert "some are missing" in read_seals([lines[0], lines[2]]).faults[0]
    other = sealed(tmp_path / "other", rows[:1], rows[:3]).read_text().splitlines()
    assert "does not follow" in read_seals([lines[0], other[1]]).faults[0]
    assert read_seals(lines).faults == ()
    assert read_seals(["", "{}", "[1", '{"body":"","signature":"","key":""}']).seals == ()


def test_a_days_copy_begins_where_the_one_before_ended(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    after = verify_chain(rows[:4]).heads
    assert verdict(capsys, export(rows[4:], tmp_path / "j", after))[0] == 0
    code, said = verdict(capsys, export(rows[5:], tmp_path / "k", after))
    assert code == 1
    assert "Row 5 of acme is missing" in said


def test_seals_that_are_not_there_are_one_sentence(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = verify_file(export(rows, tmp_path / "j"), tmp_path / "nowhere")
    assert code == 2
    assert capsys.readouterr().err.count("\n") == 1
