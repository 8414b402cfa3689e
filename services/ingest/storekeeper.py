"""What goes on beside the door in the store: rolling up, and letting go."""

import asyncio
from pathlib import Path

from services.ingest.retention import Retention, Terms, measure
from services.ingest.roller import Roller
from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.store.retention import Shelf
from services.store.rollup import Rollups

GIB = 2**30


class Storekeeper:
    """Two tasks, each with a connection of its own. Call `run`, at the end `cut` and `close`."""

    def __init__(self, settings: Settings, database_url: str, clock: Clock) -> None:
        self._rollups = Rollups(database_url)
        self._shelf = Shelf(database_url)
        self.roller = Roller(self._rollups, clock)
        limit = settings.database_limit_gb
        terms = Terms(settings.raw_days, settings.rollup_days, settings.compress_days)
        look = measure(self._shelf, _disk(settings), None if limit is None else int(limit * GIB))
        self.retention = Retention(self._shelf, look, terms, clock)

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.roller.run(stop))
            group.create_task(self.retention.run(stop))

    def cut(self) -> None:
        """End the waits under way."""
        self._rollups.cut()
        self._shelf.cut()

    def close(self) -> None:
        """Let go of the connections."""
        self._rollups.drop()
        self._shelf.drop()


def _disk(settings: Settings) -> Path | None:
    """Where the embedded database lies; a foreign one's disk nobody here can see."""
    folder = settings.data_dir / "postgres"
    return folder if folder.is_dir() else None
