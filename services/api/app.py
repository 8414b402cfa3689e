"""The application: every route below `/api/v1`, health at the root, the console under it all."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from services.api import problem
from services.api.broker_access import BrokerAway
from services.api.database import DatabaseAway
from services.api.edge import App, Edge
from services.api.engine_link import EngineAway
from services.api.once import DoneBefore
from services.api.problem import MEDIA_TYPE, Kind, render
from services.api.repeat import Repeat
from services.api.routes import (
    acknowledge,
    adoption,
    alarm_load,
    alarm_statistics,
    alarms,
    api_keys,
    approvals,
    backtest,
    bypasses,
    conformance,
    connectivity,
    derived_points,
    detector_templates,
    ended_rules,
    enterprises,
    events,
    gateways,
    grade_tree,
    groups,
    handover,
    hazard_sources,
    health,
    interlock_record,
    interlock_statistics,
    interlocks,
    journal_export,
    ledger,
    letters,
    live,
    maintenance,
    off_board,
    park_map,
    places,
    point_export,
    point_import,
    points,
    readings,
    refused,
    risk_index,
    rules,
    second_factor,
    session,
    sessions,
    shelving_policy,
    source_status,
    substances,
    suppressions,
    telemetry,
    templates,
    users,
    values,
)
from services.api.routes.console import Console
from services.api.window import Window

PREFIX = "/api/v1"
_NOUNS = (
    session,
    second_factor,
    sessions,
    users,
    api_keys,
    enterprises,
    gateways,
    conformance,
    source_status,
    hazard_sources,
    groups,
    risk_index,
    grade_tree,
    park_map,
    places,
    substances,
    point_export,
    point_import,
    readings,
    points,
    maintenance,
    derived_points,
    backtest,
    rules,
    ended_rules,
    suppressions,
    templates,
    detector_templates,
    values,
    acknowledge,
    off_board,
    shelving_policy,
    alarms,
    approvals,
    alarm_statistics,
    alarm_load,
    interlock_statistics,
    interlock_record,
    interlocks,
    bypasses,
    handover,
    connectivity,
    journal_export,
    letters,
    refused,
    adoption,
    events,
    ledger,
    telemetry,
    live,
)


def make_routes() -> FastAPI:
    """The routes alone, as `openapi.json` describes them."""
    app = FastAPI(
        title="Parkwatch",
        version="1.0.0",
        summary="Watches the hazards of a chemical park: readings in, graded alarms out.",
        openapi_url=None,  # routes/health.py answers it
        docs_url=None,
        redoc_url=None,
    )
    problem.install(app)
    _install_absences(app)
    refusal: dict[int | str, dict[str, Any]] = {
        status: {"description": says, "content": {MEDIA_TYPE: {"schema": problem.REFERENCE}}}
        for status, says in (("422", "Not valid"), ("default", "A problem (RFC 9457)"))
    }
    nouns = APIRouter(prefix=PREFIX, responses=refusal)
    for noun in _NOUNS:
        nouns.include_router(noun.router)
    nouns.include_router(gateways.park)
    app.include_router(nouns)
    app.include_router(health.router, include_in_schema=False)
    problem.describe(app)
    return app


def make_app(window: Window) -> App:
    """The whole of it, as the server runs it."""
    app = make_routes()
    app.state.window = window
    app.mount("/", Console(window.console))
    return Edge(Repeat(app, window))


def _install_absences(app: FastAPI) -> None:
    @app.exception_handler(DatabaseAway)
    async def _database(_request: Request, _error: DatabaseAway) -> Response:
        return render(
            Kind.DATABASE_AWAY,
            "The database does not answer now: live alarms go on, try this again in a moment.",
            headers={"Retry-After": "2"},
        )

    @app.exception_handler(DoneBefore)
    async def _before(_request: Request, _error: DoneBefore) -> Response:
        return render(
            Kind.IN_PROGRESS,
            "Another request with this Idempotency-Key was quicker: send it again for its answer.",
            headers={"Retry-After": "1"},
        )

    @app.exception_handler(EngineAway)
    async def _engine(_request: Request, _error: EngineAway) -> Response:
        return render(
            Kind.ENGINE_AWAY,
            "No alarm engine answered within 3 s: look at the alarm again, then repeat this.",
            headers={"Retry-After": "2"},
        )

    @app.exception_handler(BrokerAway)
    async def _broker(_request: Request, error: BrokerAway) -> Response:
        return render(
            Kind.BROKER_AWAY,
            f"{str(error).rstrip('.')}; send it again in a moment.",
            headers={"Retry-After": "2"},
        )
