"""A broker that maps readings to buckets, a database, and a field of enterprises in all of them."""

from collections.abc import Iterator

import pytest

from tests.integration.buckets.crew import Crew, Flow
from tests.living.engines_alone import Engines, engines_alone
from tests.living.ingest_alone import Tables


@pytest.fixture(scope="package")
def mapping_engines() -> Iterator[Engines]:
    """Database and broker alone; the broker maps."""
    with engines_alone(bucketed="true") as running:
        yield running


@pytest.fixture
def tables(mapping_engines: Engines) -> Tables:
    """What is stored."""
    return Tables(mapping_engines)


@pytest.fixture
def crew(mapping_engines: Engines) -> Iterator[Crew]:
    """Workers to be started; none is left at the end."""
    found = Crew(mapping_engines)
    try:
        yield found
    finally:
        found.dismiss()


@pytest.fixture
def flow(mapping_engines: Engines, tables: Tables) -> Iterator[Flow]:
    """Every bucket's enterprises, registered; they send once it is entered."""
    with Flow(mapping_engines, tables) as found:
        yield found
