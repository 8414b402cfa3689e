"""SQL by name: every statement lives in `services/store/sql/<area>.sql`.

A file is a list of statements, each headed by `-- name: insert_readings` and a line of purpose.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_HEAD = re.compile(r"^-- name: *([a-z0-9_]+) *$", re.MULTILINE)


class UnknownStatement(LookupError):
    """A name that its file does not hold, a name used twice, or a statement without purpose."""


class Queries:
    """The statements of one area: `Queries.load("ingest")["insert_readings"]`."""

    def __init__(self, area: str, statements: Mapping[str, bytes]) -> None:
        self._area = area
        self._statements = statements

    @classmethod
    def load(cls, area: str) -> "Queries":
        """Read `sql/<area>.sql`. Raises UnknownStatement when the file is ill-formed."""
        return cls(area, _read(area))

    def __getitem__(self, name: str) -> bytes:
        """The statement, as psycopg takes it."""
        try:
            return self._statements[name]
        except KeyError:
            raise UnknownStatement(f"sql/{self._area}.sql has no statement {name!r}") from None

    def names(self) -> list[str]:
        """All names, in the order of the file."""
        return list(self._statements)


@cache
def _read(area: str) -> Mapping[str, bytes]:
    text = (files("services.store") / "sql" / f"{area}.sql").read_text(encoding="utf-8")
    return MappingProxyType(parse(text, area))


def parse(text: str, area: str) -> dict[str, bytes]:
    """Split the text of a file into its statements by name."""
    pieces = _HEAD.split(text)[1:]
    statements: dict[str, bytes] = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if name in statements:
            raise UnknownStatement(f"sql/{area}.sql has two statements {name!r}")
        if not body.strip().startswith("-- "):
            raise UnknownStatement(f"sql/{area}.sql: {name!r} does not say what it is for")
        statements[name] = body.strip().encode()
    return statements
