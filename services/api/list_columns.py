"""The columns of a list: the fields of its items, nested ones by their path, out of its schema."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from pydantic import TypeAdapter

from services.api.sheet import neutral

Json = Mapping[str, Any]
Cell = str | int | float | None
DEEPEST = 3
"""Levels of objects that are laid out in columns; what lies deeper is one cell of JSON."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its value stands in an item, from the field on inwards."""

    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """As the header has it: `message.text`."""
        return ".".join(self.path)


def is_list(schema: Json) -> bool:
    """Whether a schema (no reference) is that of a list: its items, and the cursor of the next."""
    fields: Json = schema.get("properties", {})
    return {"items", "next"} <= fields.keys()


def columns_of(model: Any) -> tuple[Column, ...] | None:
    """The columns of a list's items; None where a model is no list (`items` and `next`)."""
    document = TypeAdapter(model).json_schema(mode="serialization")
    page = _resolved(document, document)
    if not is_list(page):
        return None
    found: dict[Column, None] = {}
    for members in _branches(document, page["properties"]["items"]):
        for item in _branches(document, members.get("items", {})):
            found |= dict.fromkeys(_laid_out(document, item, ()))
    return tuple(found)


def row(item: Json, columns: Sequence[Column]) -> list[Cell]:
    """An item's cells: texts that a spreadsheet would run are disarmed, numbers stay numbers."""
    return [_cell(_found(item, column.path)) for column in columns]


def _laid_out(document: Json, schema: Json, path: tuple[str, ...]) -> Iterator[Column]:
    for name, each in schema.get("properties", {}).items():
        inner = [b for b in _branches(document, each) if b.get("properties")]
        if inner and len(path) + 1 < DEEPEST:
            for branch in inner:
                yield from _laid_out(document, branch, (*path, name))
        else:
            yield Column((*path, name))


def _branches(document: Json, schema: Json) -> list[Json]:
    """What a schema may be, one by one, references followed."""
    known = _resolved(document, schema)
    several = known.get("anyOf") or known.get("oneOf")
    if several is None:
        return [known]
    return [found for each in several for found in _branches(document, each)]


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        schema = document["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def _found(item: Any, path: Sequence[str]) -> Any:
    for name in path:
        item = item.get(name) if isinstance(item, Mapping) else None
    return item


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = ";".join(value)
    return neutral(value if isinstance(value, str) else msgspec.json.encode(value).decode())
