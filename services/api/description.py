"""What `openapi.json` says beyond the routes' own words: every refusal by its status, the headers
that any request may carry, what all lists can do, and an example of each body and answer."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from services.api.idempotency import MAX_KEY
from services.api.list_columns import is_list
from services.api.listing import MEDIA_TYPE as CSV
from services.api.problem import MEDIA_TYPE, PREFIX, REFERENCE, SCHEMA, Kind
from services.api.repeat import WITHOUT
from services.api.sample import Samples

Json = dict[str, Any]
JSON = "application/json"
_WRITES = ("post", "put", "patch", "delete")
_REFUSALS: dict[int, tuple[Kind, str, str]] = {
    400: (Kind.HTTP, "The body cannot be read", "The body cannot be read; send valid JSON."),
    401: (
        Kind.NOT_SIGNED_IN,
        "Not signed in, or no longer",
        "Sign in at /api/v1/auth/token and send the token as `Authorization: Bearer …`.",
    ),
    403: (
        Kind.FORBIDDEN,
        "Not allowed",
        "Your role (regulator) does not allow this; ask someone whose role does.",
    ),
    404: (Kind.NOT_FOUND, "Not there, or not for you", "There is no such point."),
    409: (
        Kind.CONFLICT,
        "Not as things stand now",
        "code: north-works is taken; choose another.",
    ),
    413: (
        Kind.TOO_LARGE,
        "Too much in one request",
        "The body is larger than 1024 KiB: send it in smaller parts.",
    ),
    415: (
        Kind.MEDIA_TYPE,
        "A type of body that is not read here",
        "Send the body as application/json, and say so in Content-Type.",
    ),
    422: (Kind.INVALID, "Not valid", "limit: it must be a whole number."),
    429: (Kind.TOO_MANY, "Too often", "Too many requests: wait 12 s and try again."),
    503: (
        Kind.DATABASE_AWAY,
        "What it needs is away now",
        "The database does not answer now: live alarms go on, try this again in a moment.",
    ),
}
_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body within 24 hours, it is done once and "
    "answered as before; with another body it is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
    "example": "5b0c9a52-1d3e-4c4e-9c53-0a7f6a1f9f10",
}
_TAG = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer of before: 304 where it is still as it was.",
    "schema": {"type": "string"},
    "example": 'W/"5f1d0c7e5f1d0c7e5f1d0c7e5f1d0c7e"',
}
_FORMAT = {
    "name": "format",
    "in": "query",
    "required": False,
    "description": "`csv`: the whole list as a sheet (UTF-8 with a byte order mark), from `cursor` "
    "on; with a `limit` one page, and the next one's address in `Link`. So does `Accept: text/csv`",
    "schema": {"type": "string", "enum": ["json", "csv"], "default": "json"},
}
_SHEET = {"schema": {"type": "string"}, "example": "\ufeffenterprise,tag\r\nnorth-works,GT-101\r\n"}


def describe(app: FastAPI) -> None:
    """Let the application's description say all of this."""
    plain = app.openapi

    def described() -> Json:
        is_new = app.openapi_schema is None
        document: Json = plain()
        if is_new:
            document["components"]["schemas"]["Problem"] = SCHEMA
            document["components"]["responses"] = {
                _name(status): _refusal(status) for status in _REFUSALS
            }
            samples = Samples(document)
            for path, method, operation in _operations(document):
                _complete(samples, path, method, operation)
        return document

    app.openapi = described  # type: ignore[method-assign]


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(samples: Samples, path: str, method: str, operation: Json) -> None:
    parameters = operation.setdefault("parameters", [])
    answers = operation["responses"]
    answers.pop("default")
    if method in _WRITES and path not in WITHOUT:
        parameters.append(_KEY)
    if "304" in answers:
        parameters.append(_TAG)
    content = answers.get("200", {}).get("content", {})
    page = samples.resolved(content.get(JSON, {}).get("schema", {}))
    if method == "get" and is_list(page):
        parameters += [_fields(samples, page), _FORMAT]
        content[CSV] = dict(_SHEET)
    for status in _statuses(path, method, operation):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/{_name(status)}"})
    _exemplify(samples, operation)
    if not parameters:
        del operation["parameters"]


def _fields(samples: Samples, page: Mapping[str, Any]) -> Json:
    """The parameter that chooses fields of a list's items."""
    names = list(dict.fromkeys(samples.fields(page["properties"]["items"])))
    one = f"(?:{'|'.join(names)})"
    return {
        "name": "fields",
        "in": "query",
        "required": False,
        "description": "Fields of the items, by commas; unset: all. The others are left out of the answer",
        "schema": {"type": "string", "pattern": f"^{one}(?:,{one})*$"},
        "example": ",".join(names[:2]),
    }


def _statuses(path: str, method: str, operation: Json) -> Iterator[int]:
    """How it may be refused."""
    if operation.get("security"):
        yield from (401, 403)
    elif "requestBody" in operation:
        yield 401  # who signs in
    named = any(each["name"] == "enterprise" for each in operation["parameters"])
    if named or "{" in path or "/oidc/" in path or "requestBody" in operation:
        yield 404
    if method in _WRITES:
        yield 409
    if "requestBody" in operation:
        yield from (400, 413, 415)
    yield from (422, 429, 503)


def _exemplify(samples: Samples, operation: Json) -> None:
    for parameter in operation["parameters"]:
        if not {"example", "examples"} & parameter.keys():
            parameter["example"] = samples.named(parameter["schema"], parameter["name"])
    for kind, body in operation.get("requestBody", {}).get("content", {}).items():
        _give(body, samples.least(body["schema"]) if kind != "text/csv" else _SHEET["example"])
    for answered in operation["responses"].values():
        for body in answered.get("content", {}).values():
            if body.get("schema"):
                _give(body, samples.whole(body["schema"]))


def _give(body: Json, sample: Any) -> None:
    if not {"example", "examples"} & body.keys():
        body["example"] = sample


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _refusal(status: int) -> Json:
    kind, says, detail = _REFUSALS[status]
    example = {
        "type": PREFIX + kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    found: Json = {
        "description": says,
        "content": {MEDIA_TYPE: {"schema": REFERENCE, "example": example}},
    }
    return found | ({"headers": _AFTER} if status in (429, 503) else {})
