"""`parkwatch journal verify FILE`: what is wrong with an exported journal, for the terminal."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from services.domain.journal_export import NotAnExport, verify_export

SOUND, WRONG, UNREADABLE = 0, 1, 2
LONGEST = 16 * 2**20
"""Characters of a line; a longer one is told as two that are damaged."""
SHOWN = 50


def verify_file(path: Path) -> int:
    """Print the verdict, one line a fault; 0 sound, 1 not, 2 when it is no exported journal."""
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            report = verify_export(_lines(file))
    except NotAnExport as refused:
        print(refused, file=sys.stderr)
        return UNREADABLE
    except OSError as error:
        print(f"{path} cannot be read ({error.strerror}): name an exported file.", file=sys.stderr)
        return UNREADABLE
    for complaint in report.complaints[:SHOWN]:
        print(f"WRONG  {complaint.text}")
    if len(report.complaints) > SHOWN:
        print(f"WRONG  {len(report.complaints) - SHOWN} more faults.")
    for code, head in sorted(report.heads.items()):
        print(
            f"{'ok   ' if report.sound else '     '}  {code}: {head.seq} rows, head {head.hash.hex()}"
        )
    total = f"{report.rows} rows of {len(report.heads)} enterprises"
    print(
        f"{total}: sound." if report.sound else f"{total}: this is not the journal as it was kept."
    )
    return SOUND if report.sound else WRONG


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(LONGEST):
        yield line
