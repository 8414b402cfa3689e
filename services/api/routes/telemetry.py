"""Readings by HTTP: published on the gateway's behalf, so that they go the way of all others."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from services.api.answer import answer
from services.api.asking import Here, count, window
from services.api.problem import Kind, Problem
from services.store.register import Gateway
from services.wire.native import decode_native
from services.wire.telemetry import Poison

router = APIRouter(tags=["telemetry"])
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="parkwatch gateways", charset="UTF-8"'}
Basic = Annotated[
    HTTPBasicCredentials | None,
    Depends(HTTPBasic(auto_error=False, description="The gateway's credentials")),
]


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
    password = credentials.password
    if gateway is None or not here.gateway_door.matches(
        gateway.username, gateway.password_hash, password
    ):
        raise Problem(Kind.WRONG_CREDENTIALS, "Username or password is wrong.", _CHALLENGE)
    count(here, f"gateway:{gateway.username}")
    return gateway


Caller = Annotated[Gateway, Depends(gateway_caller)]


@router.post(
    "/telemetry",
    status_code=202,
    response_model=Accepted,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"type": ["object", "array"]},
                    "example": {"values": {"GT-101": 12.5}},
                }
            },
        }
    },
)
async def post_telemetry(request: Request, here: Here, gateway: Caller) -> Response:
    """Readings in the native format, as over MQTT; answered after the broker's acknowledgement."""
    payload = await request.body()
    try:
        messages = decode_native(payload)
    except Poison as poison:
        raise Problem(Kind.INVALID, poison.reason) from None
    topic = f"pw/v1/{gateway.enterprise}/{gateway.code}/telemetry"
    await here.uplink.publish(topic, payload)
    return answer(Accepted(len(messages)), 202)
