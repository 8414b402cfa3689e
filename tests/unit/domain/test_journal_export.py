"""Whatever is done to an exported journal is told in a sentence that names the row."""

import json
from collections.abc import Callable

import pytest

from services.domain.journal import ChainFault, ChainHead, row_hash, verify_chain
from services.domain.journal_export import (
    ExportFault,
    NotAnExport,
    first_line,
    last_line,
    row_line,
    verify_export,
)
from tests.unit.domain.test_journal import chain


def export(acme: int = 5, other: int = 2) -> list[str]:
    rows = chain(acme, "acme") + chain(other, "other")
    heads = verify_chain(rows).heads
    lines = [first_line(["acme", "other"], "2026-01-04T16:00:00Z")]
    return [*lines, *map(row_line, rows), last_line(len(rows), heads)]


def told(lines: list[str]) -> list[tuple[str, str]]:
    return [(each.fault, each.text) for each in verify_export(lines).complaints]


def edited(line: str, change: Callable[[dict[str, object]], None]) -> str:
    fields = json.loads(line)
    change(fields)
    return json.dumps(fields) + "\n"


def test_an_untouched_export_is_sound() -> None:
    report = verify_export(export())

    assert report.sound
    assert report.rows == 7
    assert {code: head.seq for code, head in report.heads.items()} == {"acme": 5, "other": 2}


def test_an_enterprise_without_a_row_is_sound_too() -> None:
    lines = [first_line(["idle"], "2026-01-04T16:00:00Z"), last_line(0, {"idle": ChainHead()})]
    assert verify_export(lines).sound


def test_an_edited_text_is_named() -> None:
    lines = export()
    lines[3] = lines[3].replace("30.5", "20.5")
    assert told(lines) == [
        (ChainFault.BODY_CHANGED,
         "Row 3 of acme was changed: its hash is not that of its text."),
    ]  # fmt: skip


def test_an_edited_text_with_its_hash_made_anew_is_named_by_the_row_that_follows() -> None:
    lines = export()

    def forge(fields: dict[str, object]) -> None:
        body = str(fields["body"]).replace("30.5", "20.5")
        fields["body"] = body
        fields["hash"] = row_hash(bytes.fromhex(str(fields["previous"])), body).hex()

    lines[3] = edited(lines[3], forge)
    ((fault, text),) = told(lines)
    assert fault == ChainFault.BROKEN_LINK
    assert text.startswith("Row 4 of acme does not follow")


def test_a_forged_last_row_shows_against_the_head() -> None:
    lines = export(other=0)

    def forge(fields: dict[str, object]) -> None:
        body = str(fields["body"]).replace("30.5", "20.5")
        fields["body"] = body
        fields["hash"] = row_hash(bytes.fromhex(str(fields["previous"])), body).hex()

    lines[5] = edited(lines[5], forge)
    assert told(lines) == [
        (ExportFault.HEAD,
         "The last row of acme, 5, is another one than the last line tells."),
    ]  # fmt: skip


def test_an_edited_field_is_named() -> None:
    lines = export()
    lines[2] = edited(lines[2], lambda fields: fields.update(event="cleared"))
    ((fault, text),) = told(lines)
    assert (fault, text[:13]) == (ChainFault.COLUMNS_CHANGED, "Row 2 of acme")


@pytest.mark.parametrize(
    ("removed", "sentence"),
    [
        (slice(1, 2), "Row 1 of acme is missing before row 2."),
        (slice(3, 4), "Row 3 of acme is missing before row 4."),
        (slice(2, 4), "Rows 2 to 3 of acme are missing before row 4."),
    ],
)
def test_removed_rows_are_named(removed: slice, sentence: str) -> None:
    lines = export()
    count = len(lines[removed])
    del lines[removed]
    assert told(lines) == [
        (ChainFault.GAP, sentence),
        (ExportFault.COUNT, f"The last line tells 7 rows and there are {7 - count}."),
    ]


def test_reordered_rows_are_named() -> None:
    lines = export()
    lines[2], lines[3] = lines[3], lines[2]
    assert (
        ChainFault.GAP,
        "Row 2 of acme stands after row 3: the rows were reordered.",
    ) in told(lines)


def test_a_doubled_row_is_named() -> None:
    lines = export()
    lines.insert(3, lines[2])
    assert (ChainFault.GAP, "Row 2 of acme is there twice.") in told(lines)


def test_a_cut_tail_is_named_by_what_the_last_line_tells() -> None:
    lines = export()
    del lines[4:6]
    assert (
        ExportFault.HEAD,
        "The journal of acme ends at row 3: the rows up to 5 were cut off.",
    ) in told(lines)


def test_a_whole_chain_taken_out_is_named() -> None:
    lines = export()
    del lines[6:8]
    assert (
        ExportFault.HEAD,
        "The journal of other ends at row 0: the rows up to 2 were cut off.",
    ) in told(lines)


def test_a_file_cut_off_is_named_with_its_last_row() -> None:
    assert told(export()[:4]) == [
        (ExportFault.NO_END,
         "The last line is missing: the file was cut off after row 3 of acme; export it again."),
    ]  # fmt: skip


def test_a_line_cut_in_half_is_named() -> None:
    lines = export()[:5]
    lines[4] = lines[4][:40]
    faults = [fault for fault, _ in told(lines)]
    assert faults == [ExportFault.BAD_LINE, ExportFault.NO_END]
    assert told(lines)[0][1].startswith("Line 5, after row 3 of acme, is no row")


def test_something_after_the_end_is_named() -> None:
    lines = export()
    assert [fault for fault, _ in told([*lines, lines[1]])] == [ExportFault.AFTER_END]


@pytest.mark.parametrize("line", ["", "{}", "[1]", "no json", '{"type":"row"}', "[" * 100_000])
def test_a_foreign_file_is_refused(line: str) -> None:
    with pytest.raises(NotAnExport, match="no exported journal"):
        verify_export([line])


def test_a_newer_format_is_refused() -> None:
    newer = edited(export()[0], lambda fields: fields.update(format=2))
    with pytest.raises(NotAnExport, match="newer one"):
        verify_export([newer])


@pytest.mark.parametrize("field", ["seq", "at", "body", "hash", "previous", "enterprise", "type"])
@pytest.mark.parametrize("value", [None, True, [], "\ud800", 1.5])
def test_a_row_of_nonsense_is_a_bad_line_never_a_crash(field: str, value: object) -> None:
    lines = export()
    lines[2] = edited(lines[2], lambda fields: fields.update({field: value}))
    assert ExportFault.BAD_LINE in [fault for fault, _ in told(lines)]
