"""Which durable sessions the broker has granted us: where one is gone, there may be a gap."""

from services.runtime.clock import to_datetime, to_ms
from services.store.deadline import connect, within
from services.store.gateway_event import EventKind
from services.store.queries import Queries

ASK_TIMEOUT_S = 3.0

_SQL = Queries.load("ledger")


class SessionMarks:
    """Each call is a connection of its own: they are rare. All raise psycopg.OperationalError."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url

    async def held_at(self, name: str) -> int | None:
        """When this session was last known to be held (epoch ms); None: it never was."""
        connection = await connect(self._url, application="parkwatch-ingest-session")
        async with connection, within(connection, ASK_TIMEOUT_S):
            cursor = await connection.execute(_SQL["durable_session"], {"name": name})
            row = await cursor.fetchone()
        return None if row is None else to_ms(row[0])

    async def held(self, name: str, at: int, lost: str | None = None) -> None:
        """The session is held at `at` (epoch ms). With `lost` it had been lost before: that is
        told to every enterprise, as an event of all its gateways, in the same transaction.
        """
        connection = await connect(self._url, application="parkwatch-ingest-session")
        values = {"name": name, "at": to_datetime(at)}
        async with connection, within(connection, ASK_TIMEOUT_S), connection.transaction():
            await connection.execute(_SQL["put_durable_session"], values)
            if lost is not None:
                told = {"at": to_datetime(at), "kind": EventKind.SESSION_LOST, "detail": lost}
                await connection.execute(_SQL["tell_every_enterprise"], told)
