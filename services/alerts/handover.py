"""Handing over: what a relieved engine had noted and not recorded goes to the one that judges now.

What it had judged from readings is judged again by that one, with the same identities. An
operator's action is not: it is handed in as it was, and carried out when its alarm is known. The
old files are set aside, for their state is of the past; the next tenure starts from the record.
"""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import structlog

from services.alerts.entry import Judged, decode_entry
from services.alerts.spool import spool_name
from services.alerts.spool_reader import SpoolReader
from services.domain.alarm import EventKind
from services.store.leftover import Leftover, LeftoverTable

ASIDE_KEPT = 3
"""Folders of old files kept; of older ones nothing is needed any more."""
BATCH = 500

_log = structlog.get_logger()


class Handover:
    """Of the folder of an engine that stands by."""

    def __init__(self, folder: Path, table: LeftoverTable) -> None:
        self._folder = folder
        self._table = table

    async def hand_in(self, spool: str) -> str:
        """Hand in what is left in our folder, and set it aside; the name of the new spool.
        Raises Busy, OSError."""
        if not self._has_past():
            return spool
        recorded = await self._table.position(spool)
        last, count = recorded, 0
        for position, batch in self._batches(spool, recorded):
            await self._table.hand_in(spool, position, batch)
            last, count = position, count + len(batch)
        if count:
            _log.warning("handed in what was noted and not recorded before we were relieved",
                         transitions=count)  # fmt: skip
        await asyncio.to_thread(self._set_aside, spool)
        _log.info("set our old state aside: another engine has judged since", recorded=last)
        return spool_name(self._folder / "spool")

    def _has_past(self) -> bool:
        return (self._folder / "snapshot").exists() or any(
            path.stat().st_size for path in (self._folder / "spool").glob("*.spool")
        )

    def _batches(self, spool: str, after: int) -> Iterator[tuple[int, list[Leftover]]]:
        reader = SpoolReader(self._folder / "spool", after)
        while read := reader.read(BATCH):
            found: list[Leftover] = []
            for position, payload in read:
                entry = decode_entry(payload)
                if isinstance(entry, Judged):
                    found += [
                        Leftover(spool, position, part, each)
                        for part, each in enumerate(entry.transitions)
                        if each.actor is not None or each.event is EventKind.RAISED
                    ]
            yield read[-1][0], found
        if reader.damaged_bytes:
            _log.error("passed over damage in the spool", bytes=reader.damaged_bytes)

    def _set_aside(self, spool: str) -> None:
        aside = self._folder / "relieved"
        place = aside / spool
        place.mkdir(parents=True, exist_ok=True)
        for name in ("snapshot", "overflow", "heard", "term", "spool"):
            path = self._folder / name
            if path.exists():
                path.replace(place / name)
        (place / "spool" / "reserve").unlink(missing_ok=True)
        old = sorted(aside.iterdir(), key=lambda path: path.stat().st_mtime)
        for each in old[:-ASIDE_KEPT]:
            shutil.rmtree(each)
