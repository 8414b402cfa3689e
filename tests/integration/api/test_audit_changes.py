"""S43, S44: every route that changes something leaves exactly one row of the audit, in the change's
own transaction; where the audit has no room, nothing is changed."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from services.domain.one_time_code import code_at, step_of
from services.runtime.clock import to_datetime
from tests.integration.api.conftest import Api
from tests.integration.api.deeds import Deeds, no_room_for_undone
from tests.integration.api.test_interlocks import ASKED, HOUR_MS, loop, states
from tests.integration.api.test_interlocks import now as now_ms
from tests.living.park import Door, Json
from tests.unit.api.test_routes import ROUTES, WRITES, methods

CHANGES_NOTHING = {"POST /live/ticket", "POST /rules/backtest", "POST /telemetry"}
"""A ticket is the next step of who is signed in; a back-test looks; readings are the ledger's."""
BY_A_PROVIDER = {"POST /auth/oidc/token"}
"""Needs one: it opens its session as `POST /auth/token` does, in one place of the code."""
SPOT: Json = {"type": "Point", "coordinates": [107.44, 38.21]}
LEVEL: Json = {"kind": "level", "unit": "%"}


@pytest.fixture
def deeds(api: Api) -> Iterator[Deeds]:
    with no_room_for_undone(api.engines):
        yield Deeds(api)


def test_s43_s44_each_change_leaves_one_row_of_the_audit_or_is_not_made(deeds: Deeds) -> None:
    code = _register(deeds)
    _points(deeds, code)
    _rules(deeds, code)
    _places(deeds, code)
    _interlocks(deeds, code)
    _park(deeds, code)
    _drills(deeds, code)
    _alarms(deeds, code)
    _people(deeds, code)
    _second_factor(deeds)
    _receivers(deeds)
    _handovers(deeds)
    wanted = {f"{m} {route.path}" for route in ROUTES for m in methods(route) & WRITES}
    assert deeds.done == wanted - CHANGES_NOTHING - BY_A_PROVIDER, (
        "a new route that writes belongs in here"
    )


def _register(deeds: Deeds) -> str:
    code = f"A-{time.time_ns():x}"
    deeds.do("POST /enterprises", {"code": code, "name": "审计厂"}, status=201)
    deeds.do("PATCH /enterprises/{code}", {"name": "审计二厂"}, code=code)
    at = "/enterprises/{code}/gateways"
    deeds.do(f"POST {at}", {"code": "gw1"}, status=201, code=code)
    deeds.do(f"POST {at}", {"code": "gw2"}, status=201, code=code)
    deeds.do(f"POST {at}/{{gateway}}/rotate", {}, code=code, gateway="gw2")
    deeds.do(f"DELETE {at}/{{gateway}}", status=204, code=code, gateway="gw2")
    short = {"duration_s": 5, "cut_s": 1}
    deeds.do(f"POST {at}/{{gateway}}/conformance", short, status=202, code=code, gateway="gw1")
    source = {"enterprise": code, "code": "HS-1", "name": "液氯储存", "unit_type": "storage",
              "exposed_people": 120, "substances": [{"cas": "7782-50-5", "quantity_t": 5}]}  # fmt: skip
    deeds.do("POST /hazard-sources", source, status=201)
    change = {"exposed_people": 30, "reason": "核查"}
    at = "/hazard-sources/{enterprise}/{code}"
    deeds.do(f"PATCH {at}", change, enterprise=code, code="HS-1")
    return code


