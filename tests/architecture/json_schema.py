"""As much of JSON Schema as our own descriptions use, to hold examples and messages against them."""

import re
from typing import Any

Json = dict[str, Any]

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
_SAYS = {
    "$ref", "anyOf", "type", "enum", "const", "required", "properties", "propertyNames",
    "additionalProperties", "minProperties", "items", "minItems", "maxItems", "minLength",
    "maxLength", "pattern", "minimum", "maximum", "description", "title", "default", "examples",
    "format",
}  # fmt: skip


def find(document: Json, reference: str) -> Any:
    """The place that a `#/…` reference names. Raises KeyError when there is none."""
    place: Any = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def fits(document: Json, schema: Json, value: object) -> bool:
    """Whether the value is as the schema says; references are looked up in the document."""
    assert set(schema) <= _SAYS, f"not understood here: {set(schema) - _SAYS}"
    if "$ref" in schema and not fits(document, find(document, schema["$ref"]), value):
        return False
    if "anyOf" in schema and not any(fits(document, each, value) for each in schema["anyOf"]):
        return False
    if "type" in schema and not _is(value, schema["type"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "const" in schema and value != schema["const"]:
        return False
    match value:
        case dict():
            return _fits_object(document, schema, value)
        case list():
            within = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
            return within and all(fits(document, schema.get("items", {}), v) for v in value)
        case str():
            size = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            return size and re.search(schema.get("pattern", ""), value) is not None
        case int() | float():
            return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
        case _:
            return True


def _fits_object(document: Json, schema: Json, value: Json) -> bool:
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    return (
        set(schema.get("required", [])) <= set(value)
        and len(value) >= schema.get("minProperties", 0)
        and all(fits(document, schema.get("propertyNames", {}), name) for name in value)
        and all(fits(document, known.get(name, other), each) for name, each in value.items())
    )


def _is(value: object, names: str | list[str]) -> bool:
    return any(_is_one(value, name) for name in ([names] if isinstance(names, str) else names))


def _is_one(value: object, name: str) -> bool:
    if name in ("number", "integer"):
        kinds = int if name == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, _TYPES[name])
