"""The bad-input corpus over REST, cases 75 to 83, 89 and 90: requests that are not what they say.

Each is refused with a problem that says why, or means no more than a good one; nothing of it is kept.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.loopback import NO_TLS

CHUNK = b"10000\r\n" + b" " * 65_536 + b"\r\n"


@contextmanager
def plain(api: Api) -> Iterator[socket.socket]:
    """A connection on which any bytes may be sent."""
    place = urlsplit(api.url)
    with socket.create_connection((place.hostname, place.port), timeout=15.0) as opened:
        yield opened


def head(api: Api, *lines: str, method: str = "POST", path: str = "/points") -> bytes:
    host = urlsplit(api.url).netloc
    first = (f"{method} /api/v1{path} HTTP/1.1", f"Host: {host}")
    return "\r\n".join(
        (*first, f"Authorization: Bearer {api.admin.token}", *lines, "", "")
    ).encode()


def answered(opened: socket.socket) -> bytes:
    """All that comes until the other side is done."""
    parts = []
    try:
        while part := opened.recv(65_536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def is_well(api: Api) -> bool:
    return httpx2.get(f"{api.url}/healthz", verify=NO_TLS, timeout=15.0).status_code == 200


def test_75_a_content_length_that_lies_is_believed_by_nobody(api: Api) -> None:
    body = b'{"code": "E-75", "name": "x"}'
    with plain(api) as opened:  # it promises more than it sends
        kind = "Content-Type: application/json"
        opened.sendall(head(api, kind, "Content-Length: 900", path="/enterprises") + body)
        opened.shutdown(socket.SHUT_WR)
        assert b" 201 " not in answered(opened)
    with plain(api) as opened:  # it sends more: the rest is no request of anybody's
        lines = (kind, "Content-Length: 2", "Connection: close")
        opened.sendall(head(api, *lines, path="/enterprises") + b"{}" + body)
        assert answered(opened).count(b"HTTP/1.1 ") == 1
    with plain(api) as opened:
        lines = (kind, "Content-Length: 2", "Content-Length: 29")
        opened.sendall(head(api, *lines, path="/enterprises") + body)
        assert answered(opened).startswith(b"HTTP/1.1 400")
    assert "E-75" not in [each["code"] for each in api.admin.items("/enterprises")]


def test_75_a_body_without_end_is_cut_at_its_bound(api: Api) -> None:
    with plain(api) as opened:
        opened.sendall(head(api, "Content-Type: application/json", "Transfer-Encoding: chunked"))
        sent = 0
        try:
            while sent < 2**30:
                opened.sendall(CHUNK)
                sent += 65_536
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert sent < 64 * 2**20, "it read on"
    assert is_well(api)


@pytest.mark.parametrize("kind", [None, "application/xml", "text/plain", "multipart/form-data"])
def test_75_a_body_of_another_type_is_refused_with_the_one_that_is_read(
    api: Api, kind: str | None
) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    body = b'{"code": "E-75", "name": "x"}'
    answer = api.admin.http.post("/enterprises", content=body, headers=headers)
    refused(answer, 415, "unsupported-media-type", "application/json")
    assert answer.headers["accept"] == "application/json"


def test_76_a_list_of_57_mib_is_refused_unread(api: Api) -> None:
    body = b"[" + b"1," * (57 * 2**19) + b"1]"
    for path in ("/points", "/telemetry", "/alarms/acknowledge"):
        answer = api.admin.http.post(
            path, content=body, headers={"Content-Type": "application/json"}
        )
        refused(answer, 413, "too-large", "KiB")


def test_77_ten_thousand_parameters_and_repeated_ones(api: Api) -> None:
    with plain(api) as opened:
        path = "/enterprises?" + "&".join(["a=1"] * 10_000)
        opened.sendall(head(api, "Connection: close", method="GET", path=path))
        assert answered(opened).startswith(b"HTTP/1.1 200")
    code = api.enterprise()
    api.point(code, "A")
    twice = api.admin.http.get(f"/points?enterprise=nowhere&enterprise={code}")
    assert [each["tag"] for each in twice.json()["items"]] == ["A"], "the last one counts, always"
    both = api.admin.http.get("/points?limit=1&limit=x")
    refused(both, 422, "invalid", "limit")


def test_77_a_header_of_a_megabyte(api: Api) -> None:
    with plain(api) as opened:
        try:
            opened.sendall(head(api, "X-Long: " + "x" * 2**20, method="GET"))
            told = answered(opened)
        except (BrokenPipeError, ConnectionResetError):
            told = b""  # cut while it was still talking
        assert not told or told.startswith(b"HTTP/1.1 431"), told[:200]
    assert is_well(api)


STRANGE_IDS = (
    "-1", "0", "9223372036854775808", "1e9", "..%2f..%2fetc%2fpasswd", "%00", "a%00b", "null",
    "[]", "%5B%221%22%5D", "A" * 65, "../me", "%E2%80%AE", "%ff",
)  # fmt: skip


@pytest.mark.parametrize("strange", STRANGE_IDS)
def test_78_an_id_that_nobody_has(api: Api, strange: str) -> None:
    ours = api.enterprise()
    for path in (
        f"/alarms/{strange}",
        f"/rules/{strange}",
        f"/enterprises/{strange}",
        f"/points/{ours}/{strange}",
        f"/points/{strange}/GT-1/readings",
        f"/hazard-sources/{ours}/{strange}/status",
        f"/bypasses/{strange}",
        f"/enterprises/{ours}/gateways/{strange}/ledger",
    ):
        with plain(api) as opened:  # a client would tidy the path
            opened.sendall(head(api, "Connection: close", method="GET", path=path))
            status = answered(opened).split(b" ", 2)[1]
        assert status in (b"404", b"422", b"400"), (path, status)


def test_78_foreign_deleted_and_otherwise_spelt_ids_read_alike(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    for code in (ours, theirs):
        api.point(code, "T")
    rule = {"enterprise": theirs, "tag": "T", "condition": "H", "limit": 1, "grade": 1}
    kept = api.admin.tell("/rules", rule, status=201)["id"]
    gone = api.admin.tell("/rules", rule | {"enterprise": ours}, status=201)["id"]
    api.admin.remove(f"/rules/{gone}?reason=over")
    person = api.person("enterprise", ours)
    told = {person.http.get(f"/rules/{each}").text for each in (kept, kept.upper(), "nothing")}
    assert len(told) == 1
    assert person.http.get(f"/rules/{kept}").status_code == 404
    body = {"ids": [["a"], 7, None]}
    refused(person.http.post("/alarms/acknowledge", json=body), 422, "invalid", "ids.0")


@pytest.mark.parametrize(
    "limit", ["1e9", "1000000000", "-1", "0", "1001", "NaN", "", "1.5", "１０"]
)
def test_79_a_page_is_bounded(api: Api, limit: str) -> None:
    for path in ("/points", "/alarms", "/events", "/users", "/me/sessions", "/audit"):
        answer = api.admin.http.get(path, params={"limit": limit})
        refused(answer, 422, "invalid", "limit")


def test_79_a_span_is_bounded_and_goes_forward(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "T")
    path = f"/points/{code}/T/readings"
    back = {"start": "2026-02-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
    refused(api.admin.http.get(path, params=back), 422, "invalid", "start")
    decade = {"start": "2016-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"}
    page = api.admin.http.get(path, params=decade | {"resolution": "1s"})
    assert page.status_code in (200, 422)
    assert page.status_code == 422 or len(page.json()["items"]) <= 1000
    for wrong in ("0000-00-00T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-01-01", "1767225600"):
        answer = api.admin.http.get(path, params={"start": wrong})
        refused(answer, 422, "invalid", "start")


def test_80_what_may_not_be_sorted_or_asked_for_is_not(api: Api) -> None:
    refused(api.admin.http.get("/users", params={"fields": "password_hash"}), 422, "invalid")
    plainly = api.admin.http.get("/users").json()
    sorted_ = api.admin.http.get("/users?sort=password_hash&order=desc&filter=password_hash").json()
    assert sorted_ == plainly, "what is no parameter changes nothing"
    assert "hash" not in json.dumps(plainly)
    refused(api.admin.http.get("/points?kind=password_hash"), 422, "invalid", "kind")
    sheet = api.admin.http.get("/users?format=csv").text
    assert "hash" not in sheet
    assert sheet.lstrip("\ufeff").splitlines()[0].startswith("username,role,enterprise")


HIDDEN = (
    ("/points", {"tenant_id": "other"}),
    ("/points", {"id": 7}),
    ("/points", {"book_version": 1}),
    ("/rules", {"created_by": "somebody", "version": 9}),
    ("/users", {"token_version": 1}),
    ("/users", {"password_hash": "x"}),
    ("/enterprises", {"created_at": "2026-01-01T00:00:00Z"}),
    ("/alarms/acknowledge", {"acked_by": "somebody", "role": "admin"}),
)


@pytest.mark.parametrize(("path", "hidden"), HIDDEN, ids=str)
def test_81_a_field_that_is_not_to_be_set_is_refused_or_without_effect(
    api: Api, path: str, hidden: dict[str, object]
) -> None:
    code = api.enterprise()
    api.point(code, "T")
    bodies: dict[str, dict[str, object]] = {
        "/points": {"enterprise": code, "tag": "X", "kind": "level", "unit": "%"},
        "/rules": {"enterprise": code, "tag": "T", "condition": "H", "limit": 1, "grade": 1},
        "/users": {"username": f"u-{code}", "password": "a-long-Passphrase-7", "role": "operator"},
        "/enterprises": {"code": f"{code}-2", "name": "x"},
        "/alarms/acknowledge": {"ids": ["a1"], "note": "seen"},
    }
    answer = api.admin.http.post(path, json=bodies[path] | hidden)
    if answer.status_code == 422:
        return
    assert answer.status_code in (200, 201)
    told = answer.json()
    assert all(told.get(name) != value for name, value in hidden.items())


def test_82_a_change_is_made_to_what_stands_and_names_no_version(api: Api) -> None:
    """Fields that are not named stay, so two changes of different fields are both kept."""
    code = api.enterprise()
    api.point(code, "T", name="first")
    path = f"/points/{code}/T"
    stale = {"If-Match": '"long ago"'}
    assert api.admin.http.patch(path, json={"range_low": 1}, headers=stale).status_code == 200
    assert api.admin.http.patch(path, json={"range_high": 9}).status_code == 200
    point = api.admin.ask(path)
    assert (point["name"], point["range_low"], point["range_high"]) == ("first", 1, 9)
    history = api.admin.items(f"{path}/history")
    assert len(history) == 3, "each is kept with what it changed"
    rule = {"enterprise": code, "tag": "T", "condition": "H", "limit": 8, "grade": 2}
    made = api.admin.tell("/rules", rule, status=201)["id"]
    later = api.admin.http.put(f"/rules/{made}", json=rule | {"limit": 7})
    assert later.json()["version"] == 2
    assert len(api.admin.ask(f"/rules/{made}")["versions"]) == 2


def test_83_a_key_that_was_used_for_another_body(api: Api) -> None:
    code = api.enterprise()
    body = {"enterprise": code, "tag": "A", "kind": "level", "unit": "%"}
    key = {"Idempotency-Key": f"k-{code}"}
    assert api.admin.http.post("/points", json=body, headers=key).status_code == 201
    again = api.admin.http.post("/points", json=body, headers=key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    other = api.admin.http.post("/points", json=body | {"tag": "B"}, headers=key)
    refused(other, 422, "idempotency-key-reused", "new one")
    assert [each["tag"] for each in api.admin.items("/points", enterprise=code)] == ["A"]


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "HEAD", "PROPFIND", "CONNECT"])
def test_89_a_method_that_there_is_not(api: Api, method: str) -> None:
    with plain(api) as opened:
        opened.sendall(head(api, "X-Secret: 4711", "Connection: close", method=method, path="/me"))
        told = answered(opened)
    assert told.split(b" ", 2)[1] in (b"405", b"400", b"404")
    assert b"4711" not in told


def test_89_no_header_makes_another_method_of_it(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "T")
    for name in ("X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"):
        asked = api.admin.http.get(f"/enterprises/{code}", headers={name: "DELETE"})
        assert asked.status_code == 200
        posted = api.admin.http.post(f"/points/{code}/T", headers={name: "PATCH"})
        refused(posted, 405, "http", "GET, PATCH")
    assert api.admin.items("/points", enterprise=code)


def test_90_who_claims_to_be_another_host_or_address_is_not_believed(api: Api) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"}
    answer = api.admin.http.get("/me", headers=evil)
    assert answer.status_code in (200, 400, 421)
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)
    name = f"h-{api.enterprise()}"
    with httpx2.Client(base_url=f"{api.url}/api/v1", verify=NO_TLS) as bare:
        for number in range(3):
            forged = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": "203.0.113.9"}
            form = {"username": name, "password": "wrong"}
            refused(bare.post("/auth/token", data=form, headers=forged), 401, "wrong-credentials")
    own = [s for s in api.admin.items("/me/sessions") if s["current"]]
    assert own[0]["address"] == "127.0.0.1"
