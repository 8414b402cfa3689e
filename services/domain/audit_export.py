"""An exported audit: one JSON object a line, to be verified by anyone who holds the file.

The first line says what it is, then come the rows in their order, and the last line tells how many
there are and where the chain ends, signed (`statement`).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.domain.audit import AuditRow, verify
from services.domain.journal import ChainFault, ChainHead, Finding
from services.domain.journal_export import NotAnExport

FORMAT = 1
KIND = "audit"


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What a verification found: rows read, where the chain ends, each fault in a sentence; what its
    lines say of it as a whole, and the signature over that (None: there is none)."""

    rows: int
    head: ChainHead
    faults: tuple[str, ...]
    ended: bool
    stated: Mapping[str, Any]
    signed: object = None


def first_line(exported_at: str, after: ChainHead | None = None) -> str:
    """What the file is; `exported_at` RFC 3339; `after`: what its first row follows."""
    return _line({
        "type": KIND,
        "format": FORMAT,
        "exported_at": exported_at,
        "after": _told(after or ChainHead()),
    })  # fmt: skip


def row_line(row: AuditRow) -> str:
    """A row with all that its verification needs; `at` epoch ms, hashes in hex."""
    return _line({
        "type": "row",
        "seq": row.seq,
        "at": row.at,
        "actor": row.actor,
        "what": row.what,
        "concerns": row.concerns,
        "request_id": row.request_id,
        "body": row.body,
        "previous": row.previous.hex(),
        "hash": row.hash.hex(),
    })  # fmt: skip


def last_line(rows: int, head: ChainHead, signed: Mapping[str, str] | None = None) -> str:
    """How many rows there are, where the chain ends, and the signature over the `statement`."""
    fields: dict[str, Any] = {"type": "end", "rows": rows, "head": _told(head)}
    return _line(fields | ({"signed": dict(signed)} if signed is not None else {}))


def statement(
    exported_at: str, rows: int, head: ChainHead, after: ChainHead | None = None
) -> dict[str, Any]:
    """An export as a whole: what is signed of it."""
    return {
        "kind": KIND,
        "exported_at": exported_at,
        "after": _told(after or ChainHead()),
        "rows": rows,
        "head": _told(head),
    }


def verify_audit(
    lines: Iterable[str], sealed: Iterable[tuple[str, ChainHead]] = ()
) -> AuditVerdict:
    """Check every row, its place, and that the end is the one that was written; `sealed`: names of
    seals and where the chain ended then, to be found again.

    Raises NotAnExport for a file of another kind or of a newer format.
    """
    reading = _Reading(lines)
    wanted = {head.seq: (name, head.hash) for name, head in sealed if head.seq}
    found: dict[int, bytes] = {}

    def watched() -> Iterator[AuditRow]:
        for row in reading.rows():
            if row.seq in wanted:
                found[row.seq] = row.hash
            yield row

    report = verify(watched(), reading.after)
    faults = [*map(_sentence, report.findings), *reading.faults]
    faults += reading.end_faults(report.rows, report.head)
    for seq, (name, hash_) in sorted(wanted.items()):
        if seq > reading.after.seq and found.get(seq) != hash_:
            faults.append(f"{name} sealed row {seq}, and it is missing or another one here.")
    stated = statement(reading.exported_at, reading.count, reading.head, reading.after)
    return AuditVerdict(
        report.rows, report.head, tuple(faults), reading.ended, stated, reading.signed
    )


class _Reading:
    """The rows of a file, and beside them what is wrong with its lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        fields = _object(next(self._lines, ""))
        if fields.get("type") != KIND or fields.get("format") != FORMAT:
            raise NotAnExport(
                "This is no exported audit of this version: take the file that "
                "GET /api/v1/audit/export answers."
            )
        try:
            self.after = _head(fields["after"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise NotAnExport("The first line of this audit is damaged: export it again.") from None
        self.exported_at = str(fields.get("exported_at"))
        self.faults: list[str] = []
        self.ended = False
        self.count = 0
        self.head = ChainHead()
        self.signed: object = None

    def rows(self) -> Iterator[AuditRow]:
        for number, line in enumerate(self._lines, 2):
            if self.ended:
                self.faults.append(f"Line {number} comes after the last line: it was added.")
                return
            fields = _object(line)
            try:
                if fields.get("type") == "end":
                    self.head, self.count = _head(fields["head"]), _whole(fields["rows"])
                    self.signed, self.ended = fields.get("signed"), True
                else:
                    yield _row(fields)
            except (KeyError, TypeError, ValueError, AttributeError):
                self.faults.append(f"Line {number} is no row: it was damaged or changed.")

    def end_faults(self, rows: int, head: ChainHead) -> list[str]:
        if not self.ended:
            return ["The last line is missing: the file was cut off; export it again."]
        faults = []
        if self.count != rows:
            faults.append(f"The last line tells {self.count} rows and there are {rows}.")
        if self.head.seq > head.seq:
            faults.append(
                f"It ends at row {head.seq}: the rows up to {self.head.seq} were cut off."
            )
        elif self.head != head:
            faults.append(f"Its last row, {head.seq}, is another one than the last line tells.")
        return faults


def _sentence(finding: Finding) -> str:
    seq, after = finding.seq, finding.after
    match finding.fault:
        case ChainFault.GAP if seq > after + 1:
            return f"Row {seq} follows row {after}: rows are missing between them."
        case ChainFault.GAP:
            return f"Row {seq} stands after row {after}: it was inserted, doubled or moved."
        case ChainFault.BROKEN_LINK:
            return f"Row {seq} does not follow from the row before it: one of the two was replaced."
        case ChainFault.BODY_CHANGED:
            return f"Row {seq} was changed: its hash is not that of its text."
        case ChainFault.COLUMNS_CHANGED:
            return f"Row {seq} was changed: its fields say something else than its text."


def _row(fields: Mapping[str, Any]) -> AuditRow:
    if fields["type"] != "row":
        raise ValueError(fields["type"])
    concerns = fields["concerns"]
    return AuditRow(
        seq=_whole(fields["seq"]),
        at=_whole(fields["at"]),
        actor=_text(fields["actor"]),
        what=_text(fields["what"]),
        concerns=None if concerns is None else _text(concerns),
        request_id=_text(fields["request_id"]),
        body=_text(fields["body"]),
        previous=bytes.fromhex(fields["previous"]),
        hash=bytes.fromhex(fields["hash"]),
    )


def _head(told: Mapping[str, Any]) -> ChainHead:
    return ChainHead(_whole(told["seq"]), bytes.fromhex(told["hash"]))


def _told(head: ChainHead) -> dict[str, Any]:
    return {"seq": head.seq, "hash": head.hash.hex()}


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    value.encode()  # a lone surrogate has no bytes, so no hash
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _line(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n"
