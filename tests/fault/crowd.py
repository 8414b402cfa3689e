"""A park's worth of gateways on the register at once, and an installation's secrets."""

from collections.abc import Iterator
from contextlib import contextmanager

import bcrypt
import psycopg

from tests.living.outcome import eventually
from tests.living.stack import Stack

CROWD = 7000


def secret(stack: Stack, name: str) -> str:
    """One of the installation's own passwords or keys."""
    return (stack.data_dir / "secrets" / name).read_text().strip()


@contextmanager
def crowd(stack: Stack, code: str) -> Iterator[None]:
    """So many gateways on the register, written to the database as the api would."""
    hashed = bcrypt.hashpw(b"x" * 20, bcrypt.gensalt(4)).decode()
    url = f"postgresql://postgres:{secret(stack, 'postgres')}@127.0.0.1:{stack.db_port}/parkwatch"
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH now AS (UPDATE book SET version = version + 1 RETURNING version)"
            " INSERT INTO gateway (enterprise, code, username, password_hash, book_version)"
            " SELECT %s, 'c' || n, %s || '.c' || n, %s, version"
            " FROM now, generate_series(1, %s) AS n",
            (code, code, hashed, CROWD),
        )
    users = stack.data_dir / "broker" / "gateways.conf"
    eventually(lambda: f"{code}.c{CROWD}" in users.read_text(), 20.0, "the crowd is let in")
    try:
        yield
    finally:
        with psycopg.connect(url) as connection:
            connection.execute(
                "WITH now AS (UPDATE book SET version = version + 1 RETURNING version)"
                " UPDATE gateway SET deleted_at = now(), book_version = (SELECT version FROM now)"
                " WHERE enterprise = %s AND code LIKE 'c%%'",
                (code,),
            )
