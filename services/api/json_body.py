"""One reading of a JSON body: a field given twice is refused, whichever of the two a parser takes."""

import json
from typing import Any


class GivenTwice(Exception):
    """A field stands twice in one object; the text is its name."""


def look(kind: bytes, body: bytes) -> None:
    """Raises GivenTwice. What is no JSON at all, or by its type (`kind`) is none, is the route's to
    refuse."""
    if not body or b"json" not in kind.lower():
        return
    try:
        json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise GivenTwice(name)
        seen.add(name)
