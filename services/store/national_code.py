"""A code of the national register is one object's in the whole park; the database holds that.

What one transaction may not see is taken all the same, and nothing more is told of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

_HELD_BY = frozenset({"enterprise_national_code", "hazard_source_national_code"})
"""The indexes of migration 0050."""


class NationalCodeTaken(Exception):
    """Another object has it, perhaps since this very moment. The transaction is void."""


@contextmanager
def one_holder() -> Iterator[None]:
    """Around a statement that writes such a code. Raises NationalCodeTaken."""
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name not in _HELD_BY:
            raise
        raise NationalCodeTaken from error
