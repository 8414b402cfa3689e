"""Drills over REST: ordered, played on twins, scored by the journal, kept; and nothing stays of them."""

import hashlib
import json
import secrets
import time
from dataclasses import replace

import psycopg
import pytest

from services.api.drill_desk import GONE, SETTLE_S
from services.domain.alarm import EventKind, Transition
from services.domain.journal import ChainHead, link
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json
from tests.unit.alerts.samples import raised

JOURNAL = """
    INSERT INTO journal (enterprise, seq, alarm_id, at, noted_at, event, body, previous, hash)
    VALUES (%s, %s, %s, to_timestamp(%s / 1000.0), to_timestamp(%s / 1000.0), %s, %s, %s, %s)
"""


@pytest.fixture
def works(api: Api) -> str:
    """An enterprise with two gateways, one limit behind the first."""
    code = api.enterprise()
    for gateway in ("gw1", "gw2"):
        api.admin.register(f"/enterprises/{code}/gateways", {"code": gateway})
    api.point(code, "LT-1", gateway="gw1", name="一号罐液位")
    api.point(code, "LT-2", gateway="gw2")
    api.point(code, "LT-3")
    limit = {"kind": "limit", "enterprise": code, "tag": "LT-1", "condition": "H", "limit": 80.0,
             "grade": 2, "deadband": 1.0, "on_delay_s": 3, "off_delay_s": 5}  # fmt: skip
    api.admin.register("/rules", limit)
    return code


def told(api: Api, enterprise: str, gateway: str = "gw1") -> str:
    """A simulator that can play one scenario; its name."""
    station = f"S-{secrets.token_hex(4)}"
    scenario = {"name": f"leak-{station}", "title": "泄漏", "title_en": "A leak", "duration_s": 600,
                "gateways": [{"enterprise": enterprise, "gateway": gateway}]}  # fmt: skip
    answer = api.admin.http.put(f"/drills/stations/{station}", json={"scenarios": [scenario]})
    assert answer.status_code == 204, answer.text
    return station


def begun(api: Api, enterprise: str) -> tuple[Json, Json]:
    """A drill as it is ordered, and what its simulator is given."""
    station = told(api, enterprise)
    asked = {"scenario": f"leak-{station}", "target_s": 30, "note": "季度演练"}
    ordered = api.admin.tell("/drills", asked, status=202)
    assert api.admin.ask(f"/drills/stations/{station}/order")["drill"]["id"] == ordered["id"]
    return ordered, api.admin.tell(f"/drills/{ordered['id']}/begin")


def field(api: Api, enterprise: str) -> list[list[Json]]:
    """What stands in the field's register; that a rule is in force is known a moment later."""
    points = [each | {"judged": None} for each in api.admin.items("/points", enterprise=enterprise)]
    return [points, api.admin.items("/rules", enterprise=enterprise)]


def journaled(api: Api, twin: str, *happened: tuple[EventKind, str | None]) -> str:
    """An alarm of a twin on record, one thing after the other, a second apart; its id."""
    now, head = int(time.time() * 1000), ChainHead()
    alarm = replace(raised(1).alarm, enterprise=twin, id=secrets.token_hex(16), exercise=True)
    with psycopg.connect(api.engines.superuser_url) as connection:
        for place, (event, actor) in enumerate(happened):
            at = now + place
            row = link(head, Transition(event, alarm, at, at, actor=actor, note=None))
            head = ChainHead(row.seq, row.hash)
            connection.execute(
                JOURNAL,
                (twin, row.seq, row.alarm_id, at, at, row.event, row.body, row.previous, row.hash),
            )
    time.sleep(len(happened) / 1000)
    return alarm.id


def test_a_drill_is_played_on_copies_of_points_and_limits_and_scored(api: Api, works: str) -> None:
    ordered, start = begun(api, works)
    twin = f"drill-{works}"
    assert (ordered["state"], start["drill"]["state"]) == ("ordered", "running")
    (gateway,) = start["gateways"]
    assert (gateway["enterprise"], gateway["gateway"], gateway["twin"]) == (works, "gw1", twin)
    assert gateway["username"] == f"{twin}.gw1"
    (point,) = api.admin.items("/points", enterprise=twin)
    assert (point["tag"], point["name"], point["gateway"]) == ("LT-1", "一号罐液位", "gw1")
    (rule,) = api.admin.items("/rules", enterprise=twin)
    assert (rule["limit"], rule["deadband"], rule["on_delay_s"]) == (80.0, 1.0, 3.0)
    assert api.admin.ask("/drills/current")["drill"]["id"] == ordered["id"]
    alarm = journaled(
        api, twin, (EventKind.RAISED, None), (EventKind.SHELVED, "wang"),
        (EventKind.ACKNOWLEDGED, "wang"),
    )  # fmt: skip
    path = f"/drills/{ordered['id']}"
    assert api.admin.ask(path)["score"]["acknowledged"] == 1
    done = api.admin.tell(f"{path}/end", {"outcome": "ended"})
    score = done["score"]
    assert (done["state"], done["outcome"], done["finished_by"]) == ("finished", "ended", "admin")
    assert (score["alarms"], score["acknowledged"], score["missed"]) == (1, 1, 0)
    assert [(each["kind"], each["alarm_id"]) for each in score["wrong"]] == [("taken_off", alarm)]
    assert score["answers"][0]["acknowledged_by"] == "wang"
    assert done["sha256"] == hashlib.sha256(done["record"].encode()).hexdigest()
    assert json.loads(done["record"])["exercise"] is True
    assert api.admin.ask(path) == done == api.admin.tell(f"{path}/end", {"outcome": "failed"})


