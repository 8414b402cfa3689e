"""What a request did, for the audit: who asked for what, of which object, with which outcome."""

import json
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from starlette.requests import HTTPConnection

from services.api.answer import SHEET
from services.api.principal import Principal
from services.api.request_id import REQUEST_ID
from services.domain.audit import Deed

PRINCIPAL = "parkwatch.principal"
"""Where a request's scope says who was let through."""
AUDITED = "parkwatch.audited"
"""Where a request's scope says that its row is written already."""
API = "/api/v1"
_NAMES = ("enterprise", "code", "gateway", "tag", "id", "number", "username", "prefix", "version")
"""What names the object of an answer, beside the parameters of its path."""
_LONGEST = 200


def deed_of(request: Request, response: Response) -> Deed:
    """What this request did, by its answer."""
    return _deed(request, response.status_code, _answered(response))


def deed_before(request: Request, outcome: int = 200) -> Deed:
    """What this request asks for, before there is an answer."""
    return _deed(request, outcome, {})


def deed_by(request: HTTPConnection, who: str, what: str, outcome: int) -> Deed:
    """Of somebody who is not signed in: `who` they say that they are."""
    return Deed(
        actor=_short(who),
        role=None,
        enterprise=None,
        address=address_of(request),
        request_id=request.scope.get(REQUEST_ID, ""),
        what=what,
        outcome=outcome,
    )


def address_of(request: HTTPConnection) -> str:
    """Where it comes from."""
    return request.client.host if request.client else "unknown"


def what_of(request: Request) -> str:
    """Method and path of the route, its parameters by name."""
    route = request.scope.get("route")
    return f"{request.method} {getattr(route, 'path', request.url.path).removeprefix(API)}"


def _deed(request: Request, outcome: int, answered: Mapping[str, str]) -> Deed:
    principal: Principal | None = request.scope.get(PRINCIPAL)
    named = {name: _short(value) for name, value in request.path_params.items()}
    about = {**answered, **named, **({"format": "csv"} if SHEET in request.scope else {})}
    own = None if principal is None else principal.enterprise
    in_path = about.get("code") if request.url.path.startswith(f"{API}/enterprises") else None
    asked = request.query_params.get("enterprise")
    concerns = about.get("enterprise") or in_path or own or (_short(asked) if asked else None)
    return Deed(
        actor="nobody" if principal is None else principal.username,
        role=None if principal is None else principal.role.value,
        enterprise=own,
        address=address_of(request),
        request_id=request.scope.get(REQUEST_ID, ""),
        what=what_of(request),
        object=about,
        concerns=concerns,
        outcome=outcome,
    )


def _answered(response: Response) -> dict[str, str]:
    """What the answer names itself by; nothing where it is no JSON object."""
    body = bytes(response.body)
    if not body.startswith(b"{"):
        return {}
    told: dict[str, Any] = json.loads(body)
    return {name: _short(told[name]) for name in _NAMES if isinstance(told.get(name), str | int)}


def _short(value: object) -> str:
    """As the database can keep it and every terminal show it: what strangers call themselves may
    hold anything."""
    text = str(value)[:_LONGEST].encode("utf-8", "replace").decode()
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
