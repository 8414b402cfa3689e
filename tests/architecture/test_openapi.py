"""What is written is checked: `openapi.json` is OpenAPI 3.1, and each of its examples is one."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute

from services.api.app import make_routes
from services.api.description import JSON
from services.api.repeat import WITHOUT
from tests.architecture.json_schema import find

Json = dict[str, Any]
DOCUMENT: Json = json.loads(
    (Path(__file__).resolve().parents[2] / "docs/reference/openapi.json").read_text("utf-8")
)
"""Held against the code by a proof of its own; each worker reads it, and to make it takes seconds."""
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS: list[tuple[str, str, Json]] = [
    (path, method, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
NAMES = [f"{method.upper()} {path}" for path, method, _ in OPERATIONS]


def bodies(operation: Json) -> Iterator[tuple[str, Json]]:
    """What goes in and comes out, by its media type."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for answered in operation["responses"].values():
        whole = find(DOCUMENT, answered["$ref"]) if "$ref" in answered else answered
        yield from whole.get("content", {}).items()


def examples(place: Json) -> list[Any]:
    if "example" in place:
        return [place["example"]]
    return [each["value"] for each in place.get("examples", {}).values()]


def places() -> Iterator[tuple[str, Json]]:
    """Wherever a schema stands beside an example of it: parameters, bodies, answers."""
    for path, method, operation in OPERATIONS:
        name = f"{method.upper()} {path}"
        for parameter in operation.get("parameters", ()):
            yield f"{name} {parameter['name']}", parameter
        for number, (kind, body) in enumerate(bodies(operation)):
            if body.get("schema"):  # else a file: lines of JSON
                yield f"{name} {number} {kind}", body


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert {method for _, method, _ in OPERATIONS} <= set(METHODS)
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)


def test_every_operation_has_examples_and_each_is_what_its_schema_says() -> None:
    """All of them at once: one checker of the whole document takes a second, one of each minutes."""
    given = {name: examples(place) for name, place in places()}
    assert [name for name, values in given.items() if not values] == []
    several = {name: {"type": "array", "items": place["schema"]} for name, place in places()}
    checker = jsonschema_rs.Draft202012Validator(
        {"components": DOCUMENT["components"], "properties": several}, validate_formats=True
    )
    assert [f"{list(e.instance_path)}: {e.message}" for e in checker.iter_errors(given)] == []


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_names_each_of_its_refusals(
    path: str, method: str, operation: Json
) -> None:
    told = operation["responses"]
    assert "default" not in told
    assert {"422", "429", "503"} <= told.keys()
    assert ("security" in operation) <= ("401" in told)
    assert ("requestBody" in operation) is ("415" in told)
    for status, answered in told.items():
        if int(status) >= 400 and "$ref" in answered:
            shown = find(DOCUMENT, answered["$ref"])["content"]["application/problem+json"]
            assert shown["example"]["status"] == int(status)
            assert shown["example"]["title"] == HTTPStatus(int(status)).phrase


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_what_any_write_and_any_list_can_do_is_said_of_each(
    path: str, method: str, operation: Json
) -> None:
    named = {parameter["name"] for parameter in operation.get("parameters", ())}
    assert ("Idempotency-Key" in named) is (method != "get" and path not in WITHOUT)
    content = operation["responses"].get("200", {}).get("content", {})
    assert ("text/csv" in content and JSON in content) is ({"fields", "format"} <= named)
    assert ({"limit", "cursor"} <= named) or not {"limit", "cursor"} & named


BODIES = [
    (operation["requestBody"]["content"][JSON], path, method)
    for path, method, operation in OPERATIONS
    if JSON in operation.get("requestBody", {}).get("content", {})
    and not path.endswith("telemetry")
]


@pytest.mark.parametrize(("content", "path", "method"), BODIES, ids=lambda v: str(v)[:60])
def test_an_example_of_a_body_is_one_that_is_taken(content: Json, path: str, method: str) -> None:
    """Beyond its schema: by the route's own validator."""
    for value in examples(content):
        field = FIELDS[path, method.upper()].body_field
        assert field is not None
        _, errors = field.validate(value, loc=("body",))
        assert not errors, errors


def fields() -> Iterator[tuple[tuple[str, str], APIRoute]]:
    for route in make_routes().routes:
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                yield (route.path_format, method), route


FIELDS = dict(fields())