def test_nothing_stays_of_a_drill_but_its_report_and_it_can_be_played_again(
    api: Api, works: str
) -> None:
    twin = f"drill-{works}"
    before = field(api, works)
    numbers = []
    for _ in range(2):
        ordered, start = begun(api, works)
        assert len(start["gateways"]) == 1
        numbers.append(start["gateways"][0]["password"])
        api.admin.tell(f"/drills/{ordered['id']}/end")
        codes = {each["code"] for each in api.admin.items("/enterprises")}
        assert twin not in codes
        assert works in codes
        assert api.admin.items("/points", enterprise=twin) == []
        assert api.admin.items("/rules", enterprise=twin) == []
    assert len(set(numbers)) == 2
    assert field(api, works) == before
    assert api.admin.ask("/drills/current")["drill"] is None


def test_one_drill_at_a_time_and_none_without_a_simulator(api: Api, works: str) -> None:
    ordered, _ = begun(api, works)
    station = told(api, works)
    again = api.admin.http.post("/drills", json={"scenario": f"leak-{station}"})
    refused(again, 409, "conflict", "end it first")
    twice = api.admin.http.post(f"/drills/{ordered['id']}/begin", json={})
    refused(twice, 409, "conflict", "began already")
    api.admin.tell(f"/drills/{ordered['id']}/end")
    unknown = api.admin.http.post("/drills", json={"scenario": "nowhere"})
    refused(unknown, 422, "invalid", "scenario")
    stranger = api.admin.http.get("/drills/stations/nobody/order")
    refused(stranger, 404, "not-found", "station")


def test_a_scenario_of_another_park_is_refused(api: Api) -> None:
    station = told(api, "elsewhere")
    answer = api.admin.http.post("/drills", json={"scenario": f"leak-{station}"})
    refused(answer, 409, "conflict", "registered here")


def test_only_an_instructor_starts_one_and_an_enterprise_sees_none(api: Api, works: str) -> None:
    station = told(api, works)
    body = {"scenario": f"leak-{station}"}
    operator = api.person("operator")
    refused(operator.http.post("/drills", json=body), 403, "forbidden", "role")
    assert isinstance(operator.ask("/drills/scenarios"), list)
    enterprise = api.person("enterprise", works)
    for path in ("/drills", "/drills/current", "/drills/scenarios", "/drills/1"):
        refused(enterprise.http.get(path), 403, "forbidden", "park")
    supervisor = api.person("supervisor")
    ordered = supervisor.tell("/drills", body, status=202)
    assert supervisor.tell(f"/drills/{ordered['id']}/end")["outcome"] == "stopped"


def test_nobody_registers_an_enterprise_that_would_count_as_a_drill(api: Api) -> None:
    for code in ("drill-acme", "DRILL-acme"):
        answer = api.admin.http.post("/enterprises", json={"code": code, "name": "企业"})
        refused(answer, 409, "conflict", "platform's own")


def test_a_drill_whose_simulator_is_gone_is_over(api: Api, works: str) -> None:
    ordered, _ = begun(api, works)
    with psycopg.connect(api.engines.superuser_url) as connection:
        connection.execute("UPDATE drill_station SET seen_at = now() - interval '2 minutes'")
        connection.execute(
            "UPDATE drill SET began_at = now() - interval '2 minutes' WHERE id = %s",
            (ordered["id"],),
        )
    assert api.admin.ask("/drills/current")["drill"] is None
    path = f"/drills/{ordered['id']}"
    eventually(
        lambda: api.admin.ask(path)["state"] == "finished",
        2 * SETTLE_S,
        "the drill's end, which asking for it is not",
    )
    rows = api.admin.items("/audit", actor="system", what=GONE)
    [row] = [each for each in rows if each["object"] == {"number": str(ordered["id"])}]
    assert {"drill", "enterprise"} <= {each["table"] for each in row["changes"]}
    over = api.admin.ask(path)
    assert (over["outcome"], over["state"]) == ("abandoned", "finished")
    assert over["record"] is not None
    assert api.admin.items("/points", enterprise=f"drill-{works}") == []


def test_a_report_is_a_record(api: Api, works: str) -> None:
    ordered, _ = begun(api, works)
    api.admin.tell(f"/drills/{ordered['id']}/end")
    with (
        psycopg.connect(api.engines.superuser_url) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="is a record"),
    ):
        connection.execute("UPDATE drill SET record = '{}' WHERE id = %s", (ordered["id"],))
