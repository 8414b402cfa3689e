"""`parkwatch tenant close CODE` and `parkwatch tenant erase CODE`: an enterprise leaves the park.

By the owner of the installation, at the machine; both acts are rows of the audit. The stack may go on.
"""

import asyncio
from collections.abc import Mapping

from services.domain.audit import Deed
from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.stack.account import who_runs
from services.stack.backup import source_of
from services.stack.cache import Cache, engines_home
from services.stack.database_alone import interruptible
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.store import erasure
from services.store.deadline import connect

REASON = "the enterprise left the park"


def close(
    code: str,
    yes: bool,
    settings: Settings,
    inherited: Mapping[str, str],
    clock: Clock,
    progress: Progress,
) -> None:
    """Close an enterprise. Raises Refusal, Interrupted, psycopg.Error."""
    cache = Cache(engines_home(inherited))
    with interruptible(), source_of(settings, cache, clock, progress) as source:
        asyncio.run(_close(source.database_url, code, yes, clock.now_ms(), progress))


def erase(
    code: str,
    yes: bool,
    settings: Settings,
    inherited: Mapping[str, str],
    clock: Clock,
    progress: Progress,
) -> None:
    """Erase an enterprise that was closed thirty days ago. Raises Refusal, Interrupted, psycopg.Error."""
    cache = Cache(engines_home(inherited))
    with interruptible(), source_of(settings, cache, clock, progress) as source:
        asyncio.run(_erase(source.database_url, code, yes, clock.now_ms(), progress))


async def _close(url: str, code: str, yes: bool, now: int, progress: Progress) -> None:
    connection = await connect(url, application="parkwatch-tenant")
    try:
        standing = await _known(connection, code)
        if standing.closed_at is not None:
            raise Refusal(f"Enterprise {code} was closed on {standing.closed_at:%Y-%m-%d} already.")
        if not yes:
            raise Refusal(
                f"Enterprise {code} would be taken out of the park: its gateways are cut, its alarms "
                "are withdrawn, its people and keys come in no more. Say --yes to do it."
            )
        await erasure.close(connection, code, _deed("close", code), REASON, now)
        standing = await _known(connection, code)
    finally:
        await connection.close()
    progress.say(
        f"enterprise {code} is closed; its data are kept until {standing.erasable_from:%Y-%m-%d}, "
        f"and can be erased from then on with `parkwatch tenant erase {code}`."
    )


async def _erase(url: str, code: str, yes: bool, now: int, progress: Progress) -> None:
    connection = await connect(url, application="parkwatch-tenant")
    try:
        standing = await _known(connection, code)
        if standing.closed_at is None:
            raise Refusal(
                f"Enterprise {code} is not closed: close it with `parkwatch tenant close {code}`, and "
                "erase it thirty days later."
            )
        if not standing.erasable:
            raise Refusal(
                f"Enterprise {code} was closed on {standing.closed_at:%Y-%m-%d}: its data have to be "
                f"kept until {standing.erasable_from:%Y-%m-%d}."
            )
        if not yes:
            raise Refusal(
                f"All data of enterprise {code} would be deleted for good, but for its journal of "
                "alarms and the audit. Say --yes to do it."
            )
        gone = await erasure.erase(connection, code, _deed("erase", code), now)
        kept = await erasure.stays(connection, code)
    finally:
        await connection.close()
    for name, rows in sorted(gone.items()):
        progress.say(f"  {name}: {rows:,}")
    progress.say(
        f"enterprise {code} is erased: {sum(gone.values()):,} rows of {len(gone)} tables. What stays: "
        f"{kept:,} rows of its journal of alarms, the audit, the bare code, and whatever backups, logs "
        "and copies of the journal elsewhere hold."
    )


async def _known(connection: erasure.Connection, code: str) -> erasure.Standing:
    standing = await erasure.standing(connection, code)
    if standing is None:
        raise Refusal(f"There is no enterprise {code}.")
    return standing


def _deed(act: str, code: str) -> Deed:
    return Deed(
        actor=who_runs(),
        role=None,
        enterprise=None,
        address="local",
        request_id="",
        what=f"parkwatch tenant {act}",
        object={"enterprise": code},
        concerns=code,
    )
