"""Interlocks over REST: loops, their states, trips and rates."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from services.api.alarm_view import moment_text
from services.runtime.clock import to_datetime
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Door, Json

HOUR_MS = 3_600_000
CAUSES: list[Json] = [{"tag": "LT-1A", "condition": "HH", "limit": 85}, {"tag": "LT-1B"}]
ASKED: Json = {
    "kind": "maintenance",
    "cause": "LT-1A",
    "reason": "变送器漂移",
    "risk_assessment": "LOPA 14：另一路仍可触发",
    "measures": ["现场专人监护", "每 15 分钟抄表"],
    "hours": 2,
}


def loop(enterprise: str, tag: str = "ESD-1", **more: object) -> Json:
    return {
        "enterprise": enterprise,
        "tag": tag,
        "name": "液氯储罐高高液位联锁",
        "voting": "1oo2",
        "causes": CAUSES,
        "effects": [{"tag": "XV-1", "action": "close"}],
        "sil": 2,
        "proof_test_days": 365,
        "proof_tested_on": "2026-01-31",
        **more,
    }


def now() -> int:
    return time.time_ns() // 1_000_000


def made(api: Api, enterprise: str, tag: str = "ESD-1", **more: object) -> Json:
    body = loop(enterprise, tag, **more)
    answer: Json = api.admin.tell("/interlocks", body, status=201)
    return answer


def ask_for(door: Door, enterprise: str, tag: str = "ESD-1", **more: object) -> Json:
    answer: Json = door.tell(f"/interlocks/{enterprise}/{tag}/bypass", ASKED | more, status=201)
    return answer


def test_a_loop_is_registered_changed_and_kept_in_versions(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "ESD-1", kind="interlock", unit="1")
    first = made(api, code)
    assert (first["state_tag"], first["version"], first["sil"]) == ("ESD-1", 1, 2)
    assert (first["state"], first["in_service"], first["bypass"]) == (None, None, None)
    assert first["proof_test_due_on"] == "2027-01-31"
    address = f"/interlocks/{code}/ESD-1"
    changed = api.admin.http.patch(address, json={"sil": 3, "reason": "LOPA 复核"}).json()
    assert (changed["sil"], changed["version"], changed["name"]) == (3, 2, first["name"])
    assert changed["causes"] == first["causes"]
    versions = api.admin.items(f"{address}/versions", limit=1)
    assert [(v["version"], v["sil"], v["reason"]) for v in versions] == [
        (2, 3, "LOPA 复核"), (1, 2, None)]  # fmt: skip
    assert [e["tag"] for e in api.admin.items("/interlocks", enterprise=code)] == ["ESD-1"]
    refused(api.admin.http.delete(address), 422, "invalid", "reason: say why")
    assert api.admin.http.delete(address, params={"reason": "装置拆除"}).status_code == 204
    refused(api.admin.http.get(address), 404, "not-found", "interlock")
    assert made(api, code)["version"] == 4


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"voting": "2oo3"}, "causes: 2oo3 votes over 3 inputs"),
        ({"voting": "3oo4"}, "voting"),
        ({"causes": [CAUSES[0], CAUSES[0]]}, "causes.1.tag"),
        ({"causes": []}, "causes"),
        ({"effects": []}, "effects"),
        ({"effects": [{"tag": "LT-1B", "action": "close"}]}, "effects.0.tag"),
        ({"effects": [{"tag": "XV-1", "action": "close", "speed": 1}]}, "effects.0.speed"),
        ({"sil": 5}, "sil"),
        ({"sil": "2"}, "sil"),
        ({"proof_test_days": 0}, "proof_test_days"),
        ({"proof_tested_on": "2026-02-30"}, "proof_tested_on"),
        ({"proof_tested_on": "2199-01-01"}, "proof_tested_on: 2199-01-01 lies ahead"),
        ({"state_tag": "ESD-9"}, "state_tag: ESD-9 is no registered point"),
        ({"state_tag": "LT-1A"}, "state_tag: LT-1A is of kind level"),
        ({"causes": [{**CAUSES[0], "state_tag": "ESD-9"}, CAUSES[1]]}, "causes.0.state_tag"),
        ({"hazard_source": "HS-9"}, "hazard_source: HS-9"),
        ({"required": False, "fitted": False}, "fitted"),
        ({"enterprise": "nowhere"}, "enterprise: nowhere"),
        ({"tag": ""}, "tag"),
    ],
    ids=str,
)
def test_a_bad_loop_is_refused_by_the_path_of_its_field(api: Api, body: Json, word: str) -> None:
    code = api.enterprise()
    api.point(code, "LT-1A")
    refused(api.admin.http.post("/interlocks", json=loop(code) | body), 422, "invalid", word)
    assert api.admin.items("/interlocks", enterprise=code) == []


def test_a_cycle_in_cause_and_effect_is_refused_and_leaves_nothing(api: Api) -> None:
    code = api.enterprise()
    made(api, code)
    one: Json = {"voting": "1oo1", "causes": [{"tag": "XV-1"}]}
    back = loop(code, "ESD-2", **one, effects=[{"tag": "LT-1A", "action": "trip"}])
    refused(api.admin.http.post("/interlocks", json=back), 422, "invalid",
            "effects.0.tag: it leads back", "ESD-2 → LT-1A → ESD-1 → XV-1 → ESD-2")  # fmt: skip
    made(api, code, "ESD-2", **one, effects=[{"tag": "P-1", "action": "stop"}])
    turned = {"effects": [{"tag": "LT-1B", "action": "trip"}]}
    answer = api.admin.http.patch(f"/interlocks/{code}/ESD-2", json=turned)
    refused(answer, 422, "invalid", "effects.0.tag")
    assert api.admin.ask(f"/interlocks/{code}/ESD-2")["version"] == 1
    again = api.admin.http.post("/interlocks", json=loop(code))
    refused(again, 409, "conflict", "PATCH")


def test_two_loops_do_not_share_a_state(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code)
    twin = loop(code, "ESD-2", state_tag="ESD-1", effects=[{"tag": "P-2", "action": "stop"}])
    refused(api.admin.http.post("/interlocks", json=twin), 409, "conflict", "state_tag")


def test_an_input_does_not_show_its_bypass_where_another_loop_does(api: Api) -> None:
    """A bypass of the input would approve one of the other loop."""
    code = api.enterprise()
    api.point(code, "ESD-2", kind="interlock", unit="1")
    made(api, code, "ESD-2", effects=[{"tag": "P-2", "action": "stop"}])
    shared = loop(code, causes=[CAUSES[0] | {"state_tag": "ESD-2"}, CAUSES[1]])
    refused(api.admin.http.post("/interlocks", json=shared), 409, "conflict",
            "causes.0.state_tag: ESD-2 shows the state of ESD-2")  # fmt: skip
    assert [e["tag"] for e in api.admin.items("/interlocks", enterprise=code)] == ["ESD-2"]


@contextmanager
def record(api: Api) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(api.engines.superuser_url) as superuser:
        yield superuser


def states(api: Api, enterprise: str, point: int, *changes: tuple[int, int | None]) -> None:
    """The record as ingest makes it."""
    with record(api) as superuser:
        for at, state in changes:
            superuser.execute(
                "INSERT INTO interlock_change VALUES (%s, %s, %s, %s)",
                (enterprise, point, to_datetime(at), state),
            )


def registered_long_ago(api: Api, enterprise: str) -> None:
    """Its loops are ten days older than they are."""
    with record(api) as superuser:
        superuser.execute(
            "UPDATE interlock SET created_at = created_at - interval '10 days',"
            " valid_from = valid_from - interval '10 days',"
            " book_version = (SELECT version + 1 FROM book) WHERE enterprise = %s",
            (enterprise,),
        )
        superuser.execute("UPDATE book SET version = version + 1")


def test_a_loop_counts_from_its_registration_on(api: Api) -> None:
    code = api.enterprise()
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code)
    states(api, code, point["id"], (now() - 10 * HOUR_MS, 3))
    over = api.admin.ask("/statistics/interlocks", enterprise=code)["park"]["over_time"]
    assert over["out"] < 1
    assert over["unknown"] == 0


def test_rates_over_time_leave_outages_out_and_say_what_nobody_knows(api: Api) -> None:
    code = api.enterprise()
    begun = now() - 10 * HOUR_MS
    for number in (1, 2):
        point = api.point(code, f"ESD-{number}", kind="interlock", unit="1")
        effects = [{"tag": f"XV-{number}", "action": "close"}]
        made(api, code, f"ESD-{number}", effects=effects)
        bypassed = [(begun, 0), (begun + 2 * HOUR_MS, 3), (begun + 4 * HOUR_MS, 0)]
        unknown: list[tuple[int, int | None]] = [(begun, 0), (begun + 9 * HOUR_MS, None)]
        states(api, code, point["id"], *(bypassed if number == 1 else unknown))
    missing = [{"tag": "XV-3", "action": "close"}]
    registered_long_ago(api, code)
    made(api, code, "ESD-3", effects=missing, fitted=False, basis="HAZOP 2025-07")
    end = to_datetime(begun + 10 * HOUR_MS).isoformat()
    span = {"start": to_datetime(begun).isoformat(), "end": end, "enterprise": code}
    found = api.admin.ask("/statistics/interlocks", **span)
    (own,) = found["enterprises"]
    assert own["over_time"] == found["park"]["over_time"]
    assert own["over_time"] == pytest.approx(
        {"rate": 17 / 19, "at_least": 17 / 20, "in_service": 17, "out": 2, "unknown": 1,
         "outage": 0}, abs=1e-3)  # fmt: skip
    assert own["equipment"] == {"required": 3, "fitted": 2, "rate": pytest.approx(2 / 3)}
    assert own["now"]["unknown"] == 2
    assert own["now"]["rate"] is None
    (lowest,) = found["lowest"]
    assert (lowest["tag"], lowest["over_time"]["rate"]) == ("ESD-1", pytest.approx(0.8))
    with record(api) as superuser:
        superuser.execute(
            "INSERT INTO interlock_bypass (enterprise, id, loop, kind, reason, risk, measures,"
            " length_ms, applied, approvals, points, applied_at, since, until, closed_at,"
            " book_version) VALUES (%s, %s, 'ESD-1', 'outage', 'r', 'a', '[\"m\"]', 1, %s, %s,"
            " '{}', now(), %s, %s, now(), 0)",
            (code, code, '{"by": "a", "at": 1}', '[{"by": "b", "at": 1}, {"by": "c", "at": 1}]',
             to_datetime(begun + HOUR_MS), to_datetime(begun + 3 * HOUR_MS)),
        )  # fmt: skip
    over = api.admin.ask("/statistics/interlocks", **span)["park"]["over_time"]
    assert (over["in_service"], over["out"], over["outage"]) == pytest.approx((16, 1, 2), abs=1e-3)


def test_trips_have_a_first_out_and_a_word_on_what_they_were(api: Api) -> None:
    code = api.enterprise()
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code)
    at = now() - HOUR_MS
    states(api, code, point["id"], (at - HOUR_MS, 0), (at, 1), (at + 60_000, 2),
           (at + 120_000, 0), (at + 180_000, 7), (at + 240_000, 1), (at + 300_000, 0))  # fmt: skip
    with record(api) as superuser:
        found = (("LT-1B", "HH", 3_000), ("LT-1A", "HH", 1_000), ("LT-1B", "stale", HOUR_MS),
                 ("LT-1A", "H", HOUR_MS), ("LT-1B", "calibration_due", HOUR_MS))  # fmt: skip
        for tag, condition, before in found:
            superuser.execute(
                "INSERT INTO alarm (enterprise, id, tag, subject_type, subject_id, rule,"
                " rule_version, condition, grade, state, raised_at, received_at, historical)"
                " VALUES (%s, %s, %s, 'point', %s, 'r', 1, %s, 1, 'unacknowledged', %s, now(),"
                " false)",
                (code, f"{code}-{tag}-{condition}", tag, tag, condition, to_datetime(at - before)),
            )
    address = f"/interlocks/{code}/ESD-1/trips"
    found = api.admin.ask(address)
    assert (found["total"], found["demands"]) == (2, 1)
    test, demand = found["items"]
    assert (test["kind"], demand["kind"], demand["cause"]) == ("test", "demand", None)
    assert (demand["first_out"]["tag"], demand["first_out"]["condition"]) == ("LT-1B", "HH")
    assert demand["reset_at"] is not None
    word = {"kind": "spurious", "cause": "变送器接线松动"}
    plant = api.person("enterprise", code)
    said = plant.http.post(f"{address}/{demand['tripped_at']}", json=word)
    refused(said, 403, "forbidden", "kind: ", "supervisor")
    told = api.admin.tell(f"{address}/{demand['tripped_at']}", word)
    assert (told["kind"], told["cause"], told["said_by"]) == ("spurious", word["cause"], "admin")
    assert api.admin.ask(address)["demands"] == 0
    refused(api.admin.http.post(f"{address}/2026-01-01T00:00:00Z", json=word), 404, "not-found")
    assert [t["kind"] for t in api.admin.items(address, limit=1)] == ["test", "spurious"]
    spells = api.admin.items(f"/interlocks/{code}/ESD-1/states", limit=3)
    assert [s["state"] for s in spells] == ["in_service", "tripped", "reset_pending", "in_service",
                                            "proof_test", "tripped", "in_service"]  # fmt: skip


def test_an_input_came_first_by_when_it_reached_the_level_it_votes_by(api: Api) -> None:
    """It was high for an hour, voted five seconds before the trip, and was only high again after."""
    code = api.enterprise()
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code)
    at = now() - HOUR_MS
    states(api, code, point["id"], (at - HOUR_MS, 0), (at, 1))
    with record(api) as superuser:
        superuser.execute(
            "INSERT INTO alarm (enterprise, id, tag, subject_type, subject_id, rule, rule_version,"
            ' condition, "limit", grade, state, raised_at, received_at, historical) VALUES'
            " (%s, %s, 'LT-1A', 'point', 'LT-1A', 'r', 1, 'H', 80, 2, 'acknowledged', %s, now(),"
            " false)",
            (code, f"{code}-a", to_datetime(at - HOUR_MS)),
        )
        told = (("raised", "H", 80, HOUR_MS), ("escalated", "HH", 85, 5_000),
                ("deescalated", "H", 80, -60_000))  # fmt: skip
        for number, (event, level, limit, before) in enumerate(told, start=1):
            body = {"alarm": {"condition": level, "limit": limit}}
            superuser.execute(
                "INSERT INTO journal VALUES (%s, %s, %s, %s, now(), %s, %s, '', '')",
                (code, number, f"{code}-a", to_datetime(at - before), event, json.dumps(body)),
            )
    (trip,) = api.admin.ask(f"/interlocks/{code}/ESD-1/trips")["items"]
    first = trip["first_out"]
    assert (first["tag"], first["condition"]) == ("LT-1A", "HH")
    assert first["raised_at"] == moment_text(to_datetime(at - 5_000))


def test_a_hazard_source_shows_its_loops_and_counts_what_does_not_protect(api: Api) -> None:
    code = api.enterprise()
    source = {"enterprise": code, "code": "HS-1", "name": "液氯储存", "unit_type": "storage",
              "exposed_people": 0, "substances": [{"cas": "7782-50-5", "quantity_t": 5}]}  # fmt: skip
    api.admin.tell("/hazard-sources", source, status=201)
    point = api.point(code, "ESD-1", kind="interlock", unit="1", hazard_source="HS-1")
    api.point(code, "ESD-7", kind="interlock", unit="1", hazard_source="HS-1")
    made(api, code)
    missing = [{"tag": "XV-3", "action": "close"}]
    made(api, code, "ESD-3", effects=missing, fitted=False, hazard_source="HS-1")
    address = f"/hazard-sources/{code}/HS-1/status"

    def shown() -> list[tuple[str, bool, bool, bool]]:
        found = api.admin.ask(address)["interlocks"]
        return [(each["tag"], each["loop"], each["fitted"], each["out"]) for each in found]

    def weight() -> float:
        found = api.admin.ask(address)["risk"]["contributions"]
        return float({each["factor"]: each["value"] for each in found}["interlocks"])

    assert shown() == [("ESD-1", True, True, False), ("ESD-3", True, False, True),
                       ("ESD-7", False, True, False)]  # fmt: skip
    assert weight() == 10
    api.engine.values({point["id"]: (now(), 3.0, 0)})
    eventually(lambda: weight() == 20, 10.0, "a bypass counts")
    outage = ask_for(api.admin, code, kind="outage", cause=None, hours=48)
    for _ in range(2):
        api.person("supervisor").tell(f"/bypasses/{outage['id']}/approve", {})
    assert weight() == 10
    first = api.admin.ask(address)["interlocks"][0]
    assert (first["in_outage"], first["out"], first["state"]) == (True, False, "bypass_maintenance")
    assert first["bypass_until"] is not None
    assert api.admin.ask(f"/interlocks/{code}/ESD-1")["in_service"] is None
