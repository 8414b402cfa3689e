"""A journal against its seals: what was cut, rewritten whole, or sealed by somebody else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from services.domain.journal import ChainHead, JournalRow, row_hash, verify_chain
from services.domain.journal_export import first_line, last_line, row_line, statement
from services.stack.journal_file import verify_file
from services.wire.export_signature import PARK, sign_export
from services.wire.seal import NOTHING, Sealer, read_seals
from tests.unit.domain.test_journal import chain

OURS = Sealer("our secret")
AT = "2026-01-04T16:00:00.000Z"


def export(
    rows: list[JournalRow],
    path: Path,
    after: dict[str, ChainHead] | None = None,
    signer: Sealer | None = OURS,
) -> Path:
    heads = verify_chain(rows, after).heads
    stated = statement(["acme"], AT, len(rows), heads, after)
    signed = None if signer is None else sign_export(signer, stated, PARK)
    end = last_line(len(rows), heads, signed)
    lines = [first_line(["acme"], AT, after), *map(row_line, rows), end]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def link_anew(rows: list[JournalRow]) -> list[JournalRow]:
    """These rows with another actor, each hash made anew."""
    made: list[JournalRow] = []
    previous = rows[0].previous
    for row in rows:
        body = row.body.replace('"actor":""', '"actor":"nobody"').replace("30.5", "20.5")
        made.append(replace(row, body=body, previous=previous, hash=row_hash(previous, body)))
        previous = made[-1].hash
    return made


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
    assert "2 rows lie beyond the last seal (acme 2)." in said
    assert f"Signed on {AT} for one who sees the whole park, by {OURS.key} (the key given)." in said


def test_a_tail_that_was_cut_shows_only_against_a_seal(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = export(rows[:3], tmp_path / "j")
    assert verdict(capsys, cut)[0] == 0  # exported before the others came
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


def test_rows_cut_and_forged_beyond_the_last_seal_show_against_the_signature(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seals = sealed(tmp_path / "seals", rows[:2])
    whole = export(rows, tmp_path / "j").read_text().splitlines(keepends=True)
    signed = json.loads(whole[-1])["signed"]
    forged = [*rows[:3], *link_anew(rows[3:5])]
    end = last_line(5, verify_chain(forged).heads, signed)
    (tmp_path / "k").write_text("".join([whole[0], *map(row_line, forged), end]))
    for given in [(), (seals,), (seals, OURS.key)]:
        code, said = verdict(capsys, tmp_path / "k", *given)
        assert code == 1
        assert "The signature is over another export than this" in said


@pytest.mark.parametrize("part", ["body", "signature", "key"])
def test_a_damaged_signature_is_told(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str
) -> None:
    lines = export(rows, tmp_path / "j").read_text().splitlines(keepends=True)
    end = json.loads(lines[-1])
    end["signed"][part] = end["signed"][part].replace("0", "1")
    (tmp_path / "k").write_text("".join([*lines[:-1], json.dumps(end)]))
    code, said = verdict(capsys, tmp_path / "k")
    assert code == 1
    assert "The signature is damaged, or was not made by its key." in said


def test_an_export_signed_by_somebody_else_shows_against_the_key_or_the_seals(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = export(rows, tmp_path / "j", signer=Sealer("another"))
    code, said = verdict(capsys, theirs)
    assert (code, "a key that only the file itself names" in said) == (0, True)
    seals, key = sealed(tmp_path / "seals", rows[:2]), tmp_path / "key"
    key.write_text(f"{OURS.key}\n")
    for given, whose in [((seals,), "that of the seals"), ((None, str(key)), "the one given")]:
        code, said = verdict(capsys, theirs, *given)
        assert code == 1
        assert f"and not with {whose}, {OURS.key}." in said
    ours = export(rows, tmp_path / "o")
    assert verdict(capsys, ours, None, str(key))[0] == 0


def test_an_export_without_signature_is_sound_only_as_far_as_it_was_sealed(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = export(rows, tmp_path / "j", signer=None)
    for given in [(), (sealed(tmp_path / "early", rows[:4]),)]:
        code, said = verdict(capsys, old, *given)
        assert code == 1
        assert "WRONG  Not signed" in said
        assert "linked, but not signed." in said
    code, said = verdict(capsys, old, sealed(tmp_path / "seals", rows))
    assert code == 0
    assert "Not signed: the seals alone vouch for it." in said


def test_a_key_that_is_none_is_one_sentence(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("no key")
    assert verify_file(export(rows, tmp_path / "j"), None, str(tmp_path / "key")) == 2
    assert "holds no public key: 64 hex digits" in capsys.readouterr().err


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


RELIEVED = Sealer("the one after")
LATER = "2026-01-05T16:00:00.000Z"


def handed_over(path: Path, *ends: list[JournalRow], to: str = RELIEVED.key) -> Path:
    """Seals of which the second relieves our key, and the others are by the next one."""
    previous = NOTHING
    with path.open("w", encoding="utf-8") as file:
        for number, rows in enumerate(ends, 1):
            sealer, following = (OURS, to if number == 2 else None)
            if number > 2:
                sealer = RELIEVED
            at = AT if number < 2 else LATER
            line = sealer.seal(number, at, previous, verify_chain(rows).heads, following)
            file.write(line)
            previous = read_seals([line]).seals[0].digest
    return path


@pytest.mark.parametrize("key", [None, OURS.key, RELIEVED.key])
def test_s46_a_key_that_was_relieved_by_a_seal_of_its_own_is_followed_by_the_next(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str | None
) -> None:
    """Whichever of both somebody has from before; also an export of the time of the first one."""
    seals = handed_over(tmp_path / "seals", rows[:2], rows[:4], rows[:4])
    for number, signer in enumerate((OURS, RELIEVED)):
        code, said = verdict(
            capsys, export(rows, tmp_path / f"j{number}", signer=signer), seals, key
        )
        assert code == 0, said
        assert f"by {signer.key} (the key" in said
    alone, said = verdict(capsys, export(rows, tmp_path / "k", signer=RELIEVED), None, OURS.key)
    assert alone == 1
    assert "Where keys were changed since, --seals says so." in said


def test_s46_what_a_relieved_key_signs_later_is_told(
    rows: list[JournalRow], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seals = handed_over(tmp_path / "seals", rows[:2], rows[:4], rows[:4])
    for at, faults in ((LATER, 0), ("2026-01-05T16:02:00.000Z", 1)):
        heads = verify_chain(rows).heads
        signed = sign_export(OURS, statement(["acme"], at, len(rows), heads), PARK)
        lines = [
            first_line(["acme"], at),
            *map(row_line, rows),
            last_line(len(rows), heads, signed),
        ]
        (tmp_path / "j").write_text("".join(lines), encoding="utf-8")
        code, said = verdict(capsys, tmp_path / "j", seals)
        assert code == faults, said
        assert ("which was relieved on" in said) == bool(faults)


def test_s46_nobody_follows_a_key_that_does_not_say_so(
    rows: list[JournalRow], tmp_path: Path
) -> None:
    """A stranger's seals behind ours, and ours behind a stranger's who names us."""
    ends = (rows[:2], rows[:4], rows[:4])
    behind = handed_over(tmp_path / "behind", *ends, to=Sealer("a third").key)
    assert "signed with another key" in read_seals(behind.read_text().splitlines()).faults[0]
    line = Sealer("a stranger").seal(1, AT, NOTHING, verify_chain(rows).heads, OURS.key)
    assert read_seals([line]).faults == ()
    assert "another key" in read_seals([line], OURS.key).faults[0]
    ours = handed_over(tmp_path / "ours", *ends).read_text().splitlines()
    assert read_seals([line, ours[0]], OURS.key).faults != ()
