"""The register over REST, on the real database: what is told is kept, and refusals say why."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import psycopg
import pytest

from tests.integration.api.conftest import Api
from tests.living.live import Live

PROBLEM = "application/problem+json"
STANDSTILL_S = 3.0


def refused(answer: httpx2.Response, status: int, kind: str, *words: str) -> None:
    """A problem of this kind whose one sentence names these words."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["type"] == f"/problems/{kind}"
    assert body["status"] == status
    for word in words:
        assert word in body["detail"]
    assert body["detail"].endswith(".")


def test_a_point_lives_from_its_registration_through_every_change(api: Api) -> None:
    code = api.enterprise()
    made = api.point(code, "GT/1 甲", range_low=0, range_high=100, lon=120.5, lat=30.25)
    assert 0 < made["id"] < 2**31
    address = f"/points/{code}/GT%2F1%20%E7%94%B2"
    assert api.admin.ask(address) == made
    changed = api.admin.http.patch(address, json={"unit": "m", "range_low": None}).json()
    assert changed == made | {"unit": "m", "unit_ucum": "m", "range_low": None}
    assert api.admin.ask(address) == changed
    refused(api.admin.http.patch(address, json={"range_low": 200}), 422, "invalid", "range_low")
    refused(api.admin.http.patch(address, json={"kind": None}), 422, "invalid", "kind")
    refused(api.admin.http.patch(address, json={"id": 7}), 422, "invalid", "id")
    refused(api.admin.http.get(f"/points/{code}/GT"), 404, "not-found", "point")


def test_a_kind_that_was_mistaken_is_put_right_until_something_was_made_of_it(api: Api) -> None:
    code = api.enterprise()
    point = api.point(code, "XV-1")
    address = f"/points/{code}/XV-1"
    valve = {"kind": "valve", "unit": "state"}
    changed = api.admin.http.patch(address, json=valve).json()
    states = {"states": ["closed", "open", "moving", "fault"], "unit_ucum": None}
    assert changed == point | valve | states
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.execute(
            "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
            " VALUES (%s, now(), now(), 1, 0)",
            (point["id"],),
        )
    refused(api.admin.http.patch(address, json={"kind": "level"}), 409, "conflict", "kind", "XV-1")
    api.point(code, "T-2")
    rule = {"enterprise": code, "tag": "T-2", "condition": "H", "limit": 5, "grade": 2}
    api.admin.tell("/rules", rule, status=201)
    ruled = api.admin.http.patch(f"/points/{code}/T-2", json={"kind": "flow"})
    refused(ruled, 409, "conflict", "kind", "rules")


def test_a_list_is_paged_whole_and_in_order(api: Api) -> None:
    code = api.enterprise()
    tags = [f"T-{n:02d}" for n in range(23)]
    for tag in reversed(tags):
        api.point(code, tag)
    assert [p["tag"] for p in api.admin.items("/points", enterprise=code, limit=5)] == tags
    assert [v["tag"] for v in api.admin.items("/values", enterprise=code, limit=7)] == tags
    assert {p["id"] for p in api.admin.items("/points", enterprise=code)} != set(range(1, 24))


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "enterprise"),
        ({"tag": ""}, "tag"),
        ({"kind": "gas"}, "kind"),
        ({"unit": "x" * 17}, "unit"),
        ({"range_low": "0"}, "range_low"),
        ({"range_low": True}, "range_low"),
        ({"colour": 1}, "colour"),
        ({"gateway": "nowhere"}, "gateway"),
        ({"enterprise": "nowhere"}, "nowhere"),
        ({"range_low": 2, "range_high": 1}, "range_low"),
        ({"range_high": 1e300}, "range_high"),
        ({"range_low": -1e13}, "range_low"),
        ({"period_s": 1e-9}, "period_s"),
        ({"calibrated_on": "2999-01-01"}, "between 1950 and 2200"),
        ({"calibration_due_on": "0001-01-01"}, "calibration_due_on"),
        ({"substance": "unobtainium"}, "nobody knows unobtainium"),
        ({"substance": "7782-50-6"}, "the check digit of 7782-50-6"),
    ],
    ids=str,
)
def test_a_bad_point_is_refused_by_the_name_of_the_field(
    api: Api, body: dict[str, object], word: str
) -> None:
    good = {"enterprise": api.enterprise(), "tag": "T", "kind": "level", "unit": "%"}
    sent = {} if not body else good | body
    refused(api.admin.http.post("/points", json=sent), 422, "invalid", word)


