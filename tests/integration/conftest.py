"""The real engines for these proofs: one database and one broker a session, started once."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.living.engines_alone import Engines, engines_alone


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """Database and broker alone; each test registers what it needs under codes of its own."""
    with engines_alone() as running:
        # The disk of a busy test machine stands still for seconds: none of these proofs asks what
        # a power cut would leave of the register.
        with psycopg.connect(running.superuser_url, autocommit=True) as connection:
            connection.execute("ALTER ROLE pw_api SET synchronous_commit = off")
        yield running
