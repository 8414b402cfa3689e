"""What every route has in common, looked at by a machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.api.app import make_routes
from services.api.asking import Requires, once, public
from services.api.openapi import document
from services.api.permission import Permission
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
from services.api.routes.telemetry import gateway_caller

NOUNS = (acknowledge, adoption, alarm_load, alarm_statistics, alarms, approvals, audit, backtest, conformance, connectivity, derived_points, detector_templates, drills, ended_rules, enterprises, events, gateways, handover, handovers, health,
         journal_course, journal_export, ledger, letters, live, maintenance, off_board, oidc, point_export, point_import, points, readings, refused, rules, session, system, telemetry, templates,
         grade_tree, groups, hazard_sources, risk_index, shelving_policy, source_status, substances, suppressions, users, values, park_ground, park_map, places,
         api_keys, notices, receivers, second_factor, sessions, bypasses, interlock_record, interlock_statistics, interlocks)  # fmt: skip
ROUTERS = (*(noun.router for noun in NOUNS), gateways.park)
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"
FOLDER = Path(live.__file__).parent
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from calls(each)


def permissions(route: APIRoute) -> list[Permission]:
    found = dict.fromkeys(calls(route.dependant))
    return [c.permission for c in found if isinstance(c, Requires)]


def methods(route: APIRoute) -> set[str]:
    return route.methods or set()


def name_of(route: APIRoute) -> str:
    return f"{'/'.join(sorted(methods(route)))} {route.path}"


def test_all_routes_are_looked_at() -> None:
    paths = make_routes().openapi()["paths"]
    described = {(m.upper(), p) for p, each in paths.items() for m in each}
    looked_at = {(m, "/api/v1" + r.path) for r in ROUTES for m in methods(r)}
    assert described <= looked_at
    assert all(path.startswith("/api/v1/") for path in paths)


def test_s2_no_module_of_routes_is_left_out() -> None:
    """Also one whose routes are not described; what is no plain route is looked at by itself."""
    modules = {path.stem for path in FOLDER.glob("*.py")} - {"__init__", "console"}
    assert {noun.__name__.rpartition(".")[2] for noun in NOUNS} == modules
    others = [r for router in ROUTERS for r in router.routes if not isinstance(r, APIRoute)]
    assert [getattr(each, "path", None) for each in others] == ["/live"]


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_s2_a_route_declares_its_permission_exactly_once(route: APIRoute) -> None:
    declared = [c for c in calls(route.dependant) if c in (public, gateway_caller)]
    assert len(declared) + len(permissions(route)) == 1


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_that_writes_asks_for_more_than_reading(route: APIRoute) -> None:
    if methods(route) & WRITES:
        assert Permission.SEE not in permissions(route)
    if methods(route) & WRITES and Permission.OWN in permissions(route):
        assert route.path in ("/live/ticket", "/auth/sign-out")
    if methods(route) & WRITES and Permission.ACCOUNT in permissions(route):
        assert route.path.startswith("/me/")


NOT_IN_THE_DATABASE = (
    "/auth/token",
    "/auth/oidc/token",
    "/auth/sign-out",
    "/live/ticket",
    "/telemetry",
    "/alarms/acknowledge",
    "/alarms/{alarm}/acknowledge",
    "/alarms/{alarm}/unshelve",
    "/alarms/{alarm}/return-to-service",
    "/rules/backtest",
)
"""Sign-in and tickets are made anew, signing out ends what would ask again, readings have identities
of their own, and what the engine carries out must not wait for the database: twice is as once there.
A back-test changes nothing."""


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_that_writes_keeps_its_answer_with_the_change(route: APIRoute) -> None:
    """By `once: OnceOnly`: a repeat after a kill is answered as the first was."""
    if methods(route) & WRITES and route.path not in NOT_IN_THE_DATABASE:
        assert once in calls(route.dependant)


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_a_route_says_in_a_sentence_what_it_does(route: APIRoute) -> None:
    assert route.description.endswith(".")


def test_the_reference_is_the_code() -> None:
    """Renew it: .venv/bin/python -m services.api.openapi > docs/reference/openapi.json"""
    assert DOCUMENT.read_text(encoding="utf-8") == document()
