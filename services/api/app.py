"""The application: every route below `/api/v1`, health at the root, the console under it all."""

from typing import Any

from fastapi import FastAPI, Request, Response

from services.api import description, problem
from services.api.address import Addresses
from services.api.broker_access import BrokerAway
from services.api.database import DatabaseAway, NoTurn
from services.api.edge import App, Edge
from services.api.engine_link import EngineAway
from services.api.lane import Lanes
from services.api.listing import Listing
from services.api.once import DoneBefore
from services.api.problem import Kind, render
from services.api.repeat import Repeat
from services.api.routes import (
    acknowledge,
    adoption,
    alarm_load,
    alarm_statistics,
    alarms,
    api_keys,
    approvals,
    audit,
    backtest,
    bypasses,
    conformance,
    connectivity,
    derived_points,
    detector_templates,
    drills,
    ended_rules,
    enterprises,
    events,
    gateways,
    grade_tree,
    groups,
    handover,
    handovers,
    hazard_sources,
    health,
    interlock_record,
    interlock_statistics,
    interlocks,
    journal_course,
    journal_export,
    ledger,
    letters,
    live,
    maintenance,
    notices,
    off_board,
    oidc,
    park_ground,
    park_map,
    places,
    point_export,
    point_import,
    points,
    readings,
    receivers,
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
    system,
    telemetry,
    templates,
    users,
    values,
)
from services.api.routes.console import Console
from services.api.transport import Transport
from services.api.window import Window

PREFIX = "/api/v1"
_NOUNS = (
    session,
    oidc,
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
    park_ground,
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
    handovers,
    connectivity,
    drills,
    journal_course,
    journal_export,
    audit,
    system,
    letters,
    refused,
    adoption,
    events,
    ledger,
    telemetry,
    receivers,
    notices,
    live,
)
_ROUTERS = (*(noun.router for noun in _NOUNS), gateways.park)


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
    addresses = app.state.addresses = Addresses()
    addresses.add("", health.router.routes)
    for router in _ROUTERS:
        addresses.add(PREFIX, router.routes)
    problem.install(app, addresses)
    _install_absences(app)
    # In the place of FastAPI's own; the description names each refusal instead.
    refusal: dict[int | str, dict[str, Any]] = {"default": {"description": "A problem"}}
    for router in _ROUTERS:
        app.router.routes.extend(router.below(PREFIX, refusal))
    app.router.routes.extend(health.router.below("", {}, described=False))
    description.describe(app)
    return app


def make_app(window: Window) -> App:
    """The whole of it, as the server runs it."""
    app = make_routes()
    app.state.window = window
    app.mount("/", Console(window.console))
    lanes = Lanes(app, window.heavy_turns)
    inner = Repeat(Listing(lanes, app.state.addresses, window.clock), window)
    return Transport(Edge(inner, window.address_rate, window.ground.images), window.proxies)


def _install_absences(app: FastAPI) -> None:
    @app.exception_handler(DatabaseAway)
    async def _database(_request: Request, _error: DatabaseAway) -> Response:
        return render(
            Kind.DATABASE_AWAY,
            "The database does not answer now: live alarms go on, try this again in a moment.",
            headers={"Retry-After": "2"},
        )

    @app.exception_handler(NoTurn)
    async def _busy(_request: Request, _error: NoTurn) -> Response:
        return render(
            Kind.BUSY,
            "Other exports and statistics are being made: ask for this again in a moment.",
            headers={"Retry-After": "5"},
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
