"""The process that reads and writes workbooks: beside the api, so that it takes nothing from it.

`read`: a workbook comes in, its rows go out. `write`: rows come in, a workbook goes out. It is nicer
than most, has a bound on its memory and on its time, and nothing but what it is given.
"""

import asyncio
import os
import resource
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import msgspec

from services.api.sheet import BadSheet, Cell, Row
from services.api.workbook import workbook_rows, write_workbook

CPU_S = 120
"""Ten times what the largest workbook takes."""
DEADLINE_S = 600.0
NICE = 5
MEMORY_BYTES = 2**30
_TOO_MUCH = "The workbook takes too much time or memory: send CSV, or split it."


class Sheetful(msgspec.Struct, frozen=True):
    """The rows of a workbook, days as their ordinals; or in a sentence why there are none."""

    rows: list[tuple[int, list[str | int]]] = []
    bad: str | None = None


class Table(msgspec.Struct, frozen=True):
    """What a workbook is made of."""

    header: Sequence[str]
    rows: Sequence[Sequence[str | float | None]]


async def read_apart(payload: bytes) -> list[Row]:
    """The rows of a workbook, read by a process of its own. Raises BadSheet."""
    said = await _work("read", payload)
    found = msgspec.json.decode(said, type=Sheetful) if said else Sheetful(bad=_TOO_MUCH)
    if found.bad is not None:
        raise BadSheet(found.bad)
    return [(number, [_cell(cell) for cell in cells]) for number, cells in found.rows]


async def write_apart(table: Table) -> bytes:
    """A workbook of one sheet, written by a process of its own. Raises BadSheet."""
    made = await _work("write", msgspec.json.encode(table))
    if not made:
        raise BadSheet(_TOO_MUCH)
    return made


def main() -> None:
    """Do one job and end."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    given = sys.stdin.buffer.read()
    if sys.argv[1] == "read":
        said = msgspec.json.encode(_read(given))
    else:
        table = msgspec.json.decode(given, type=Table)
        said = write_workbook(table.header, table.rows)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


def _read(payload: bytes) -> Sheetful:
    try:
        rows = [
            (number, [c.toordinal() if isinstance(c, date) else c for c in cells])
            for number, cells in workbook_rows(payload)
        ]
    except BadSheet as error:
        return Sheetful(bad=str(error))
    except MemoryError:
        return Sheetful(bad=_TOO_MUCH)
    return Sheetful(rows)


def _cell(told: str | int) -> Cell:
    return date.fromordinal(told) if isinstance(told, int) else told


async def _work(what: str, given: bytes) -> bytes:
    """What the process said; nothing where it ended without an answer."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.api.workbook_worker",
        what,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(DEADLINE_S):
            said, _ = await process.communicate(given)
        return said if process.returncode == 0 else b""
    except TimeoutError:
        return b""
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


if __name__ == "__main__":
    main()
