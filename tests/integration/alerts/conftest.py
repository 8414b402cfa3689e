"""The engines of each of these files are its own: an alarm engine judges all that is there."""

from collections.abc import Iterator

import pytest

from tests.living.engines_alone import Engines, engines_alone


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """Of its own: the heir of a park takes up every alarm, claim and shelf that others left in it."""
    with engines_alone() as running:
        yield running
