"""`parkwatch audit verify FILE`: what is wrong with an exported audit, for the terminal."""

import sys
from collections.abc import Mapping
from pathlib import Path

from services.domain.audit import CHAIN
from services.domain.audit_export import AuditVerdict, verify_audit
from services.domain.journal_export import NotAnExport
from services.stack.journal_file import (
    SHOWN,
    SOUND,
    UNREADABLE,
    WRONG,
    NoKey,
    key_of,
    lines_of,
    seals_of,
)
from services.stack.journal_signature import UNSIGNED, distrusted
from services.wire.export_signature import BadSignature, read_signature
from services.wire.seal import Seals


def verify_audit_file(path: Path, sealed: Path | None = None, key: str | None = None) -> int:
    """Print the verdict, one line a fault; 0 sound, 1 not, 2 when it is no exported audit.

    `sealed`: a file of seals that the audit must hold to; `key`: the public key to expect, in hex or
    the name of a file that holds it.
    """
    try:
        key = None if key is None else key_of(key)
        seals = Seals((), ()) if sealed is None else seals_of(sealed, key)
        ends = [(f"Seal {s.number}", s.heads[CHAIN]) for s in seals.seals if CHAIN in s.heads]
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            verdict = verify_audit(lines_of(file), ends)
    except (NotAnExport, NoKey) as refused:
        print(refused, file=sys.stderr)
        return UNREADABLE
    except OSError as error:
        place = error.filename or path
        print(f"{place} cannot be read ({error.strerror}): name an exported file.", file=sys.stderr)
        return UNREADABLE
    faults = [*seals.faults, *verdict.faults, *_signature_faults(verdict, key, seals.keys)]
    for fault in faults[:SHOWN]:
        print(f"WRONG  {fault}")
    told = f"{verdict.rows} rows, head {verdict.head.hash.hex()}"
    print(f"{told}: this is not the audit as it was kept." if faults else f"{told}: sound.")
    return WRONG if faults else SOUND


def _signature_faults(
    verdict: AuditVerdict, key: str | None, keys: Mapping[str, str | None]
) -> list[str]:
    if not verdict.ended:
        return []
    if verdict.signed is None:
        return [UNSIGNED]
    try:
        found = read_signature(verdict.signed, verdict.stated)
    except BadSignature as wrong:
        return [str(wrong)]
    fault = distrusted(found.key, verdict.stated["exported_at"], key, keys)
    if fault is not None:
        return [fault]
    if key is None and not keys:
        print(f"       Signed by {found.key}: hold that against the key you have from before.")
    return []
