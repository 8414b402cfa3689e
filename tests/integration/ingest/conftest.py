"""Ingest on the real engines, each test with empty tables and a service of its own."""

from collections.abc import Iterator

import pytest

from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Field, Ingest, Tables, forget_session, running_ingest


@pytest.fixture
def tables(engines: Engines) -> Tables:
    """Broker and database emptied, with two points of acme: GT-101 (1, 0 to 100) and ESD-301 (2)."""
    forget_session(engines)
    engines.empty()
    found = Tables(engines)
    found.register(1, "GT-101", low=0, high=100)
    found.register(2, "ESD-301", "interlock")
    return found


@pytest.fixture
def field(engines: Engines) -> Iterator[Field]:
    """The other side of the broker."""
    with Field(engines) as found:
        yield found


@pytest.fixture
def ingest(engines: Engines, tables: Tables, field: Field) -> Iterator[Ingest]:
    """Ingest, ready, with the register read."""
    with running_ingest(engines) as found:
        field.await_status(lambda status: status.ready and status.db_ok, 45.0)
        yield found