def _points(deeds: Deeds, code: str) -> None:
    gas = {"enterprise": code, "kind": "combustible_gas", "unit": "%LEL", "substance": "74-98-6"}
    for tag in ("GT-1", "GT-2", "GT-3"):
        deeds.do("POST /points", gas | {"tag": tag}, status=201)
    at = "/points/{enterprise}/{tag}"
    here: dict[str, Any] = {"enterprise": code, "tag": "GT-1"}
    deeds.do(f"PATCH {at}", {"name": "罐区一号"}, **here)
    test = {"kind": "bump_test", "minutes": 30, "reason": "季度功能测试"}
    deeds.do(f"POST {at}/maintenance", test, status=201, **here)
    deeds.do(f"DELETE {at}/maintenance", query="reason=done", **here)
    deeds.do(f"POST {at}/template", {"conditions": ["HH"]}, status=201, **here)
    deeds.do(f"POST {at}/template/detectors", {"names": ["fault"]}, status=201, **here)
    sheet = f"enterprise,tag,kind,unit\n{code},LI-1,level,%\n{code},LI-2,level,%\n"
    deeds.do("POST /points/import", status=201, sheet=sheet)
    for tag in ("TI-1", "TI-2"):
        warm = {"enterprise": code, "tag": tag, "kind": "temperature", "unit": "Cel"}
        deeds.api.admin.register("/points", warm)
    formula = {"expression": "a - b", "inputs": {"a": "TI-1", "b": "TI-2"}}
    derived = {"enterprise": code, "tag": "TD-1", "kind": "temperature", "unit": "K"}
    deeds.do("POST /derived-points", derived | {"formula": formula}, status=201)
    formula |= {"expression": "b - a"}
    at = "/derived-points/{enterprise}/{tag}/formula"
    deeds.do(f"PUT {at}", formula, enterprise=code, tag="TD-1")
    with psycopg.connect(deeds.api.engines.superuser_url, autocommit=True) as superuser:
        superuser.execute(
            "INSERT INTO unregistered_tag (enterprise, gateway, tag, first_at, last_at, count)"
            " VALUES (%s, 'gw1', 'NEW-1', now(), now(), 1)",
            (code,),
        )
    at = "/unregistered-tags/{enterprise}/{tag}/adopt"
    deeds.do(f"POST {at}", LEVEL, status=201, enterprise=code, tag="NEW-1")
    deeds.do("POST /dead-letters/reprocess", {"enterprise": code}, status=202)


def _rules(deeds: Deeds, code: str) -> None:
    limit = {"kind": "limit", "enterprise": code, "tag": "LI-1", "condition": "H", "limit": 80,
             "grade": 3}  # fmt: skip
    made = deeds.do("POST /rules", limit, status=201)
    deeds.do("PUT /rules/{rule}", limit | {"limit": 75}, rule=made["id"])
    deeds.do("DELETE /rules/{rule}", status=204, rule=made["id"], query="reason=gone")
    pump = {"enterprise": code, "tag": "XS-1", "kind": "switch", "unit": "1"}
    deeds.api.admin.register("/points", pump)
    flow = {"enterprise": code, "tag": "FT-1", "kind": "flow", "unit": "m3/h"}
    deeds.api.admin.register("/points", flow)
    body: Json = {"enterprise": code, "name": "P-1 stopped", "reason": "no flow while it stands",
                  "condition": {"kind": "state", "tag": "XS-1", "states": ["off"]},
                  "targets": [{"tag": "FT-1", "alarm": "low"}]}  # fmt: skip
    made = deeds.do("POST /suppressions", body, status=201)
    at = "/suppressions/{suppression}"
    deeds.do(f"PUT {at}", body | {"grade": 4}, suppression=made["id"])
    deeds.do(f"DELETE {at}", status=204, suppression=made["id"], query="reason=scrapped")
    group = {"enterprise": code, "code": "R-1", "name": "罐区", "kind": "gas", "members": ["GT-1"]}
    deeds.do("POST /groups", group, status=201)
    here: dict[str, Any] = {"enterprise": code, "code": "R-1"}
    deeds.do("PATCH /groups/{enterprise}/{code}", {"members": ["GT-1", "GT-2"]}, **here)
    deeds.do("DELETE /groups/{enterprise}/{code}", status=204, **here)


def _places(deeds: Deeds, code: str) -> None:
    place = {"enterprise": code, "code": "G-1", "kind": "gate", "name": "一号门", "geometry": SPOT}
    deeds.do("POST /places", place, status=201)
    here: dict[str, Any] = {"enterprise": code, "code": "G-1"}
    change = {"name": "北门", "reason": "改名"}
    deeds.do("PATCH /places/{enterprise}/{code}", change, **here)
    deeds.do("DELETE /places/{enterprise}/{code}", status=204, query="reason=gone", **here)


