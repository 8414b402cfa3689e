"""What every answer of the api has in common, whoever asks for whatever: headers, origins, cookies,
hostile texts, and what is told when something breaks."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from services.api.app import make_app, make_routes
from tests.integration.api.desk import Desk, desk_over
from tests.living.engines_alone import Engines

ORIGINS = [
    "https://evil.example",
    "null",
    "http://desk.evil.example",
    "http://desk@evil",
    "http://DESK:1",
]
DESCRIPTION = json.loads(
    (Path(__file__).resolve().parents[3] / "docs/reference/openapi.json").read_text("utf-8")
)
"""What is compared with the code elsewhere."""
WRITES = {"post", "put", "patch", "delete"}
INJECTIONS = [
    "'",
    "' OR '1'='1",
    "1;SELECT pg_sleep(9)--",
    "%' UNION SELECT version()--",
    "\\",
    "$$",
    "{{7*7}}",
]


@pytest.fixture(scope="module")
def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every method, path and description there is."""
    return list(described())


def described() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, each in DESCRIPTION["paths"].items():
        for method, operation in each.items():
            if method in {"get", *WRITES}:
                yield method, path.removeprefix("/api/v1"), operation


def filled(path: str, text: str = "X-1") -> str:
    return re.sub(r"\{[^}]+\}", text, path)


async def test_s29_every_answer_has_its_headers_errors_too(
    engines: Engines, operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    async with desk_over(engines) as desk:
        for method, path, _ in operations:
            answer = await desk.http.request(method, filled(path))
            _check_headers(answer)
            assert answer.headers["content-security-policy"].startswith("default-src 'none';")
            assert answer.headers["cache-control"] == "no-store", path
        for path in (
            "/",
            "/alarms/list",
            "/assets/nothing.js",
            "/api/nothing",
            "/healthz",
            "/docs",
        ):
            answer = await desk.http.get(f"http://desk{path}")
            _check_headers(answer)
            policy = answer.headers["content-security-policy"]
            assert "unsafe" not in policy, "no inline, no eval"
            assert "frame-ancestors 'none'" in policy


def _check_headers(answer: httpx2.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "server" not in answer.headers
    assert "x-powered-by" not in answer.headers


async def test_s28_no_other_origin_is_let_to_read_anything(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        for origin in ORIGINS:
            for method in ("GET", "POST", "OPTIONS"):
                asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
                answer = await desk.http.request(method, "/points", headers=asked)
                found = [name for name in answer.headers if name.startswith("access-control")]
                assert found == [], (origin, method)


async def test_s27_no_cookie_and_no_form_from_elsewhere_changes_anything(
    engines: Engines, operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    """The right to act comes in a header that a page from elsewhere cannot set; of the two doors that
    take a form the one wants a password and the other a cookie that is not sent along from elsewhere."""
    async with desk_over(engines) as desk:
        token = desk.admin.token or ""
        forged = {
            "Cookie": f"session={token}; Authorization=Bearer {token}; __Host-parkwatch-oidc=x",
            "Origin": "https://evil.example",
            "Sec-Fetch-Site": "cross-site",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        for method, path, _ in operations:
            if method in WRITES and path not in ("/auth/token", "/auth/oidc/token", "/telemetry"):
                answer = await desk.http.request(
                    method, filled(path), headers=forged, content=b"username=evil&role=admin"
                )
                assert answer.status_code in (401, 415), (method, path, answer.status_code)
        for path in ("/auth/token", "/auth/oidc/token", "/telemetry"):
            answer = await desk.http.post(path, headers=forged, content=b"code=x&state=y")
            assert answer.status_code in (401, 404, 415, 422), path


async def test_s4_no_body_has_room_for_more_than_its_fields() -> None:
    """What is not named is refused: nobody sets a role, an owner or a version beside the way."""
    schemas = DESCRIPTION["components"]["schemas"]
    bodies = set()
    for _, path, operation in described():
        for kind in operation.get("requestBody", {}).get("content", {}).values():
            if path not in LENIENT:
                bodies |= set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(kind)))
    assert len(bodies) > 30
    objects = [name for name in bodies if schemas[name].get("type") == "object"]
    loose = [name for name in objects if schemas[name].get("additionalProperties") is not False]
    assert {name for name in loose if not name.startswith("Body_")} <= SENT_BACK


SENT_BACK = {"RuleBody"}
"""A rule as it is read may be sent back as a change: what is not a field of it is without effect."""
LENIENT = ("/telemetry",)
"""What the field sends may carry more than we know."""


async def test_s34_no_parameter_reaches_the_database_as_a_statement(
    engines: Engines, operations: list[tuple[str, str, dict[str, Any]]]
) -> None:
    async with desk_over(engines) as desk:
        for method, path, operation in operations:
            if method != "get":
                continue
            names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
            for text in INJECTIONS[:3]:
                asked = httpx2.QueryParams(dict.fromkeys(names, text))
                answer = await desk.admin.ask("GET", f"{filled(path)}?{asked}")
                assert answer.status_code < 500, (path, text, answer.text)
                assert "SELECT" not in answer.text.replace("SELECT pg_sleep", "")
            for text in INJECTIONS:
                answer = await desk.admin.ask(
                    "GET", filled(path, httpx2.QueryParams({"": text}).__str__()[1:])
                )
                assert answer.status_code < 500, (path, text)


async def test_s41_a_fault_of_ours_is_told_in_a_sentence_and_nothing_of_our_inside(
    engines: Engines, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk_over(engines) as desk:
        answer = await _broken(desk)
        assert answer.status_code == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"].endswith("/internal")
        for inside in ("Traceback", "File ", "KeyError", "a secret of ours", ".py", "psycopg"):
            assert inside not in answer.text
        _check_headers(answer)


async def _broken(desk: Desk) -> httpx2.Response:
    app = make_app(desk.here)

    class Mine(dict[str, Any]):
        def __contains__(self, _key: object) -> bool:
            raise KeyError("a secret of ours")

    register = desk.here.register
    kept, register.enterprises = register.enterprises, Mine()
    try:
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://desk/api/v1") as http:
            body = {"username": "u-1", "password": "long enough", "role": "enterprise"}
            told = {"Authorization": f"Bearer {desk.admin.token}"}
            return await http.post("/users", json=body | {"enterprise": "E"}, headers=told)
    finally:
        register.enterprises = kept


async def test_s41_nothing_is_served_that_is_for_those_who_build_it(engines: Engines) -> None:
    async with desk_over(engines) as desk:
        for path in ("/docs", "/redoc", "/openapi.json", "/debug", "/.git/config", "/.env"):
            answer = await desk.http.get(f"http://desk{path}")
            assert not re.search(r"(?i)swagger|redoc|\[core\]|PARKWATCH_", answer.text), path
    assert make_routes().debug is False
