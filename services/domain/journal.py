"""The journal: one row for each thing that happened to an alarm, chained per enterprise.

hash = sha256(previous hash || body), body being canonical JSON in UTF-8. The first row of an
enterprise follows 32 zero bytes. Whoever holds the rows can verify them with nothing else.

A body tells what happened and when, who did it and why (`actor`, `note`; null: the engine), the
alarm after it (`alarm`), and what of it was otherwise before (`before`; null: it was not there).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from services.domain.alarm import Transition

GENESIS = bytes(32)
"""What the first row of a chain follows."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last row of an enterprise's chain, or where a chain begins."""

    seq: int = 0
    hash: bytes = GENESIS


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row as it is stored and exported. Times are epoch milliseconds UTC."""

    enterprise: str
    seq: int
    alarm_id: str
    at: int
    noted_at: int
    event: str
    body: str
    previous: bytes
    hash: bytes


class ChainFault(StrEnum):
    """What can be wrong with a row of a chain."""

    GAP = "gap"
    """Its number does not follow the row before it: rows are missing, doubled or reordered."""
    BROKEN_LINK = "broken_link"
    """It does not follow the hash of the row before it."""
    BODY_CHANGED = "body_changed"
    """Its hash is not that of its body."""
    COLUMNS_CHANGED = "columns_changed"
    """Its columns say something else than its body."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, the row it was found at, and the number of the row before it (0: none)."""

    fault: ChainFault
    enterprise: str
    seq: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What a verification found: rows read, the head of each enterprise, and the faults."""

    rows: int
    heads: dict[str, ChainHead]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """No fault. A missing tail shows only against a head that was kept elsewhere."""
        return not self.findings


def link(
    head: ChainHead, transition: Transition, before: Mapping[str, object] | None = None
) -> JournalRow:
    """The row of a transition that follows `head`. Raises ValueError for a value not finite.

    `before` is the `alarm` of the row before it of the same alarm (`alarm_of`), None for the first.
    """
    alarm, seq = transition.alarm, head.seq + 1
    after = asdict(alarm)
    body = canonical(
        {
            "enterprise": alarm.enterprise,
            "seq": seq,
            "alarm_id": alarm.id,
            "event": transition.event,
            "at": transition.at,
            "noted_at": transition.noted_at,
            "actor": transition.actor,
            "note": transition.note,
            "alarm": after,
            "before": None if before is None else _otherwise(before, after),
        }
    )
    return JournalRow(
        enterprise=alarm.enterprise,
        seq=seq,
        alarm_id=alarm.id,
        at=transition.at,
        noted_at=transition.noted_at,
        event=transition.event.value,
        body=body,
        previous=head.hash,
        hash=row_hash(head.hash, body),
    )


def alarm_of(body: str) -> dict[str, object]:
    """The alarm after the event that a body tells."""
    alarm: dict[str, object] = json.loads(body)["alarm"]
    return alarm


def row_hash(previous: bytes, body: str) -> bytes:
    """The hash of a row, from the hash before it and its body."""
    return hashlib.sha256(previous + body.encode()).digest()


def verify_chain(
    rows: Iterable[JournalRow], after: dict[str, ChainHead] | None = None
) -> ChainReport:
    """Check rows (of any enterprises, each in its order) from their beginning, or from `after`.

    After a fault the check goes on from the row as it stands, so that each fault is told once.
    """
    heads = dict(after or {})
    findings: list[Finding] = []
    count = 0
    for row in rows:
        count += 1
        head = heads.get(row.enterprise, ChainHead())
        findings += [
            Finding(fault, row.enterprise, row.seq, head.seq) for fault in _faults(head, row)
        ]
        heads[row.enterprise] = ChainHead(row.seq, row.hash)
    return ChainReport(count, heads, tuple(findings))


def _faults(head: ChainHead, row: JournalRow) -> list[ChainFault]:
    faults: list[ChainFault] = []
    if row.seq != head.seq + 1:
        faults.append(ChainFault.GAP)
    if row.previous != head.hash:
        faults.append(ChainFault.BROKEN_LINK)
    if row_hash(row.previous, row.body) != row.hash:
        faults.append(ChainFault.BODY_CHANGED)
    elif not _columns_agree(row):
        faults.append(ChainFault.COLUMNS_CHANGED)
    return faults


def _columns_agree(row: JournalRow) -> bool:
    try:
        body = json.loads(row.body)
    except ValueError:
        return False
    return isinstance(body, dict) and all(
        body.get(name) == getattr(row, name)
        for name in ("enterprise", "seq", "alarm_id", "at", "noted_at", "event")
    )


def _otherwise(before: Mapping[str, object], after: Mapping[str, object]) -> dict[str, object]:
    """What was otherwise before; a field that was not kept then is left out."""
    now = json.loads(json.dumps(after))
    return {name: was for name, was in before.items() if name in now and now[name] != was}


def canonical(fields: Mapping[str, object]) -> str:
    """The one text of these fields that is hashed. Raises ValueError for a value not finite."""
    return json.dumps(
        fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