def _interlocks(deeds: Deeds, code: str) -> None:
    point = deeds.api.point(code, "ESD-1", kind="interlock", unit="1")
    deeds.do("POST /interlocks", loop(code), status=201)
    here: dict[str, Any] = {"enterprise": code, "tag": "ESD-1"}
    at = "/interlocks/{enterprise}/{tag}"
    deeds.do(f"PATCH {at}", {"sil": 3, "reason": "LOPA"}, **here)
    first, second = deeds.api.person("supervisor"), deeds.api.person("supervisor")
    bypass = deeds.do(f"POST {at}/bypass", ASKED, status=201, **here)["id"]
    deeds.do("POST /bypasses/{bypass}/refuse", {}, by=first, bypass=bypass)
    bypass = deeds.do(f"POST {at}/bypass", ASKED, status=201, **here)["id"]
    deeds.do("POST /bypasses/{bypass}/approve", {}, by=first, bypass=bypass)
    deeds.do("POST /bypasses/{bypass}/approve", {}, by=second, bypass=bypass)
    longer = {"hours": 1, "reason": "备件未到"}
    deeds.do("POST /bypasses/{bypass}/extend", longer, bypass=bypass)
    deeds.do("POST /bypasses/{bypass}/restore", {}, bypass=bypass)
    seen = {"note": "现场确认阀位与灯"}
    deeds.do("POST /bypasses/{bypass}/verify", seen, by=first, bypass=bypass)
    begun = now_ms() - HOUR_MS
    states(deeds.api, code, point["id"], (begun - HOUR_MS, 0), (begun, 1), (begun + 60_000, 0))
    word = {"kind": "spurious", "cause": "接线松动"}
    at_trip = f"{at}/trips/{{tripped_at}}"
    tripped = to_datetime(begun).isoformat().replace("+00:00", "Z")
    deeds.do(f"POST {at_trip}", word, tripped_at=tripped, **here)
    deeds.do(f"DELETE {at}", status=204, query="reason=gone", **here)


def _park(deeds: Deeds, code: str) -> None:
    admin = deeds.api.admin
    for path in ("/risk-index", "/shelving-policy"):
        known = admin.ask(path)
        name = "weights" if path == "/risk-index" else "policy"
        deeds.do(f"PUT {path}", {name: known[name], "reason": "复核"})
    owner = deeds.api.person("enterprise", code)
    wish = {"kind": "limit", "enterprise": code, "tag": "LI-2", "condition": "H", "limit": 80,
            "grade": 3, "reason": "试"}  # fmt: skip
    asked = deeds.do("POST /rules", wish, by=owner, status=202)["approval"]["id"]
    deeds.do("POST /approvals/{approval}/refuse", {}, approval=asked)
    asked = deeds.do("POST /rules", wish, by=owner, status=202)["approval"]["id"]
    deeds.do("POST /approvals/{approval}/approve", {}, approval=asked)


def _drills(deeds: Deeds, code: str) -> None:
    played = [{"enterprise": code, "gateway": "gw1"}]
    leak = {"name": code, "title": "泄漏", "title_en": "Leak", "duration_s": 60, "gateways": played}
    station = f"S-{code}"
    told = {"scenarios": [leak]}
    deeds.do("PUT /drills/stations/{station}", told, status=204, station=station)
    number = str(deeds.do("POST /drills", {"scenario": code}, status=202)["id"])
    deeds.do("POST /drills/{number}/begin", {}, number=number)
    deeds.do("POST /drills/{number}/end", {}, number=number)


def _alarms(deeds: Deeds, code: str) -> None:
    for number in (7001, 7002):
        deeds.api.engine.raises(number, code, grade=3)
    by = deeds.api.person("supervisor")
    while len(by.items("/alarms", enterprise=code)) < 2:
        time.sleep(0.05)
    deeds.carried_out("POST /alarms/acknowledge", {"ids": ["a7001"], "note": "x"}, by=by)
    deeds.carried_out("POST /alarms/{alarm}/acknowledge", {}, by=by, alarm="a7002")
    shelved = {"minutes": 10, "reason": "检修"}
    deeds.carried_out("POST /alarms/{alarm}/shelve", shelved, by=by, alarm="a7002")
    out = shelved | {"permit": "WP-1"}
    deeds.carried_out("POST /alarms/{alarm}/out-of-service", out, by=by, alarm="a7002")
    for back in ("unshelve", "return-to-service"):
        deeds.carried_out(f"POST /alarms/{{alarm}}/{back}", {}, by=by, alarm="a7002")


