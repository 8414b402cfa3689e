"""An exported journal: one JSON object a line, to be verified by anyone who holds the file.

The first line says what it is, then come the rows, each enterprise's in their order, and the last
line tells how many rows there are and the head of each chain, signed (`statement`): whoever
rewrites a whole chain can rewrite that line, too, but not sign it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.domain.journal import ChainFault, ChainHead, Finding, JournalRow, verify_chain
from services.domain.journal_witness import Witness

FORMAT = 1


class NotAnExport(ValueError):
    """The file is something else; the text says what to do."""


class ExportFault(StrEnum):
    """What can be wrong with an export beside the faults of its chains."""

    BAD_LINE = "bad_line"
    """A line that is no row: damaged, or written by somebody else."""
    NO_END = "no_end"
    """The last line is missing: the file was cut off, or the export was."""
    AFTER_END = "after_end"
    """Something follows the last line."""
    COUNT = "count"
    """There are more or fewer rows than the last line tells."""
    HEAD = "head"
    """A chain ends elsewhere than the last line tells."""
    SEAL = "seal"
    """A row that was sealed is missing, or another one."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A fault of a chain or of the file, told in one sentence."""

    fault: ChainFault | ExportFault
    text: str


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What a verification found: rows read, the head of each enterprise, and what is wrong."""

    rows: int
    heads: dict[str, ChainHead]
    complaints: tuple[Complaint, ...]
    ended: bool = True
    """Whether its last line was there."""
    stated: Mapping[str, Any] = field(default_factory=dict)
    """What its lines say of it as a whole: what the signature has to be over, but for whose scope
    it is (`statement`)."""
    signed: object = None
    """The signature as its last line has it; None where it has none."""

    @property
    def sound(self) -> bool:
        """Nothing is wrong."""
        return not self.complaints


def first_line(
    enterprises: Sequence[str], exported_at: str, after: Mapping[str, ChainHead] | None = None
) -> str:
    """What the file is; `exported_at` RFC 3339. `after`: the rows that its own follow, where it
    does not begin at the beginning."""
    fields: dict[str, Any] = {
        "type": "journal",
        "format": FORMAT,
        "enterprises": list(enterprises),
        "exported_at": exported_at,
    }
    return _line(fields | ({"after": _heads_told(after)} if after else {}))


def row_line(row: JournalRow) -> str:
    """A row with all that its verification needs; `at`, `noted_at` epoch ms, hashes in hex."""
    return _line({
        "type": "row",
        "enterprise": row.enterprise,
        "seq": row.seq,
        "alarm_id": row.alarm_id,
        "at": row.at,
        "noted_at": row.noted_at,
        "event": row.event,
        "body": row.body,
        "previous": row.previous.hex(),
        "hash": row.hash.hex(),
    })  # fmt: skip


def last_line(
    rows: int, heads: Mapping[str, ChainHead], signed: Mapping[str, str] | None = None
) -> str:
    """How many rows there are, where each chain ends, and the signature over the `statement`."""
    fields: dict[str, Any] = {"type": "end", "rows": rows, "heads": _heads_told(heads)}
    return _line(fields | ({"signed": dict(signed)} if signed is not None else {}))


def statement(
    enterprises: Sequence[str],
    exported_at: str,
    rows: int,
    heads: Mapping[str, ChainHead],
    after: Mapping[str, ChainHead] | None = None,
) -> dict[str, Any]:
    """An export as a whole: what is signed of it. The heads vouch for each row, the number for
    where the rows begin."""
    return {
        "kind": "export",
        "enterprises": list(enterprises),
        "exported_at": exported_at,
        "after": _heads_told(after or {}),
        "rows": rows,
        "heads": _heads_told(heads),
    }


def verify_export(lines: Iterable[str], witness: Witness | None = None) -> ExportReport:
    """Check every row, its place, and that the end is the one that was written; with a `witness`
    also that it holds what was sealed.

    Raises NotAnExport for a file of another kind or of a newer format.
    """
    reading = _Reading(lines)
    looked_at = witness or Witness([])
    chain = verify_chain(looked_at.watch(reading.rows()), reading.after)
    complaints = [*_told(chain.findings), *reading.complaints]
    if not reading.ended:
        after = f" after row {reading.last[1]} of {reading.last[0]}" if reading.last else ""
        text = f"The last line is missing: the file was cut off{after}; export it again."
        complaints.append(Complaint(ExportFault.NO_END, text))
    elif reading.count != chain.rows:
        text = f"The last line tells {reading.count} rows and there are {chain.rows}."
        complaints.append(Complaint(ExportFault.COUNT, text))
    if reading.ended:
        complaints += _wrong_heads(reading.heads, chain.heads)
    sealed = looked_at.complaints(reading.enterprises)
    complaints += [Complaint(ExportFault.SEAL, text) for text in sealed]
    stated = statement(
        reading.enterprises, reading.exported_at, reading.count, reading.heads, reading.after
    )
    return ExportReport(
        chain.rows, chain.heads, tuple(complaints), reading.ended, stated, reading.signed
    )


class _Reading:
    """The rows of a file, and beside them what is wrong with its lines."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self.enterprises, self.exported_at, self.after = _begin(_object(next(self._lines, "")))
        self.complaints: list[Complaint] = []
        self.ended = False
        self.count = 0
        self.heads: dict[str, ChainHead] = {}
        self.last: tuple[str, int] | None = None
        self.signed: object = None

    def rows(self) -> Iterator[JournalRow]:
        for number, line in enumerate(self._lines, 2):
            if self.ended:
                text = f"Line {number} comes after the last line: something was added."
                self.complaints.append(Complaint(ExportFault.AFTER_END, text))
                return
            fields = _object(line)
            try:
                if fields.get("type") == "end":
                    self._end(fields)
                else:
                    row = _row(fields)
                    self.last = (row.enterprise, row.seq)
                    yield row
            except (KeyError, TypeError, ValueError, AttributeError):
                after = f", after row {self.last[1]} of {self.last[0]}," if self.last else ""
                text = f"Line {number}{after} is no row of a journal: it was damaged or changed."
                self.complaints.append(Complaint(ExportFault.BAD_LINE, text))

    def _end(self, fields: dict[str, Any]) -> None:
        self.heads = _heads_read(fields["heads"])
        self.count = _whole(fields["rows"])
        self.signed = fields.get("signed")
        self.ended = True


