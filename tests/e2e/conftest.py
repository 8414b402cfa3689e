"""One system for the proofs of this folder, and no longer: one that stands by costs six hundredths of
a processor, which over all that comes after these proofs is more than all of its start."""

from collections.abc import Iterator

import pytest

from tests.living.stack import Stack, living


@pytest.fixture(scope="package")
def stack() -> Iterator[Stack]:
    """One `parkwatch up` for all proofs of this folder that leave it as they found it."""
    with living() as running:
        yield running
