"""What ingest set aside in the database, over the connection that it stores with."""

from collections.abc import Sequence

from services.domain.directory import Directory
from services.domain.rate import Owner
from services.domain.trouble import Condition
from services.runtime.clock import to_datetime
from services.store import condition_tables as conditions
from services.store import diverted_tables as diverted
from services.store.intake import Resumed
from services.store.letter_again import read_some
from services.store.letter_tables import remove_old
from services.store.postgres_intake import PostgresIntake
from services.store.set_aside import Apart, Memory, TakenIn


class PostgresSetAside:
    """Beside a PostgresIntake, between its batches: not for concurrent use."""

    def __init__(self, intake: PostgresIntake) -> None:
        self._intake = intake

    async def recall(self) -> Memory:
        """What was set aside before. Raises Busy."""
        async with self._intake.writing() as connection:
            apart = await diverted.all_apart(connection)
            return Memory(apart, tuple(await conditions.conditions(connection)))

    async def take_in(
        self, directory: Directory, messages: int, readings: int, refusal: str | None = None
    ) -> TakenIn:
        """Store the oldest messages that were kept apart. Raises Busy or Unfit."""
        async with self._intake.writing() as connection:
            found = await diverted.take_out(connection, messages, readings)
            parcels = [
                diverted.parcel_of(delivery, directory, Resumed(apart=values))
                for delivery, values in found
            ]
            if refusal is not None:
                parcels = [diverted.refused(each, refusal) for each in parcels]
            if parcels:
                await self._intake.fill(connection, parcels)
            oldest = await diverted.oldest(connection)
        by_gateway: dict[Owner, Apart] = {}
        for parcel, (delivery, values) in zip(parcels, found, strict=True):
            owner = (parcel.translation.enterprise, parcel.translation.gateway)
            by_gateway.setdefault(owner, Apart()).add(1, values, len(delivery.payload))
        return TakenIn(by_gateway, oldest)

    async def reprocess(
        self, directory: Directory, letters: int, refusal: str | None = None
    ) -> bool:
        """Read the next dead letters again that somebody wants read again. Raises Busy, Unfit."""
        async with self._intake.writing() as connection:
            instants = self._intake.instants
            return await read_some(connection, directory, letters, refusal, instants)

    async def note(self, found: Sequence[Condition], now: int) -> None:
        """Keep what is the matter with gateways, and what is over. Raises Busy."""
        async with self._intake.writing() as connection:
            await conditions.note(connection, found, now)

    async def remove_old(self, now: int, limit: int) -> int:
        """Let dead letters go that are past their time. Raises Busy."""
        async with self._intake.writing() as connection:
            return await remove_old(connection, to_datetime(now), limit)
