"""`parkwatch journal verify FILE`: what is wrong with an exported journal, for the terminal."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from services.domain.journal_export import ExportReport, NotAnExport, verify_export
from services.domain.journal_witness import Witness
from services.stack.journal_signature import Judged, judge_signature
from services.wire.seal import Seals, read_seals

SOUND, WRONG, UNREADABLE = 0, 1, 2
LONGEST = 16 * 2**20
"""Characters of a line; a longer one is told as two that are damaged."""
SHOWN = 50
_HEX_KEY = re.compile(r"[0-9a-f]{64}")


class NoKey(ValueError):
    """What was given as a key is none; the text says what to give."""


def verify_file(path: Path, sealed: Path | None = None, key: str | None = None) -> int:
    """Print the verdict, one line a fault; 0 sound, 1 not, 2 when it is no exported journal.

    `sealed`: a file of seals that the journal must hold to; `key`: the public key to expect, in
    hex or the name of a file that holds it. One without a signature is sound only where seals
    reach to its end.
    """
    try:
        key = None if key is None else key_of(key)
        seals = Seals((), ()) if sealed is None else seals_of(sealed, key)
        witness = Witness([(f"Seal {s.number} of {s.at[:10]}", s.heads) for s in seals.seals])
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            report = verify_export(lines_of(file), witness)
    except (NotAnExport, NoKey) as refused:
        print(refused, file=sys.stderr)
        return UNREADABLE
    except OSError as error:
        place = error.filename or path
        print(f"{place} cannot be read ({error.strerror}): name an exported file.", file=sys.stderr)
        return UNREADABLE
    beyond = witness.beyond(report.heads) if seals.seals else None
    signature = judge_signature(report, beyond, key, seals.keys)
    return _tell(report, seals, signature)


def _tell(report: ExportReport, seals: Seals, signature: Judged) -> int:
    sound = report.sound and not seals.faults and not signature.faults
    for fault in [*seals.faults[:SHOWN], *signature.faults]:
        print(f"WRONG  {fault}")
    for complaint in report.complaints[:SHOWN]:
        print(f"WRONG  {complaint.text}")
    if len(report.complaints) > SHOWN:
        print(f"WRONG  {len(report.complaints) - SHOWN} more faults.")
    for code, head in sorted(report.heads.items()):
        print(f"{'ok   ' if sound else '     '}  {code}: {head.seq} rows, head {head.hash.hex()}")
    for said in signature.said:
        print(f"       {said}")
    total = f"{report.rows} rows of {len(report.heads)} enterprises"
    if seals.seals:
        total += f", {len(seals.seals)} seals signed by {seals.seals[-1].key}"
    if sound:
        print(f"{total}: sound.")
    elif signature.unsigned and report.sound and not seals.faults:
        print(f"{total}: linked, but not signed.")
    else:
        print(f"{total}: this is not the journal as it was kept.")
    return SOUND if sound else WRONG


def key_of(given: str) -> str:
    """The key in hex, out of a file where a file was named. Raises OSError, NoKey."""
    text = given.strip().lower()
    if not _HEX_KEY.fullmatch(text):
        text = Path(given).read_text(encoding="utf-8", errors="replace").strip().lower()
    if not _HEX_KEY.fullmatch(text):
        raise NoKey(f"{given} holds no public key: 64 hex digits, as `key` of a seal has them.")
    return text


def seals_of(path: Path, key: str | None) -> Seals:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        return read_seals(lines_of(file), key)


def lines_of(file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST):
        yield line
