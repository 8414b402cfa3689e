"""The chain of the audit: whatever is done to its rows afterwards is found."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.domain.audit import AuditRow, Deed, link, verify
from services.domain.audit_export import first_line, last_line, row_line, verify_audit
from services.domain.journal import ChainFault, ChainHead, row_hash
from services.domain.journal_export import NotAnExport

AT = "2026-01-04T16:00:00.000Z"


def deed(number: int) -> Deed:
    return Deed(f"who-{number}", "admin", None, "10.0.0.7", f"r{number}", "POST /users",
                {"username": f"u{number}"}, outcome=201)  # fmt: skip


def chain(length: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    head = ChainHead()
    for number in range(length):
        change = {"table": "app_user", "did": "insert", "rows": 1, "after": [{"n": number}]}
        rows.append(link(head, deed(number), 1_000 + number, [change]))
        head = ChainHead(rows[-1].seq, rows[-1].hash)
    return rows


def exported(rows: list[AuditRow], end: list[AuditRow] | None = None) -> list[str]:
    """A file of these rows whose last line was written for those of `end`."""
    last = (end or rows)[-1]
    head = ChainHead(last.seq, last.hash)
    return [first_line(AT), *map(row_line, rows), last_line(len(end or rows), head)]


def changed(rows: list[AuditRow]) -> list[AuditRow]:
    rows[2] = replace(rows[2], body=rows[2].body.replace("who-2", "who-9"), actor="who-9")
    return rows


def changed_with_its_hash(rows: list[AuditRow]) -> list[AuditRow]:
    body = rows[2].body.replace("who-2", "who-9")
    hash_ = row_hash(rows[2].previous, body)
    rows[2] = replace(rows[2], body=body, actor="who-9", hash=hash_)
    return rows


def another_column(rows: list[AuditRow]) -> list[AuditRow]:
    rows[2] = replace(rows[2], actor="nobody")
    return rows


def removed(rows: list[AuditRow]) -> list[AuditRow]:
    return rows[:2] + rows[3:]


def inserted(rows: list[AuditRow]) -> list[AuditRow]:
    made = link(ChainHead(rows[1].seq, rows[1].hash), deed(7), 1_002)
    return [*rows[:2], made, *rows[2:]]


def reordered(rows: list[AuditRow]) -> list[AuditRow]:
    rows[2], rows[3] = rows[3], rows[2]
    return rows


def test_a_chain_that_nobody_touched_is_sound() -> None:
    report = verify(chain(6))
    assert (report.rows, report.findings) == (6, ())
    assert verify_audit(exported(chain(6))).faults == ()


@pytest.mark.parametrize(
    ("done", "fault"),
    [
        (changed, ChainFault.BODY_CHANGED),
        (changed_with_its_hash, ChainFault.BROKEN_LINK),
        (another_column, ChainFault.COLUMNS_CHANGED),
        (removed, ChainFault.GAP),
        (inserted, ChainFault.GAP),
        (reordered, ChainFault.GAP),
    ],
)
def test_s44_what_was_done_to_a_row_is_found(
    done: Callable[[list[AuditRow]], list[AuditRow]], fault: ChainFault
) -> None:
    touched = done(chain(6))
    assert fault in {each.fault for each in verify(touched).findings}
    assert verify_audit(exported(touched, chain(6))).faults


def test_s44_a_tail_that_was_cut_is_found_by_the_last_line_and_by_a_seal() -> None:
    whole = chain(6)
    (fault,) = [f for f in verify_audit(exported(whole[:4], whole)).faults if "cut off" in f]
    assert "ends at row 4" in fault
    assert any("last line is missing" in f for f in verify_audit(exported(whole)[:-1]).faults)
    seal = ("Seal 1", ChainHead(6, whole[-1].hash))
    assert verify_audit(exported(whole), [seal]).faults == ()
    assert "Seal 1" in verify_audit(exported(whole[:4]), [seal]).faults[0]


def test_a_line_that_is_none_is_named_and_another_file_is_refused() -> None:
    lines = exported(chain(3))
    lines[2] = lines[2][:40] + "\n"
    told = verify_audit(lines).faults
    assert any("Line 3" in each for each in told)
    assert any("comes after" in f for f in verify_audit([*exported(chain(2)), "{}"]).faults)
    with pytest.raises(NotAnExport):
        verify_audit(['{"type": "journal", "format": 1}'])