def _begin(fields: dict[str, Any]) -> tuple[list[str], str, dict[str, ChainHead]]:
    """Whose journal it is, when it was exported, and what its first rows follow. Raises
    NotAnExport."""
    _check_kind(fields)
    try:
        enterprises = [_text(code) for code in fields["enterprises"]]
        return enterprises, str(fields.get("exported_at")), _heads_read(fields.get("after", {}))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotAnExport(
            "The first line of this journal is damaged: export the journal again."
        ) from None


def _heads_read(told: Mapping[str, Mapping[str, Any]]) -> dict[str, ChainHead]:
    return {
        str(code): ChainHead(_whole(head["seq"]), bytes.fromhex(head["hash"]))
        for code, head in told.items()
    }


def _heads_told(heads: Mapping[str, ChainHead]) -> dict[str, dict[str, Any]]:
    return {code: {"seq": head.seq, "hash": head.hash.hex()} for code, head in heads.items()}


def _check_kind(fields: dict[str, Any]) -> None:
    if fields.get("type") != "journal":
        raise NotAnExport(
            "This is no exported journal: take the file that GET /api/v1/journal/export answers."
        )
    if fields.get("format") != FORMAT:
        raise NotAnExport(
            f"This journal has the format {fields.get('format')!r} and this version reads "
            f"{FORMAT}: verify it with the version that exported it, or a newer one."
        )


def _row(fields: dict[str, Any]) -> JournalRow:
    if fields["type"] != "row":
        raise ValueError(fields["type"])
    return JournalRow(
        enterprise=_text(fields["enterprise"]),
        seq=_whole(fields["seq"]),
        alarm_id=_text(fields["alarm_id"]),
        at=_whole(fields["at"]),
        noted_at=_whole(fields["noted_at"]),
        event=_text(fields["event"]),
        body=_text(fields["body"]),
        previous=bytes.fromhex(fields["previous"]),
        hash=bytes.fromhex(fields["hash"]),
    )


def _told(findings: Sequence[Finding]) -> list[Complaint]:
    """Each fault once: a row in the wrong place cannot follow the hash before it, either."""
    misplaced = {(each.enterprise, each.seq) for each in findings if each.fault is ChainFault.GAP}
    return [
        Complaint(each.fault, _sentence(each))
        for each in findings
        if each.fault is not ChainFault.BROKEN_LINK or (each.enterprise, each.seq) not in misplaced
    ]


def _sentence(finding: Finding) -> str:
    seq, after, whose = finding.seq, finding.after, finding.enterprise
    match finding.fault:
        case ChainFault.GAP if seq > after + 2:
            return f"Rows {after + 1} to {seq - 1} of {whose} are missing before row {seq}."
        case ChainFault.GAP if seq == after + 2:
            return f"Row {after + 1} of {whose} is missing before row {seq}."
        case ChainFault.GAP if seq == after:
            return f"Row {seq} of {whose} is there twice."
        case ChainFault.GAP:
            return f"Row {seq} of {whose} stands after row {after}: the rows were reordered."
        case ChainFault.BROKEN_LINK:
            return (
                f"Row {seq} of {whose} does not follow from the row before it: one of the two "
                "was replaced."
            )
        case ChainFault.BODY_CHANGED:
            return f"Row {seq} of {whose} was changed: its hash is not that of its text."
        case ChainFault.COLUMNS_CHANGED:
            return f"Row {seq} of {whose} was changed: its fields say something else than its text."


def _wrong_heads(told: Mapping[str, ChainHead], found: Mapping[str, ChainHead]) -> list[Complaint]:
    complaints = []
    for code in sorted({*told, *found}):
        wanted, there = told.get(code, ChainHead()), found.get(code, ChainHead())
        if wanted == there:
            continue
        if wanted.seq > there.seq:
            text = f"The journal of {code} ends at row {there.seq}: the rows up to {wanted.seq} were cut off."
        elif wanted.seq < there.seq:
            text = (
                f"The journal of {code} goes on to row {there.seq}, beyond its end at {wanted.seq}."
            )
        else:
            text = f"The last row of {code}, {there.seq}, is another one than the last line tells."
        complaints.append(Complaint(ExportFault.HEAD, text))
    return complaints


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    # A lone surrogate has no bytes, so no hash.
    value.encode()
    return value


def _whole(value: object) -> int:
    if type(value) is not int:
        raise TypeError(value)
    return value


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False, allow_nan=False) + "\n"
