"""What is missed at the door is told as a problem (RFC 9457): address, method, type of the body."""

from typing import Annotated, Any

import httpx2
import pytest
from fastapi import FastAPI, Form
from pydantic import BaseModel, Field, field_validator

from services.api.address import Addresses
from services.api.app import make_routes
from services.api.fault import fault_within
from services.api.media_type import FORM, JSON
from services.api.problem import MEDIA_TYPE, PREFIX, Kind, Problem, install
from services.api.routes.console import Console
from services.api.text import ENTERPRISE_NUMBER

APP = make_routes()
APP.mount("/", Console(None))


class Named(BaseModel):
    """A body."""

    name: str


def takers() -> FastAPI:
    """A form and a JSON object are taken here."""
    app = FastAPI()
    install(app, Addresses())

    @app.post("/form")
    async def form(name: Annotated[str, Form()]) -> str:
        return name

    @app.post("/json")
    async def document(body: Named) -> str:
        return body.name

    @app.get("/refuses/{kind}")
    @app.post("/refuses/{kind}")
    async def refuses(kind: Kind, told: str) -> None:
        raise Problem(kind, told)

    return app


async def ask(method: str, path: str, app: FastAPI = APP, **more: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://x") as http:
        return await http.request(method, path, **more)


def refused(answered: httpx2.Response, status: int, kind: Kind) -> dict[str, Any]:
    body: dict[str, Any] = answered.json()
    assert (answered.status_code, body["status"]) == (status, status)
    assert answered.headers["content-type"] == MEDIA_TYPE
    assert body["type"] == PREFIX + kind
    assert body["detail"].endswith(".")
    return body


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v1/points/", "/api/v2/points", "/api/"])
async def test_an_address_that_there_is_not(path: str) -> None:
    refused(await ask("GET", path), 404, Kind.NOT_FOUND)
    refused(await ask("POST", path), 404, Kind.NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/v1/points", "GET, POST"),
        ("GET", "/api/v1/auth/token", "POST"),
        ("TRACE", "/api/v1/me", "GET"),
        ("PUT", "/api/v1/alarms/acknowledge", "POST"),
        ("OPTIONS", "/api/v1/users/li.wei", "DELETE, PATCH"),
        ("DELETE", "/api/v1/points/E-1/GT-1", "GET, PATCH"),
        ("PUT", "/healthz", "GET"),
        ("POST", "/screens", "GET, HEAD"),
    ],
)
async def test_a_method_that_an_address_does_not_take(method: str, path: str, allowed: str) -> None:
    answered = await ask(method, path)
    refused(answered, 405, Kind.HTTP)
    assert answered.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("path", "sent", "wanted"),
    [
        ("/form", {"content": b"<a/>", "headers": {"Content-Type": "application/xml"}}, FORM),
        ("/form", {"json": {"name": "a"}}, FORM),
        ("/form", {"content": b"name=a"}, FORM),
        ("/json", {"content": b'{"name": "a"}'}, JSON),
        ("/json", {"content": b'{"name": "a"}', "headers": {"Content-Type": "text/plain"}}, JSON),
        ("/json", {"data": {"name": "a"}}, JSON),
        ("/json", {"files": {"name": b"a"}}, JSON),
    ],
)
async def test_a_body_of_a_type_that_nobody_reads(
    path: str, sent: dict[str, Any], wanted: str
) -> None:
    answered = await ask("POST", path, app=takers(), **sent)
    refused(answered, 415, Kind.MEDIA_TYPE)
    assert answered.headers["accept"] == wanted


@pytest.mark.parametrize("path", ["/form", "/json"])
async def test_without_a_body_it_is_the_body_that_is_missing(path: str) -> None:
    refused(await ask("POST", path, app=takers()), 422, Kind.INVALID)
    kind = {"Content-Type": "application/merge-patch+json"}
    taken = await ask("POST", "/json", app=takers(), content=b'{"name": "a"}', headers=kind)
    assert taken.status_code == 200


@pytest.mark.parametrize(
    ("told", "field", "message"),
    [
        ("tag: E has no point T; register it first.", "tag", "E has no point T; register it first"),
        ("substances.0.cas: 1-2 is none: look.", "substances.0.cas", "1-2 is none: look"),
        ("causes.1.state_tag: X shows it.", "causes.1.state_tag", "X shows it"),
    ],
)
async def test_the_field_that_a_sentence_is_led_by_is_told_to_programs_as_well(
    told: str, field: str, message: str
) -> None:
    app = takers()
    for method, where in (("POST", "body"), ("GET", "query")):
        answered = await ask(method, f"/refuses/{Kind.INVALID}", app, params={"told": told})
        body = refused(answered, 422, Kind.INVALID)
        assert body["detail"] == told
        assert body["errors"] == [{"in": where, "field": field, "message": message}]
    taken = await ask("POST", f"/refuses/{Kind.CONFLICT}", app, params={"told": told})
    assert "errors" not in refused(taken, 409, Kind.CONFLICT)


async def test_a_sentence_about_no_field_names_none() -> None:
    app, told = takers(), "Row 2: the sheet is not CSV."
    answered = await ask("POST", f"/refuses/{Kind.INVALID}", app, params={"told": told})
    assert "errors" not in refused(answered, 422, Kind.INVALID)


class Counted(BaseModel):
    """A body whose lengths have bounds."""

    name: Annotated[str, Field(min_length=1, max_length=3)] = "x"
    tags: Annotated[list[str], Field(min_length=1, max_length=2)] = ["x"]
    code: Annotated[str, Field(pattern=ENTERPRISE_NUMBER)] = "12345678901"

    @field_validator("tags")
    @classmethod
    def _once(cls, tags: list[str]) -> list[str]:
        if len(set(tags)) < len(tags):
            raise fault_within("1", f"{tags[1]} stands in it twice")
        return tags


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ({"name": ""}, "name: it must have 1 character at least."),
        ({"name": "abcd"}, "name: it must have 3 characters at most."),
        ({"tags": []}, "tags: it must have 1 entry at least."),
        ({"tags": ["a", "b", "c"]}, "tags: it must have 2 entries at most."),
        ({"code": "1"}, "code: it may hold only 11 digits."),
        ({"tags": ["a", "a"]}, "tags.1: a stands in it twice."),
    ],
    ids=str,
)
async def test_a_length_and_a_form_are_told_in_words_and_a_fault_in_a_list_by_its_place(
    body: dict[str, object], detail: str
) -> None:
    app = FastAPI()
    install(app, Addresses())

    @app.post("/counted")
    async def counted(told: Counted) -> str:
        return told.name

    answer = await ask("POST", "/counted", app, json=body)
    assert (answer.status_code, answer.json()["detail"]) == (422, detail)
    assert answer.json()["errors"][0]["field"] == detail.split(":")[0]
