"""`parkwatch journal verify FILE`: what is wrong with an exported journal, for the terminal."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from services.domain.journal_export import NotAnExport, verify_export
from services.domain.journal_witness import Witness
from services.wire.seal import Seals, read_seals

SOUND, WRONG, UNREADABLE = 0, 1, 2
LONGEST = 16 * 2**20
"""Characters of a line; a longer one is told as two that are damaged."""
SHOWN = 50


def verify_file(path: Path, sealed: Path | None = None, key: str | None = None) -> int:
    """Print the verdict, one line a fault; 0 sound, 1 not, 2 when it is no exported journal.

    `sealed`: a file of seals that the journal must hold to; `key`: the public key to expect.
    """
    try:
        seals = Seals((), ()) if sealed is None else _seals(sealed, key)
        witness = Witness([(f"Seal {s.number} of {s.at[:10]}", s.heads) for s in seals.seals])
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            report = verify_export(_lines(file), witness)
    except NotAnExport as refused:
        print(refused, file=sys.stderr)
        return UNREADABLE
    except OSError as error:
        place = error.filename or path
        print(f"{place} cannot be read ({error.strerror}): name an exported file.", file=sys.stderr)
        return UNREADABLE
    sound = report.sound and not seals.faults
    for fault in seals.faults[:SHOWN]:
        print(f"WRONG  {fault}")
    for complaint in report.complaints[:SHOWN]:
        print(f"WRONG  {complaint.text}")
    if len(report.complaints) > SHOWN:
        print(f"WRONG  {len(report.complaints) - SHOWN} more faults.")
    for code, head in sorted(report.heads.items()):
        print(f"{'ok   ' if sound else '     '}  {code}: {head.seq} rows, head {head.hash.hex()}")
    total = f"{report.rows} rows of {len(report.heads)} enterprises"
    if seals.seals:
        total += f", {len(seals.seals)} seals signed by {seals.seals[-1].key}"
    print(f"{total}: sound." if sound else f"{total}: this is not the journal as it was kept.")
    return SOUND if sound else WRONG


def _seals(path: Path, key: str | None) -> Seals:
    with path.open(encoding="utf-8", errors="surrogateescape") as file:
        return read_seals(_lines(file), key)


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST):
        yield line
