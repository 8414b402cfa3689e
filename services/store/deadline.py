"""Client-side timeouts that also fire when the server is frozen.

A frozen server answers nothing, its own timeouts included, and cancelling the wait makes the
driver ask the same server to cancel: it gets a second for that. Shutting the socket down ends
the wait at once: the driver sees a lost connection. What became of the statement is then unknown.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg

CONNECT_TIMEOUT_S = 5
"""psycopg counts whole seconds, the handshake included."""

CANCEL_S = 1.0
"""How long a server may take to hear that a statement is not wanted any more."""

_OPTIONS = (
    "-c TimeZone=UTC -c idle_in_transaction_session_timeout=60s "
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)
"""So that the server, too, lets go of what a vanished client held."""

Row = tuple[Any, ...]


class Connection(psycopg.AsyncConnection[Row]):
    """A connection whose wait, once cancelled, ends soon whether or not the server hears of it."""

    async def cancel_safe(self, *, timeout: float = CANCEL_S) -> None:  # noqa: ASYNC109 its name
        """Ask the server to cancel the statement; where it does not hear that, cut the wait."""
        try:
            await super().cancel_safe(timeout=min(timeout, CANCEL_S))
        except psycopg.OperationalError:
            cut(self)


async def connect(
    database_url: str,
    *,
    application: str,
    autocommit: bool = True,
    statement_timeout_s: float | None = None,
) -> psycopg.AsyncConnection[Row]:
    """A connection that notices a dead peer; psycopg.OperationalError if there is none in 5 s.

    `statement_timeout_s`: when the server ends a statement by itself, also where nobody waits for it
    any more.
    """
    ends = "" if statement_timeout_s is None else f" -c statement_timeout={statement_timeout_s:g}s"
    return await Connection.connect(
        database_url,
        autocommit=autocommit,
        connect_timeout=CONNECT_TIMEOUT_S,
        application_name=application,
        tcp_user_timeout=10_000,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
        options=_OPTIONS + ends,
    )


async def sign_of_life(connection: psycopg.AsyncConnection[Row]) -> None:
    """Ask the server for the least it can answer; to be asked inside `within`."""
    await connection.execute(b"SELECT")


@asynccontextmanager
async def within(connection: psycopg.AsyncConnection[Row], seconds: float) -> AsyncIterator[None]:
    """Give the work in the block `seconds`; after that the connection is cut under it.

    The statement that was waiting raises psycopg.OperationalError; the connection is broken.
    """
    timer = asyncio.get_running_loop().call_later(seconds, cut, connection)
    try:
        yield
    finally:
        timer.cancel()


def cut(connection: psycopg.AsyncConnection[Row]) -> None:
    """Shut the connection's socket down: whoever waits on it is told at once."""
    if connection.closed:
        return
    with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as duplicate:
        duplicate.shutdown(socket.SHUT_RDWR)