@pytest.mark.parametrize("raw", ["{", "", "[]", '{"range_low": NaN}', '{"tag": "\\ud800"}', "1"])
def test_a_body_that_is_no_clean_json_is_refused(api: Api, raw: str) -> None:
    headers = {"Content-Type": "application/json"}
    refused(api.admin.http.post("/points", content=raw, headers=headers), 422, "invalid")


def test_a_rule_is_changed_by_versions_and_none_is_lost(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "T")
    api.point(code, "ESD", kind="interlock")
    body = {"enterprise": code, "tag": "T", "condition": "HH", "limit": 50, "grade": 1}
    first = api.admin.tell("/rules", body, status=201)
    assert (first["version"], first["deadband"], first["valid_to"]) == (1, 0.0, None)
    taken = api.admin.http.post("/rules", json=body)
    refused(taken, 409, "conflict", "condition", "change that one", first["id"])
    refused(api.admin.http.post("/rules", json=body | {"tag": "ESD"}), 422, "invalid", "states")
    refused(api.admin.http.post("/rules", json=body | {"tag": "X"}), 422, "invalid", "tag")
    refused(api.admin.http.post("/rules", json=body | {"grade": 5}), 422, "invalid", "grade")
    address = f"/rules/{first['id']}"
    second = api.admin.http.put(address, json=first | {"limit": 60}).json()
    assert (second["version"], second["limit"]) == (2, 60.0)
    whole = api.admin.ask(address)
    assert [v["version"] for v in whole["versions"]] == [2, 1]
    assert whole["versions"][1]["valid_to"] == second["valid_from"]
    assert [r["id"] for r in api.admin.items("/rules", enterprise=code)] == [first["id"]]
    api.admin.remove(address)
    assert api.admin.items("/rules", enterprise=code, tag="T") == []
    assert api.admin.ask(address)["valid_to"] is not None
    refused(api.admin.http.delete(address), 404, "not-found")


def test_a_sheet_is_taken_whole_or_not_at_all(api: Api) -> None:
    code = api.enterprise()
    sheet = "tag;kind;unit;range_high\nA;level;%;１００\nB;flow;m3/h;\n".encode("gb18030")
    path, headers = f"/points/import?enterprise={code}", {"Content-Type": "text/csv"}
    done = api.admin.http.post(path, content=sheet, headers=headers)
    assert (done.status_code, done.json()) == (201, {"created": 2, "updated": 0, "unchanged": 0})
    assert api.admin.ask(f"/points/{code}/A")["range_high"] == 100.0
    bad = b"tag,kind,unit\nC,level,%\nA,level,%\n"
    refused(api.admin.http.post(path, content=bad, headers=headers), 422, "invalid", "Row 3")
    assert [p["tag"] for p in api.admin.items("/points", enterprise=code)] == ["A", "B"]
    form = api.admin.http.post(path, files={"file": ("p.csv", b"tag,kind,unit\nC,level,%\n")})
    assert form.json() == {"created": 1, "updated": 0, "unchanged": 0}


def test_a_change_that_has_to_wait_for_some_seconds_is_made(api: Api) -> None:
    """As when the disk stands still at somebody's commit: no reason to send people away."""
    with (
        psycopg.connect(api.engines.superuser_url) as other,
        ThreadPoolExecutor(1) as beside,
    ):
        other.execute("SELECT version FROM book FOR UPDATE")
        change = beside.submit(api.enterprise)
        with pytest.raises(TimeoutError):
            change.result(timeout=STANDSTILL_S)
        other.rollback()
        code = change.result(timeout=8.0)
    assert api.admin.ask(f"/enterprises/{code}")["code"] == code


