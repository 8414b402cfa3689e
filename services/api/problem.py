"""Errors as outsiders see them: RFC 9457 problem details with a stable `type` and one sentence."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.api.address import Addresses
from services.api.fault import WITHIN
from services.api.media_type import wanted_instead
from services.api.text import PATTERNS

MEDIA_TYPE = "application/problem+json"
PREFIX = "/problems/"


class Kind(StrEnum):
    """The stable last part of a problem's `type`."""

    NOT_FOUND = "not-found"
    NOT_SIGNED_IN = "not-signed-in"
    WRONG_CREDENTIALS = "wrong-credentials"
    CODE_WANTED = "code-wanted"
    SESSION_EXPIRED = "session-expired"
    SECOND_FACTOR_REQUIRED = "second-factor-required"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    CONFLICT = "conflict"
    TOO_LARGE = "too-large"
    MEDIA_TYPE = "unsupported-media-type"
    TOO_MANY = "too-many-requests"
    DATABASE_AWAY = "database-away"
    BUSY = "busy"
    ENGINE_AWAY = "engine-away"
    BROKER_AWAY = "broker-away"
    PROVIDER_AWAY = "provider-away"
    NOT_ACKNOWLEDGEABLE = "not-acknowledgeable"
    NOT_POSSIBLE = "not-possible"
    KEY_REUSED = "idempotency-key-reused"
    IN_PROGRESS = "in-progress"
    HTTP = "http"
    BUG = "internal"


REFERENCE = {"$ref": "#/components/schemas/Problem"}
_PAGES = ("GET", "HEAD")
"""What the console's places take, which are no routes."""
_ASKING = ("GET", "HEAD", "DELETE")
"""What is asked without a body."""
_LED = re.compile(r"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*): (.+?)\.?", re.DOTALL)
"""A sentence about one field begins with its path."""
UNION = "<"
"""What begins the name of a member of a union of bodies: it is no field of what was sent."""
UNKNOWN_KIND = "unknown_kind"
"""The type of the error for a body whose `kind` there is not."""
_FIELD = {name: {"type": "string"} for name in ("in", "field", "message")}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `type` is stable; `detail` is one sentence that says what to do.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "enum": [PREFIX + kind for kind in Kind]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "properties": _FIELD}},
    },
}

_STATUS: dict[Kind, int] = {
    Kind.NOT_FOUND: 404,
    Kind.NOT_SIGNED_IN: 401,
    Kind.WRONG_CREDENTIALS: 401,
    Kind.CODE_WANTED: 401,
    Kind.SESSION_EXPIRED: 401,
    Kind.SECOND_FACTOR_REQUIRED: 403,
    Kind.FORBIDDEN: 403,
    Kind.INVALID: 422,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.MEDIA_TYPE: 415,
    Kind.TOO_MANY: 429,
    Kind.DATABASE_AWAY: 503,
    Kind.BUSY: 503,
    Kind.ENGINE_AWAY: 503,
    Kind.BROKER_AWAY: 503,
    Kind.PROVIDER_AWAY: 503,
    Kind.NOT_ACKNOWLEDGEABLE: 409,
    Kind.NOT_POSSIBLE: 409,
    Kind.KEY_REUSED: 422,
    Kind.IN_PROGRESS: 409,
    Kind.HTTP: 400,
    Kind.BUG: 500,
}


