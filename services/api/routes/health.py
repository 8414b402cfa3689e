"""Whether it lives, whether it can serve, numbers for Prometheus, and what there is to ask."""

import asyncio
from dataclasses import dataclass

import msgspec
from fastapi import Request, Response

from services.api.answer import answer
from services.api.asking import Here, Public
from services.api.canary import Pass
from services.api.late_route import LateRouter
from services.api.metrics import exposition
from services.api.readiness import assess


@dataclass(frozen=True, slots=True)
class CanaryView:
    """`live`: whether live alarms can be served now; of each watcher's life what passed."""

    age_s: float
    live: bool
    passes: list[Pass]


router = LateRouter(tags=["health"])


@router.get("/healthz", dependencies=[Public])
async def healthz() -> dict[str, str]:
    """Alive: the process answers."""
    return {"status": "alive"}


@router.get("/readyz", dependencies=[Public])
async def readyz(here: Here) -> Response:
    """200 while live alarms can be served, with each dependency; 503 before and otherwise."""
    readiness = assess(here)
    return answer(readiness, 200 if readiness.ready else 503)


@router.get("/canaryz", dependencies=[Public])
async def canaryz(here: Here) -> Response:
    """What came out of the canary's chain here, for the watcher that sent it in."""
    canary = here.vitals.canary
    return answer(CanaryView(round(canary.age_s, 1), here.vitals.live, canary.passes()))


@router.get("/metrics", dependencies=[Public])
async def metrics(here: Here) -> Response:
    """Prometheus."""
    return Response(exposition(here), media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get("/api/v1/openapi.json", dependencies=[Public])
async def description(request: Request) -> Response:
    """OpenAPI 3.1, worked out once; in a thread, for it takes seconds, and alarms do not wait."""
    document = await asyncio.to_thread(request.app.openapi)
    return Response(msgspec.json.encode(document), media_type="application/json")