def test_a_repeated_write_is_done_once(api: Api) -> None:
    code = api.enterprise()
    path, headers = f"/enterprises/{code}/gateways", {"Idempotency-Key": "one"}
    first = api.admin.http.post(path, json={"code": "gw1"}, headers=headers)
    again = api.admin.http.post(path, json={"code": "gw1"}, headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = api.admin.http.post(path, json={"code": "gw2"}, headers=headers)
    refused(other, 422, "idempotency-key-reused")
    refused(api.admin.http.post(path, json={"code": "gw1"}), 409, "conflict", "rotate")
    assert len(api.admin.items(path)) == 1


def test_people_come_and_go_at_once(api: Api) -> None:
    somebody = api.person("operator")
    name = somebody.ask("/me")["username"]
    with Live(somebody) as live:
        promoted = api.admin.http.patch(f"/users/{name}", json={"role": "supervisor"})
        assert promoted.json()["role"] == "supervisor"
        refused(somebody.http.get("/me"), 401, "not-signed-in")
        live._reader.join(5.0)
        assert not live._reader.is_alive(), "the live push of before is cut within 5 s"
    api.admin.remove(f"/users/{name}")
    refused(api.admin.http.delete(f"/users/{name}"), 404, "not-found")
    for each in api.admin.items("/users"):
        if each["role"] == "admin" and each["username"] != "admin":
            api.admin.remove(f"/users/{each['username']}")  # of another proof
    refused(api.admin.http.delete("/users/admin"), 409, "conflict", "last admin")


def test_a_wrong_name_and_a_wrong_password_read_alike(api: Api) -> None:
    answers = [
        httpx2.post(f"{api.url}/api/v1/auth/token", data={"username": name, "password": "wrong"})
        for name in ("admin", "nobody")
    ]
    for answer in answers:
        refused(answer, 401, "wrong-credentials")
    assert answers[0].json() == answers[1].json()


def test_without_a_token_nothing_is_shown(api: Api) -> None:
    # To describe every route takes seconds of a busy machine, once.
    bare = httpx2.Client(base_url=f"{api.url}/api/v1", timeout=30.0)
    for path in ("/me", "/points", "/alarms", "/users", "/values"):
        refused(bare.get(path), 401, "not-signed-in", "/api/v1/auth/token")
    assert bare.get("/openapi.json").status_code == 200
    refused(bare.get("/nowhere"), 404, "not-found")
    refused(bare.put("/me"), 405, "http")
    refused(bare.post("/points", content=b"x" * (2**20 + 1)), 413, "too-large")
    bare.close()


def test_what_is_foreign_reads_as_what_does_not_exist(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    for code in (ours, theirs):
        api.point(code, "T")
        api.admin.tell(f"/enterprises/{code}/gateways", {"code": "gw1"}, status=201)
    rule = {"enterprise": theirs, "tag": "T", "condition": "H", "limit": 1, "grade": 1}
    rule_id = api.admin.tell("/rules", rule, status=201)["id"]
    alarm = api.engine.raises(7001, theirs)
    person = api.person("enterprise", ours)
    pairs = [
        ("GET", f"/enterprises/{theirs}", "/enterprises/nowhere"),
        ("GET", f"/enterprises/{theirs}/gateways", "/enterprises/nowhere/gateways"),
        ("POST", f"/enterprises/{theirs}/gateways", "/enterprises/nowhere/gateways"),
        ("DELETE", f"/enterprises/{theirs}/gateways/gw1", "/enterprises/nowhere/gateways/gw1"),
        ("GET", f"/points/{theirs}/T", "/points/nowhere/T"),
        ("GET", f"/points/{theirs}/T/readings", "/points/nowhere/T/readings"),
        ("PATCH", f"/points/{theirs}/T", "/points/nowhere/T"),
        ("POST", f"/points/{theirs}/T/maintenance", "/points/nowhere/T/maintenance"),
        ("DELETE", f"/points/{theirs}/T/maintenance", "/points/nowhere/T/maintenance"),
        ("GET", f"/rules/{rule_id}", "/rules/nowhere"),
        ("GET", f"/alarms/{alarm.id}", "/alarms/nowhere"),
        ("GET", f"/alarms/{alarm.id}/journal", "/alarms/nowhere/journal"),
        ("POST", f"/alarms/{alarm.id}/acknowledge", "/alarms/nowhere/acknowledge"),
        ("GET", f"/points?enterprise={theirs}", "/points?enterprise=nowhere"),
        ("GET", f"/alarms?enterprise={theirs}", "/alarms?enterprise=nowhere"),
        ("GET", f"/alarms?state=all&enterprise={theirs}", "/alarms?state=all&enterprise=nowhere"),
        ("GET", f"/rules?enterprise={theirs}", "/rules?enterprise=nowhere"),
        ("GET", f"/values?enterprise={theirs}", "/values?enterprise=nowhere"),
        ("GET", f"/dead-letters?enterprise={theirs}", "/dead-letters?enterprise=nowhere"),
    ]
    for method, foreign, unknown in pairs:
        body = {"code": "gw9"} if "gateways" in foreign else {"note": "x"}
        sent = body if method == "POST" else None
        one, other = (person.http.request(method, path, json=sent) for path in (foreign, unknown))
        assert one.status_code == other.status_code, foreign
        assert one.content == other.content, foreign
    assert [e["code"] for e in person.items("/enterprises")] == [ours]
    assert [p["enterprise"] for p in person.items("/points")] == [ours]
    person.tell(f"/enterprises/{ours}/gateways", {"code": "gw2"}, status=201)
    refused(person.http.post("/users", json={}), 403, "forbidden", "enterprise")
    point = {"tag": "T", "kind": "level", "unit": "%", "reason": "x"}
    for path, told in (("/rules", rule), ("/points", point)):
        one, other = (
            person.http.post(path, json=told | {"enterprise": code}) for code in (theirs, "nowhere")
        )
        assert one.status_code == other.status_code == 422
        assert one.text.replace(theirs, "nowhere") == other.text


@pytest.mark.parametrize("role", ["regulator", "inspector"])
def test_who_only_reads_is_refused_every_change(api: Api, role: str) -> None:
    person = api.person(role)
    code = api.enterprise()
    api.point(code, "T")
    assert person.ask(f"/points/{code}/T")["tag"] == "T"
    for method, path in (
        ("POST", "/points"),
        ("PATCH", f"/points/{code}/T"),
        ("POST", "/rules"),
        ("POST", "/enterprises"),
        ("POST", f"/enterprises/{code}/gateways"),
        ("DELETE", f"/enterprises/{code}/gateways/x"),
        ("POST", "/alarms/x/acknowledge"),
        ("POST", "/alarms/acknowledge"),
        ("POST", "/users"),
        ("GET", "/users"),
    ):
        refused(person.http.request(method, path), 403, "forbidden", role)


def test_an_unregistered_tag_is_adopted_in_one_step(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell(f"/enterprises/{code}/gateways", {"code": "gw-1"}, status=201)
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.execute(
            "INSERT INTO unregistered_tag"
            " (enterprise, tag, gateway, first_at, last_at, last_value, count)"
            " VALUES (%s, 'GT/9', 'gw-1', now(), now(), '30.0', 2)",
            (code,),
        )
    address = f"/unregistered-tags/{code}/GT%2F9/adopt"
    body = {"kind": "combustible_gas", "unit": "%LEL", "range_low": 0, "range_high": 100}

    refused(api.admin.http.post(address, json=body | {"kind": "gas"}), 422, "invalid", "kind")
    refused(api.admin.http.post(address, json=body | {"tag": "X"}), 422, "invalid", "tag")
    stranger = api.person("enterprise", api.enterprise())
    assert stranger.http.post(address, json=body).status_code in (403, 404)
    made = api.admin.tell(address, body, status=201)
    assert (made["tag"], made["gateway"], made["range_high"]) == ("GT/9", "gw-1", 100)
    assert api.admin.ask(f"/points/{code}/GT%2F9") == made
    refused(api.admin.http.post(address, json=body), 409, "conflict", "GT/9")
    nowhere = f"/unregistered-tags/{code}/never-sent/adopt"
    refused(api.admin.http.post(nowhere, json=body), 404, "not-found", "unregistered tag")


def test_a_limit_that_contradicts_another_of_its_point_is_refused(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "T")
    body = {"enterprise": code, "tag": "T", "condition": "H", "limit": 80, "grade": 2}
    high = api.admin.register("/rules", body)
    further = body | {"condition": "HH", "limit": 70, "grade": 1}
    refused(api.admin.http.post("/rules", json=further), 422, "invalid", "limit", high["id"])
    milder = further | {"limit": 90, "grade": 3}
    refused(api.admin.http.post("/rules", json=milder), 422, "invalid", "grade", high["id"])
    second = api.admin.register("/rules", further | {"limit": 90})
    moved = api.admin.http.put(f"/rules/{high['id']}", json=body | {"limit": 95})
    refused(moved, 422, "invalid", "limit", second["id"])
    assert api.admin.http.put(f"/rules/{high['id']}", json=body | {"limit": 85}).status_code == 200
