"""Workbooks read and written by a process of their own, beside the api: what goes in and what comes out.

That process alone loads what reads and writes them (`services.api.workbook_worker`).
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import msgspec

from services.api.sheet import BadSheet, Cell, Row

DEADLINE_S = 600.0
TOO_MUCH = "The workbook takes too much time or memory: send CSV, or split it."


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
    found = msgspec.json.decode(said, type=Sheetful) if said else Sheetful(bad=TOO_MUCH)
    if found.bad is not None:
        raise BadSheet(found.bad)
    return [(number, [_cell(cell) for cell in cells]) for number, cells in found.rows]


async def write_apart(table: Table) -> bytes:
    """A workbook of one sheet, written by a process of its own. Raises BadSheet."""
    made = await _work("write", msgspec.json.encode(table))
    if not made:
        raise BadSheet(TOO_MUCH)
    return made


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
