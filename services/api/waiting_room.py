"""How many applications and proposals of one enterprise may wait for a second person."""

from datetime import datetime

from services.api.problem import Kind, Problem
from services.store import approval as store
from services.store.approval import Connection

MOST = 200
"""More than anybody decides on in a shift: beyond them nobody reads what is asked."""


async def check_waiting(connection: Connection, enterprise: str, now: datetime) -> None:
    """Refuse one more of an enterprise where as many wait already. Raises Problem."""
    if await store.waiting(connection, enterprise, now) >= MOST:
        raise Problem(
            Kind.CONFLICT,
            f"{enterprise} has {MOST} applications and proposals that wait for a second person; "
            "have some of them decided first.",
        )
