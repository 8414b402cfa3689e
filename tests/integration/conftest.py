"""The real engines for these proofs: one database and one broker a session, started once."""

from collections.abc import Iterator

import pytest

from tests.living.engines_alone import Engines, engines_alone


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """Database and broker alone; each test registers what it needs under codes of its own."""
    with engines_alone() as running:
        yield running
