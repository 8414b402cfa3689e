"""Readings by HTTP: published on the gateway's behalf, so that they go the way of all others."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from services.api.answer import answer
from services.api.asking import Here, count, too_many, window
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.domain.trouble import Kind as Trouble
from services.store.register import Gateway
from services.wire.leaf import DECODERS
from services.wire.telemetry import Poison

router = LateRouter(tags=["telemetry"])
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="parkwatch gateways", charset="UTF-8"'}
Basic = Annotated[
    HTTPBasicCredentials | None,
    Depends(HTTPBasic(auto_error=False, description="The gateway's credentials")),
]


class Format(StrEnum):
    """How the body is written."""

    NATIVE = "native"
    NEURON = "neuron"
    TB = "tb"
    SENML = "senml"

    @property
    def leaf(self) -> str:
        """The last level of the topic that such a body is published on."""
        return "telemetry" if self is Format.NATIVE else self.value


_SENML_TYPE = "application/senml+json"
_EXAMPLES: dict[str, Any] = {
    "native": {"values": {"GT-101": 12.5}},
    "neuron": {"timestamp": 1767542400123, "values": {"GT-101": 12.5}, "errors": {"TI-9": 2014}},
    "tb": {"Device A": [{"ts": 1767542400123, "values": {"temperature": 42}}]},
    "senml": [{"n": "TI-1009", "u": "Cel", "v": 23.1}],
}
_BODY: dict[str, Any] = {
    "application/json": {
        "schema": {"type": ["object", "array"]},
        "examples": {name: {"value": value} for name, value in _EXAMPLES.items()},
    },
    _SENML_TYPE: {"schema": {"type": "array"}, "example": _EXAMPLES["senml"]},
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broker has it; ingest stores it, and what is refused of it becomes a dead letter."""

    messages: int


async def gateway_caller(request: Request, credentials: Basic) -> Gateway:
    """The gateway whose credentials these are."""
    here = window(request)
    if credentials is None:
        raise Problem(
            Kind.NOT_SIGNED_IN,
            "Send the gateway's username and password by basic authentication.",
            _CHALLENGE,
        )
    if not here.register.is_loaded:
        raise Problem(
            Kind.DATABASE_AWAY, "The register is not loaded yet: try again in a few seconds."
        )
    gateway = here.register.by_username.get(credentials.username)
    # The same work and the same answer for a name that there is not.
    stored = None if gateway is None else gateway.password_hash
    right = here.gateway_door.matches(credentials.username, stored, credentials.password)
    if gateway is None or not right:
        raise Problem(Kind.WRONG_CREDENTIALS, "Username or password is wrong.", _CHALLENGE)
    count(here, f"gateway:{gateway.username}")
    _refuse_cut(here, gateway)
    return gateway


def _refuse_cut(here: Here, gateway: Gateway) -> None:
    """One that is cut for what it sent is not let in by another door."""
    for condition in here.troubles.of(gateway.enterprise, gateway.code):
        wait_ms = (condition.until or 0) - here.clock.now_ms()
        if condition.kind is Trouble.CUT and wait_ms > 0:
            raise too_many(wait_ms / 1000)


Caller = Annotated[Gateway, Depends(gateway_caller)]


@router.post(
    "/telemetry",
    status_code=202,
    response_model=Accepted,
    openapi_extra={"requestBody": {"required": True, "content": _BODY}},
)
async def post_telemetry(
    request: Request,
    here: Here,
    gateway: Caller,
    written: Annotated[
        Format | None,
        Query(
            alias="format",
            description="How the body is written; absent: `senml` for a body of the type "
            "`application/senml+json`, else `native`.",
        ),
    ] = None,
) -> Response:
    """Readings as over MQTT, published on the leaf of their format; answered after the broker's
    acknowledgement."""
    payload = await request.body()
    leaf = (written or _told_by_type(request)).leaf
    try:
        messages = DECODERS[leaf](payload)
    except Poison as poison:
        raise Problem(Kind.INVALID, poison.reason) from None
    topic = f"pw/v1/{gateway.enterprise}/{gateway.code}/{leaf}"
    await here.uplink.publish(topic, payload)
    return answer(Accepted(len(messages)), 202)


def _told_by_type(request: Request) -> Format:
    named = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Format.SENML if named == _SENML_TYPE else Format.NATIVE