def _people(deeds: Deeds, code: str) -> None:
    who, word = f"p-{time.time_ns():x}", "a long pass phrase"
    new = {"username": who, "password": word, "role": "enterprise", "enterprise": code}
    made = deeds.do("POST /users", new, status=201)
    assert made["username"] == who
    form = f"username={who}&password={word.replace(' ', '+')}"
    deeds.do("POST /auth/token", form=form)
    deeds.do("PATCH /users/{username}", {"duties": ["gatekeeper"]}, username=who)
    door = Door(deeds.api.url, who, word)
    here: dict[str, Any] = {"username": who}
    other = Door(deeds.api.url, who, word)
    mine = {each["current"]: each["id"] for each in door.ask("/me/sessions")["items"]}
    deeds.do("DELETE /me/sessions/{session}", by=door, status=204, session=mine[False])
    session = mine[True]
    deeds.do("DELETE /users/{username}/sessions/{session}", status=204, session=session, **here)
    door.close()
    other.close()
    Door(deeds.api.url, who, word).close()
    deeds.do("DELETE /users/{username}/sessions", status=204, **here)
    leaving = Door(deeds.api.url, who, word)
    deeds.do("POST /auth/sign-out", {}, by=leaving, status=204)
    leaving.close()
    deeds.do("DELETE /users/{username}", status=204, **here)
    key = {"name": "监管平台", "role": "regulator", "scopes": ["read"], "days": 30}
    prefix = deeds.do("POST /api-keys", key, status=201)["prefix"]
    deeds.do("DELETE /api-keys/{prefix}", status=204, prefix=prefix)


def _handovers(deeds: Deeds) -> None:
    giver, taker = deeds.api.person("operator"), deeds.api.person("operator")
    number = str(deeds.do("POST /handovers", {}, by=giver, status=201)["id"])
    deeds.do("POST /handovers/{handover}/sign", {}, by=taker, handover=number)


def _receivers(deeds: Deeds) -> None:
    new = {"name": "消防值班", "url": "https://duty.example.com/alarms"}
    name = deeds.do("POST /receivers", new, status=201)["id"]
    at = "/receivers/{receiver}"
    deeds.do(f"PATCH {at}", {"grades": [1], "exercises": True}, receiver=name)
    deeds.do(f"POST {at}/rotate", {}, receiver=name)
    deeds.do(f"DELETE {at}", status=204, receiver=name)


def _second_factor(deeds: Deeds) -> None:
    name, password = f"f-{time.time_ns():x}", "another long pass phrase"
    new = {"username": name, "password": password, "role": "operator"}
    deeds.api.admin.register("/users", new)
    who, proof, at = (
        Door(deeds.api.url, name, password),
        {"password": password},
        "/me/second-factor",
    )
    secret = deeds.do(f"POST {at}", proof, by=who, status=201)["secret"]
    shown = {"code": code_at(base64.b32decode(secret), step_of(now_ms()))}
    codes = deeds.do(f"POST {at}/confirm", shown, by=who)["recovery_codes"]

    def proofs() -> Json:
        """What proves who asks is used up by the try that came to nothing, too."""
        return proof | {"otp": codes.pop()}

    codes = deeds.do(f"POST {at}/recovery-codes", proofs, by=who)["recovery_codes"]
    deeds.do(f"POST {at}/remove", proofs, by=who, status=204)
    secret = who.tell(at, proof, status=201)["secret"]
    shown = {"code": code_at(base64.b32decode(secret), step_of(now_ms()))}
    assert "recovery_codes" in who.tell(f"{at}/confirm", shown)
    deeds.do("DELETE /users/{username}/second-factor", status=204, username=name)
    who.close()
