"""Names and shapes that outsiders were promised are there: what was promised is only added to."""

from typing import Any

import pytest

from services.api.app import make_routes
from tests.architecture.json_schema import find

Json = dict[str, Any]
DOCUMENT: Json = make_routes().openapi()
PAGES = ("limit", "cursor")

PROMISED: dict[str, tuple[str, ...]] = {
    "POST /auth/token": (),
    "GET /me": (),
    "GET /users": PAGES,
    "POST /users": (),
    "PATCH /users/{username}": (),
    "DELETE /users/{username}": (),
    "GET /enterprises": PAGES,
    "POST /enterprises": (),
    "GET /enterprises/{code}": (),
    "PATCH /enterprises/{code}": (),
    "GET /enterprises/{code}/gateways": PAGES,
    "POST /enterprises/{code}/gateways": (),
    "DELETE /enterprises/{code}/gateways/{gateway}": (),
    "POST /enterprises/{code}/gateways/{gateway}/rotate": (),
    "GET /hazard-sources": PAGES,
    "POST /hazard-sources": (),
    "GET /hazard-sources/{enterprise}/{code}": (),
    "PATCH /hazard-sources/{enterprise}/{code}": (),
    "GET /hazard-sources/{enterprise}/{code}/status": ("If-None-Match",),
    "GET /points": PAGES,
    "POST /points": (),
    "POST /points/import": (),
    "GET /points/{enterprise}/{tag}": (),
    "PATCH /points/{enterprise}/{tag}": (),
    "GET /points/{enterprise}/{tag}/readings": ("start", "end", "resolution", *PAGES),
    "GET /values": ("enterprise", *PAGES),
    "GET /rules": PAGES,
    "POST /rules": (),
    "GET /rules/{rule}": (),
    "PUT /rules/{rule}": (),
    "DELETE /rules/{rule}": (),
    "POST /rules/backtest": (),
    "GET /alarms": (
        "state", "grade", "enterprise", "tag", "hazard_source", "historical", "since", "until", *PAGES,
    ),
    **{
        f"POST /alarms/{{alarm}}/{act}": ()
        for act in ("acknowledge", "shelve", "unshelve", "out-of-service", "return-to-service")
    },
    "POST /alarms/acknowledge": (),
    "GET /approvals": PAGES,
    "POST /approvals/{approval}/approve": (),
    "POST /approvals/{approval}/refuse": (),
    "GET /alarms/{alarm}/journal": PAGES,
    "GET /journal/export": (),
    "GET /interlocks": PAGES,
    "POST /interlocks/{enterprise}/{tag}/bypass": (),
    "GET /unregistered-tags": ("enterprise", *PAGES),
    "GET /dead-letters": ("enterprise", *PAGES),
    "GET /gaps": ("enterprise", *PAGES),
    "GET /events": ("enterprise", *PAGES),
    "GET /statistics/alarms": (),
    "GET /statistics/connectivity": (),
    "GET /statistics/interlocks": (),
    "POST /live/ticket": (),
    "POST /telemetry": (),
}  # fmt: skip
NEEDED = {
    "POST /users": {"username", "password", "role"},
    "POST /enterprises": {"code", "name"},
    "POST /enterprises/{code}/gateways": {"code"},
    "POST /hazard-sources": {
        "code", "enterprise", "name", "unit_type", "exposed_people", "substances",
    },
    "POST /points": {"enterprise", "tag", "kind", "unit"},
}  # fmt: skip
ANSWERED = {
    "POST /auth/token": {"access_token", "token_type", "expires_in"},
    "GET /me": {"username", "role", "enterprise"},
    "POST /enterprises/{code}/gateways": {"username", "password", "client_id"},
    "GET /hazard-sources/{enterprise}/{code}": {"s", "r", "level", "working"},
    "GET /hazard-sources/{enterprise}/{code}/status": {
        "grade", "risk_level", "why", "values", "alarms", "interlocks", "online_rate", "responsible",
    },
    "GET /alarms/{alarm}": {
        "id", "enterprise", "tag", "subject", "rule", "grade", "state", "closed_as", "historical",
        "exercise", "condition", "limit", "value", "unit", "message", "raised_at", "received_at",
        "cleared_at", "acknowledged_at", "acknowledged_by",
    },
}  # fmt: skip


def operation(name: str) -> Json:
    method, path = name.split(" ")
    found: Json = DOCUMENT["paths"][f"/api/v1{path}"][method.lower()]
    return found


def shape(schema: Json) -> Json:
    while "$ref" in schema:
        schema = find(DOCUMENT, schema["$ref"])
    return schema


@pytest.mark.parametrize("name", PROMISED)
def test_what_was_promised_can_be_asked_with_what_was_promised(name: str) -> None:
    asked = operation(name)
    assert {each["name"] for each in asked.get("parameters", ())} >= set(PROMISED[name])
    keyed = {each["name"] for each in asked.get("parameters", ())}
    creates = "201" in asked["responses"]
    assert not creates or "Idempotency-Key" in keyed


@pytest.mark.parametrize("name", NEEDED)
def test_no_more_is_needed_than_was_said(name: str) -> None:
    body = operation(name)["requestBody"]["content"]["application/json"]["schema"]
    assert set(shape(body)["required"]) == NEEDED[name]


@pytest.mark.parametrize("name", ANSWERED)
def test_an_answer_holds_what_was_promised(name: str) -> None:
    answers = operation(name)["responses"]
    first = answers.get("201") or answers["200"]
    assert (
        set(shape(first["content"]["application/json"]["schema"])["properties"]) >= ANSWERED[name]
    )
