"""Answers as JSON: dataclasses encoded at once, lists as pages."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from fastapi.responses import Response

T = TypeVar("T")
SHEET = "parkwatch.sheet"
"""Marks in a scope that it asks for a piece of a sheet: it takes its turn behind what is live."""
FOLLOWING = "parkwatch.following"
"""Marks in a scope that it asks for a further page of what was asked for once: one turn, one audit."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and the cursor of the next part; null at the end."""

    items: list[T]
    next: str | None


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(msgspec.json.encode(body), status, headers, "application/json")
