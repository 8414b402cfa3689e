"""The audit: one row for each thing that somebody did, read or was refused, in one chain of the park.

hash = sha256(previous hash || body), body being canonical JSON in UTF-8, as in the journal of alarms,
whose chains are the engine's; this one is the api's. The first row follows 32 zero bytes.

A body tells who (`actor`, `role`, `enterprise`; from which `address`), what (method and path of the
route, or a word), of which `object`, with which `outcome` (HTTP status), and what of the database was
changed by it (`changes`: table, operation, how many rows, and the first of them before and after).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from services.domain.journal import ChainFault, ChainHead, Finding, canonical, row_hash

CHAIN = "#audit"
"""Stands beside the enterprises' codes where heads of chains are named; no code has a `#`."""
COLUMNS = ("seq", "at", "actor", "what", "concerns", "request_id")
"""What stands in columns of its own, to be looked for, and must say the same as the body."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did. `role` and `enterprise` are theirs, None where nobody was signed in;
    `concerns`: the enterprise whose things it is about, None for the park's."""

    actor: str
    role: str | None
    enterprise: str | None
    address: str
    request_id: str
    what: str
    object: Mapping[str, str] = field(default_factory=dict)
    concerns: str | None = None
    outcome: int = 200


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row as it is stored and exported. `at` is epoch milliseconds UTC."""

    seq: int
    at: int
    actor: str
    what: str
    concerns: str | None
    request_id: str
    body: str
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a verification found: rows read, where the chain ends, and the faults."""

    rows: int
    head: ChainHead
    findings: tuple[Finding, ...]


def link(
    head: ChainHead, deed: Deed, at: int, changes: Sequence[Mapping[str, Any]] = ()
) -> AuditRow:
    """The row of a deed that follows `head`. Raises ValueError for a value not finite."""
    seq = head.seq + 1
    body = canonical(asdict(deed) | {"seq": seq, "at": at, "changes": list(changes)})
    return AuditRow(
        seq=seq,
        at=at,
        actor=deed.actor,
        what=deed.what,
        concerns=deed.concerns,
        request_id=deed.request_id,
        body=body,
        previous=head.hash,
        hash=row_hash(head.hash, body),
    )


def verify(rows: Iterable[AuditRow], after: ChainHead | None = None) -> AuditReport:
    """Check rows in their order from the beginning of the chain, or from `after`.

    After a fault the check goes on from the row as it stands, so that each fault is told once. A
    tail that was cut off shows only against a head that was kept elsewhere.
    """
    head = after or ChainHead()
    findings: list[Finding] = []
    count = 0
    for row in rows:
        count += 1
        findings += [Finding(fault, CHAIN, row.seq, head.seq) for fault in _faults(head, row)]
        head = ChainHead(row.seq, row.hash)
    return AuditReport(count, head, tuple(findings))


def _faults(head: ChainHead, row: AuditRow) -> list[ChainFault]:
    faults: list[ChainFault] = []
    if row.seq != head.seq + 1:
        faults.append(ChainFault.GAP)
    elif row.previous != head.hash:
        faults.append(ChainFault.BROKEN_LINK)
    if row_hash(row.previous, row.body) != row.hash:
        faults.append(ChainFault.BODY_CHANGED)
    elif not _columns_agree(row):
        faults.append(ChainFault.COLUMNS_CHANGED)
    return faults


def _columns_agree(row: AuditRow) -> bool:
    try:
        body = json.loads(row.body)
    except ValueError:
        return False
    return isinstance(body, dict) and all(
        name in body and body[name] == getattr(row, name) for name in COLUMNS
    )