class Problem(Exception):
    """A refusal on its way to the caller. `detail` is one sentence that says what to do; `errors`
    lists fields where several are wrong."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[dict[str, str]] = (),
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = list(errors)


def invalid_fields(wrong: Mapping[str, str]) -> Problem:
    """Fields of a body that are wrong, each with a sentence that says why."""
    errors = [{"in": "body", "field": name, "message": told} for name, told in wrong.items()]
    name, told = next(iter(wrong.items()))
    more = f" ({len(wrong) - 1} more below)" if len(wrong) > 1 else ""
    return Problem(Kind.INVALID, f"{name}: {told.rstrip('.')}{more}.", errors=errors)


def not_found(what: str) -> Problem:
    """The same answer for what does not exist and for what belongs to somebody else."""
    return Problem(Kind.NOT_FOUND, f"There is no such {what}.")


def render(
    kind: Kind,
    detail: str,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """The response of a problem; `errors` lists fields where several are wrong."""
    code = status or _STATUS[kind]
    body: dict[str, object] = {
        "type": PREFIX + kind,
        "title": HTTPStatus(code).phrase,
        "status": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    return Response(msgspec.json.encode(body), code, dict(headers or {}), MEDIA_TYPE)


def install(app: FastAPI, addresses: Addresses) -> None:
    """Give every kind of failure its problem; `addresses` are those that there are."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, problem: Problem) -> Response:
        errors = problem.errors or _named(request, problem)
        return render(problem.kind, problem.detail, None, problem.headers, errors)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        wanted = wanted_instead(request)
        if wanted is not None and any(item["loc"][0] == "body" for item in error.errors()):
            detail = f"Send the body as {wanted}, and say so in Content-Type."
            return render(Kind.MEDIA_TYPE, detail, headers={"Accept": wanted})
        errors = [_field_error(item) for item in error.errors()[:20]]
        return render(Kind.INVALID, _sentence(errors), errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code in (404, 405):
            taken = addresses.methods(request.scope)
            return _missed(taken or (_PAGES if error.status_code == 405 else ()))
        return render(
            Kind.HTTP,
            _http_sentence(error),
            status=error.status_code,
            headers=error.headers,
        )

    @app.exception_handler(Exception)
    async def _bug(_request: Request, _error: Exception) -> Response:
        return render(Kind.BUG, "This is our fault and is in the log; please try again later.")


def _named(request: Request, problem: Problem) -> list[dict[str, str]]:
    """The one field that a sentence is led by, for programs that do not read sentences."""
    led = _LED.fullmatch(problem.detail) if problem.kind is Kind.INVALID else None
    if led is None:
        return []
    where = "query" if request.method in _ASKING else "body"
    return [{"in": where, "field": led[1], "message": led[2]}]


def _missed(methods: Sequence[str]) -> Response:
    """What is asked at an address that takes these methods, none of them the one that was used."""
    if not methods:
        return render(Kind.NOT_FOUND, "There is nothing at this address.")
    allowed = ", ".join(methods)
    detail = f"This address does not take this method; it takes {allowed}."
    return render(Kind.HTTP, detail, status=405, headers={"Allow": allowed})


def _http_sentence(error: HTTPException) -> str:
    if error.status_code == 400:
        return "The body cannot be read; send valid JSON."
    return str(error.detail)


def _field_error(item: Mapping[str, object]) -> dict[str, str]:
    place = item.get("loc", ())
    parts = [str(part) for part in place] if isinstance(place, tuple | list) else []
    where = parts[0] if parts else "body"
    field = ".".join(part for part in parts[1:] if not part.startswith(UNION)) or where
    if item.get("type") == "json_invalid":
        field, where = "body", "body"
    if item.get("type") == UNKNOWN_KIND:
        field = "kind"
    context = item.get("ctx")
    if item.get("type") == WITHIN and isinstance(context, dict):
        field = f"{field}.{context[WITHIN]}"
    return {"in": where, "field": field, "message": _reason(item)}


_REASONS = {
    "missing": "it is missing; send it",
    "json_invalid": "it is not JSON; check its quotes and commas",
    "string_type": "it must be text",
    "float_type": "it must be a number, without quotes",
    "float_parsing": "it must be a number",
    "int_type": "it must be a whole number, without quotes",
    "int_parsing": "it must be a whole number",
    "finite_number": "it must be a finite number",
    "extra_forbidden": "it is not a field of this; remove it",
    "model_attributes_type": "it must be a JSON object, sent as application/json",
    "timezone_aware": "it needs an offset, like 2026-01-04T16:00:00Z",
    "list_type": "it must be a list",
}
_AT_LEAST, _AT_MOST = ("min_length", "at least"), ("max_length", "at most")
_LENGTHS = {
    "too_short": _AT_LEAST,
    "string_too_short": _AT_LEAST,
    "too_long": _AT_MOST,
    "string_too_long": _AT_MOST,
}


def _length(kind: str, context: Mapping[str, object], *, of_text: bool) -> str:
    name, bound = _LENGTHS[kind]
    count = context.get(name)
    one, many = ("character", "characters") if of_text else ("entry", "entries")
    return f"it must have {count} {one if count == 1 else many} {bound}"


def _reason(item: Mapping[str, object]) -> str:
    """What is wrong, in words for those who sent it."""
    kind = str(item.get("type", ""))
    context = item.get("ctx")
    if kind == "string_pattern_mismatch" and isinstance(context, dict):
        letters = PATTERNS.get(str(context.get("pattern")))
        if letters is not None:
            return f"it may hold only {letters}"
    if kind in _LENGTHS and isinstance(context, dict):
        return _length(kind, context, of_text=isinstance(item.get("input"), str))
    return _REASONS.get(kind) or _clean(str(item.get("msg", "is not valid")))


def _clean(message: str) -> str:
    text = message.removeprefix("Value error, ").strip().rstrip(".")
    if " measures " in text:
        return text  # it begins with a unit, whose case is its meaning
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _sentence(errors: list[dict[str, str]]) -> str:
    if not errors:
        return "The request is not valid."
    first = errors[0]
    more = f" ({len(errors) - 1} more below)" if len(errors) > 1 else ""
    return f"{first['field']}: {first['message']}{more}."
