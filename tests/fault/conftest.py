"""Whoever freezes and kills does it to a stack of his own."""

from collections.abc import Iterator

import pytest

from tests.living.stack import Stack, living


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A fresh `parkwatch up` for the proofs of one file."""
    with living() as running:
        yield running
