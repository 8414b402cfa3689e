"""Rules that are more than a limit, over REST: each kind, what is refused, whose they are."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json

KINDS: dict[str, Json] = {
    "rate": {"tag": "TI-1", "limit_per_min": 2, "deadband_per_min": 0.5, "span_s": 120},
    "deviation": {"tag": "TI-1", "others": ["TI-2", "TI-3"], "limit": 5},
    "stuck": {"tag": "LI-1", "span_s": 3600, "witness": "FI-1", "witness_moves": 3},
    "bad_quality": {"tag": "XV-1"},
    "signal_band": {"tag": "PI-1"},
    "voting": {"tag": "GT-1", "others": ["GT-2", "GT-3"], "needed": 2, "limit": 25},
    "count": {"tag": "XV-1", "needed": 3, "span_s": 600, "states": ["open", "fault"]},
    "forecast": {"tag": "LI-1", "limit": 90, "horizon_s": 1800},
    "state": {"tag": "XV-1", "states": ["fault"]},
    "expression": {
        "tag": "GT-1",
        "text": "gas > 20.0 && valve == 'open'",
        "variables": {"valve": "XV-1", "gas": "GT-1"},
    },
}
DEFAULTS: dict[str, Json] = {
    "rate": {"direction": "high"},
    "deviation": {"deadband": 0, "smooth_s": 10, "fresh_s": 60},
    "stuck": {"tolerance": 0},
    "bad_quality": {},
    "signal_band": {"span_low": None, "span_high": None},
    "voting": {"direction": "high", "window_s": 60},
    "count": {"limit": None, "direction": "high"},
    "forecast": {"direction": "high", "span_s": 600},
    "state": {},
    "expression": {"fresh_s": 300},
}


@pytest.fixture(scope="module")
def works(api: Api) -> str:
    """An enterprise with a tank, three thermometers, three gas detectors and a valve."""
    code = api.enterprise()
    for number in (1, 2, 3):
        api.point(code, f"TI-{number}", kind="temperature", unit="Cel")
        api.point(code, f"GT-{number}", kind="combustible_gas", unit="%LEL", range_high=100)
    api.point(code, "LI-1", kind="level", unit="%", range_low=0, range_high=100)
    api.point(code, "PI-1", kind="pressure", unit="MPa", range_low=0, range_high=1.6)
    api.point(code, "FI-1", kind="flow", unit="m3/h")
    api.point(code, "XV-1", kind="valve", unit="state")
    return code


def body(works: str, kind: str, **more: Any) -> Json:
    return {"kind": kind, "enterprise": works, "grade": 3, **KINDS[kind], **more}


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_of_each_kind_lives_from_its_first_version_to_its_end(
    api: Api, works: str, kind: str
) -> None:
    sent = body(works, kind, on_delay_s=5, message="核实", cause="老化", respond_within_s=600)
    made = api.admin.register("/rules", sent)
    assert (sent | DEFAULTS[kind]).items() <= made.items()
    assert (made["version"], made["created_by"], made["valid_to"]) == (1, "admin", None)

    address = f"/rules/{made['id']}"
    changed = api.admin.http.put(address, json=made | {"grade": 2, "on_delay_s": 0}).json()
    assert changed == made | {
        "version": 2, "grade": 2, "on_delay_s": 0, "valid_from": changed["valid_from"],
    }  # fmt: skip
    short = body(works, kind)
    assert api.admin.http.put(address, json=short).json()["message"] == "核实"

    shown = api.admin.ask(address)
    assert [(v["version"], v["valid_to"] is None) for v in shown["versions"]] == [
        (3, True), (2, False), (1, False),
    ]  # fmt: skip
    assert shown["versions"][1]["valid_to"] == shown["valid_from"]
    listed = api.admin.items("/rules", enterprise=works, tag=made["tag"], limit=1)
    assert made["id"] in [rule["id"] for rule in listed]

    api.admin.remove(address)
    assert api.admin.http.delete(address).status_code == 404
    assert api.admin.http.put(address, json=short).status_code == 404
    assert api.admin.ask(address)["valid_to"] is not None
    assert made["id"] not in [rule["id"] for rule in api.admin.items("/rules", enterprise=works)]


WRONG: list[tuple[str, Json, str, str]] = [
    ("rate", {"tag": "TI-9"}, "tag", "no point TI-9"),
    ("rate", {"tag": "XV-1"}, "tag", "has states"),
    ("rate", {"limit_per_min": 0}, "limit_per_min", "greater than 0"),
    ("rate", {"limit_per_min": "2"}, "limit_per_min", "a number"),
    ("rate", {"limit_per_min": None}, "limit_per_min", "number"),
    ("rate", {"deadband_per_min": 2}, "deadband_per_min", "smaller than the limit"),
    ("rate", {"span_s": 1}, "span_s", "at least 2"),
    ("rate", {"limit_per_mn": 3}, "limit_per_mn", "not a field"),
    ("rate", {"others": ["TI-2"]}, "others", "not a field"),
    ("rate", {"grade": 5}, "grade", "4"),
    ("rate", {"version": 7}, "version", "not a field of a new rule"),
    ("deviation", {"others": ["TI-2", "LI-1"]}, "others", "different units"),
    ("deviation", {"others": ["TI-2", "TI-1"]}, "others", "twice"),
    ("deviation", {"others": []}, "others", "at least"),
    ("stuck", {"witness": "LI-1"}, "witness", "twice"),
    ("stuck", {"witness": None}, "witness_moves", "belong together"),
    ("signal_band", {"tag": "TI-1"}, "span_low", "no range"),
    ("voting", {"needed": 4}, "needed", "can never"),
    ("voting", {"others": ["GT-2", "XV-1"]}, "others", "has states"),
    ("count", {"states": ["tripped"]}, "states", "no state 'tripped'"),
    ("count", {"limit": 3}, "states", "has states"),
    ("state", {"tag": "TI-1"}, "tag", "no states"),
    ("state", {"states": ["closed", "open", "moving", "fault"]}, "states", "never be over"),
    ("expression", {"text": "gas > 20"}, "text", "5.0, not 5"),
    ("expression", {"text": "gas > 20.0 &&"}, "text", "at character 14"),
    ("expression", {"text": "gas + 1.0"}, "text", "comparison"),
    ("expression", {"text": "[gas].all(x, x > 1.0)"}, "text", "all() is not allowed"),
    ("expression", {"variables": {"gas": "GT-1", "valve": "XV-9"}}, "variables.valve", "XV-9"),
    ("expression", {"variables": {"Gas": "GT-1"}}, "text", "is no name"),
    ("expression", {"tag": "TI-1"}, "tag", "one of the variables"),
    ("wish", {}, "kind", "rate"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "change", "field", "said"), WRONG, ids=lambda each: str(each)[:40]
)
def test_what_cannot_judge_is_refused_by_its_field(
    api: Api, works: str, kind: str, change: Json, field: str, said: str
) -> None:
    sent = body(works, "rate" if kind == "wish" else kind) | {"kind": kind} | change
    answer = api.admin.http.post("/rules", json=sent)
    refused(answer, 422, "invalid", field, said)
    assert [each["field"] for each in answer.json()["errors"]] == [field]


def test_all_points_that_are_missing_are_named_at_once(api: Api, works: str) -> None:
    wrong = body(works, "expression", variables={"gas": "GT-8", "valve": "XV-9"}, tag="GT-8")
    answer = api.admin.http.post("/rules", json=wrong)
    refused(answer, 422, "invalid", "GT-8", "1 more")
    assert [each["field"] for each in answer.json()["errors"]] == [
        "variables.gas", "variables.valve",
    ]  # fmt: skip


def test_a_rule_stays_within_its_enterprise(api: Api, works: str) -> None:
    other = api.enterprise()
    api.point(other, "TI-9", kind="temperature", unit="Cel")
    foreign = body(works, "deviation", others=["TI-2", "TI-9"])
    refused(api.admin.http.post("/rules", json=foreign), 422, "invalid", "others", "TI-9")

    made = api.admin.register("/rules", body(works, "rate"))
    address = f"/rules/{made['id']}"
    stranger, own = api.person("enterprise", other), api.person("enterprise", works)
    assert stranger.http.get(address).status_code == 404
    assert stranger.items("/rules") == []
    assert made["id"] in [rule["id"] for rule in own.items("/rules")]
    assert stranger.http.post("/rules", json=body(works, "rate")).status_code == 422
    for method, sent in (("PUT", body(works, "rate")), ("DELETE", None)):
        one, none = (
            stranger.http.request(method, path, json=sent) for path in (address, "/rules/nowhere")
        )
        assert (one.status_code, one.text) == (none.status_code, none.text)
    for door in (stranger, own):
        door.close()
    api.admin.remove(address)


def test_a_rule_keeps_its_kind_and_its_point(api: Api, works: str) -> None:
    made = api.admin.register("/rules", body(works, "rate"))
    address = f"/rules/{made['id']}"
    for change, field in (
        (body(works, "forecast"), "kind"),
        ({"enterprise": works, "tag": "TI-1", "condition": "H", "limit": 1, "grade": 1}, "kind"),
        (body(works, "rate", tag="TI-2"), "tag"),
    ):
        refused(api.admin.http.put(address, json=change), 422, "invalid", field)
    limit = {"enterprise": works, "tag": "TI-3", "condition": "H", "limit": 90, "grade": 2}
    second = api.admin.register("/rules", limit)
    answer = api.admin.http.put(f"/rules/{second['id']}", json=body(works, "rate", tag="TI-3"))
    refused(answer, 422, "invalid", "kind")
    for rule in (made, second):
        api.admin.remove(f"/rules/{rule['id']}")


def test_a_point_with_a_part_in_a_rule_is_judged(api: Api) -> None:
    code = api.enterprise()
    for tag in ("GT-1", "GT-2"):
        api.point(code, tag, kind="combustible_gas", unit="%LEL")

    def judged(tag: str) -> bool:
        return bool(api.admin.ask(f"/points/{code}/{tag}")["judged"])

    assert not judged("GT-1")
    vote = {"kind": "voting", "enterprise": code, "tag": "GT-1", "others": ["GT-2"],
            "needed": 2, "limit": 25, "grade": 1}  # fmt: skip
    made = api.admin.register("/rules", vote)
    eventually(lambda: judged("GT-1") and judged("GT-2"), 10.0, "both are judged")
    assert [r["id"] for r in api.admin.items("/rules", enterprise=code, tag="GT-2")] == [made["id"]]
    kind = api.admin.http.patch(f"/points/{code}/GT-2", json={"kind": "toxic_gas"})
    refused(kind, 409, "conflict", "kind")
    api.admin.remove(f"/rules/{made['id']}")
    eventually(lambda: not judged("GT-1") and not judged("GT-2"), 10.0, "neither is")


def test_a_repeat_with_its_key_makes_no_second_rule(api: Api, works: str) -> None:
    key = {"Idempotency-Key": "detector-1"}
    first = api.admin.http.post("/rules", json=body(works, "state"), headers=key)
    again = api.admin.http.post("/rules", json=body(works, "state"), headers=key)
    assert (first.status_code, again.json()) == (201, first.json())
    api.admin.remove(f"/rules/{first.json()['id']}")


@pytest.mark.parametrize("kind", ["rate", "limit"])
def test_who_changes_a_rule_at_the_same_time_comes_before_or_after(
    api: Api, works: str, kind: str
) -> None:
    limit = {"enterprise": works, "tag": "TI-2", "condition": "L", "limit": 1, "grade": 3}
    sent = limit if kind == "limit" else body(works, "rate")
    with ThreadPoolExecutor(4) as four:
        put = partial(api.admin.http.put, json=sent)
        if kind == "limit":
            made = list(four.map(lambda _: api.admin.http.post("/rules", json=sent), range(4)))
            assert sorted(each.status_code for each in made) == [201, 409, 409, 409]
            rule = next(each.json()["id"] for each in made if each.status_code == 201)
        else:
            rule = api.admin.register("/rules", sent)["id"]
        answers = list(four.map(lambda _: put(f"/rules/{rule}"), range(8)))
    assert [each.status_code for each in answers] == [200] * 8
    assert sorted(each.json()["version"] for each in answers) == list(range(2, 10))
    assert [v["version"] for v in api.admin.ask(f"/rules/{rule}")["versions"]] == [
        *range(9, 0, -1)
    ]  # fmt: skip
    api.admin.remove(f"/rules/{rule}")


def test_both_sorts_of_rules_are_listed_page_by_page(api: Api) -> None:
    code = api.enterprise()
    made = []
    for number in range(3):
        api.point(code, f"LI-{number}")
        limit = {
            "enterprise": code,
            "tag": f"LI-{number}",
            "condition": "H",
            "limit": 9,
            "grade": 3,
        }
        made.append(api.admin.register("/rules", limit)["id"])
        rate = {"kind": "rate", "enterprise": code, "tag": f"LI-{number}", "limit_per_min": 1,
                "grade": 3}  # fmt: skip
        made.append(api.admin.register("/rules", rate)["id"])
    for page in (1, 2, 4, 100):
        listed = [rule["id"] for rule in api.admin.items("/rules", enterprise=code, limit=page)]
        assert listed == sorted(made)


def test_what_is_chosen_of_a_template_is_a_rule_that_names_its_source(api: Api) -> None:
    code = api.enterprise()
    for tag in ("GT-1", "GT-2", "GT-3"):
        api.point(code, tag, kind="combustible_gas", unit="%LEL", hazard_source="H-1",
                  range_low=0, range_high=100)  # fmt: skip
    address = f"/points/{code}/GT-1/template/detectors"
    offered = {each["name"]: each for each in api.admin.ask(address)["proposals"]}
    assert offered["vote"]["fields"]["others"] == ["GT-2", "GT-3"]
    assert offered["vote"]["fields"]["limit"] == 25
    assert {name: each["source"] for name, each in offered.items()} == {
        "vote": "GB 16808-2025",
        "fault": "GB 16808-2008",
        "signal": "NAMUR NE 43",
    }
    assert not any(each["rule"] for each in offered.values())
    assert api.admin.items("/rules", enterprise=code) == []

    chosen = api.admin.tell(address, {"names": ["vote", "signal"]}, status=201)["items"]
    assert [(rule["kind"], rule["source"], rule["latch"]) for rule in chosen] == [
        ("voting", "GB 16808-2025", True),
        ("signal_band", "NAMUR NE 43", False),
    ]
    again = api.admin.http.post(address, json={"names": ["fault", "vote"]})
    refused(again, 409, "conflict", "vote", chosen[0]["id"])
    refused(api.admin.http.post(address, json={"names": ["wish"]}), 422, "invalid", "wish", "vote")
    standing = {each["name"]: each["rule"] for each in api.admin.ask(address)["proposals"]}
    assert standing == {"vote": chosen[0]["id"], "fault": None, "signal": chosen[1]["id"]}

    moved = api.admin.http.put(f"/rules/{chosen[0]['id']}", json=chosen[0] | {"limit": 20}).json()
    assert (moved["version"], moved["source"]) == (2, None), "its limit is ours now"


def test_a_level_is_told_how_long_its_people_take(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "LI-1", unit="m", range_low=0, range_high=10)
    address = f"/points/{code}/LI-1/template/detectors"
    assert "filling" not in [each["name"] for each in api.admin.ask(address)["proposals"]]
    made = api.admin.tell(address, {"names": ["filling"], "respond_s": 720}, status=201)["items"]
    assert [(r["kind"], r["limit"], r["horizon_s"]) for r in made] == [("forecast", 9, 1080)]


def kinds_of(api: Api, works: str) -> list[str]:
    return [each["kind"] for each in api.admin.items("/rules", enterprise=works)]


def test_what_an_enterprise_proposes_is_in_force_once_somebody_else_approved_it(
    api: Api, works: str
) -> None:
    owner, supervisor = api.person("enterprise", works), api.person("supervisor")
    before = kinds_of(api, works)
    sent = body(works, "rate", reason="升温过快时来不及处置")
    asked = owner.tell("/rules", sent, status=202)["approval"]
    assert (asked["action"], asked["state"], asked["reason"]) == (
        "create_rule", "pending", "升温过快时来不及处置",
    )  # fmt: skip
    assert (asked["subject"], asked["rule"]) == ({"type": "point", "id": "TI-1"}, None)
    assert asked["proposal"]["limit_per_min"] == 2
    assert kinds_of(api, works) == before, "what is proposed is not in force"
    decide = f"/approvals/{asked['id']}"
    assert owner.http.post(f"{decide}/approve", json={}).status_code == 403
    assert supervisor.tell(f"{decide}/approve", {"note": "同意"})["state"] == "approved"
    (made,) = [
        each for each in api.admin.items("/rules", enterprise=works)
        if each["created_by"] == asked["applicant"]
    ]  # fmt: skip
    assert (made["kind"], made["version"], made["reason"]) == ("rate", 1, asked["reason"])

    address = f"/rules/{made['id']}"
    stricter = body(works, "rate", grade=1, reason="升级")
    wanted = owner.http.put(address, json=stricter).json()["approval"]
    assert (wanted["action"], wanted["rule"]) == ("change_rule", made["id"])
    supervisor.tell(f"/approvals/{wanted['id']}/refuse", {"note": "维持"})
    assert api.admin.ask(address)["version"] == 1
    leave = owner.http.delete(address, params={"reason": "已拆除"})
    assert leave.status_code == 202
    assert api.admin.ask(address)["valid_to"] is None
    supervisor.tell(f"/approvals/{leave.json()['approval']['id']}/approve")
    assert kinds_of(api, works) == before
    ended = api.admin.ask(address)
    assert (ended["ended_by"], ended["ended_reason"]) == (asked["applicant"], "已拆除")


def test_a_proposal_that_could_not_be_put_in_force_is_refused_at_once(api: Api, works: str) -> None:
    owner = api.person("enterprise", works)
    stranger = api.person("enterprise", api.enterprise())
    pending = len(api.admin.items("/approvals", enterprise=works))
    for door, told, field in (
        (owner, body(works, "rate"), "reason"),
        (owner, body(works, "rate", reason="x", span_s=1), "span_s"),
        (stranger, body(works, "rate", reason="x"), "enterprise"),
    ):
        answer = door.http.post("/rules", json=told)
        assert answer.status_code == 422
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert api.person("operator").http.post("/rules", json=body(works, "rate")).status_code == 403
    assert len(api.admin.items("/approvals", enterprise=works)) == pending


def test_a_proposal_that_came_too_late_stays_and_says_why(api: Api, works: str) -> None:
    owner = api.person("enterprise", works)
    limit = {"enterprise": works, "tag": "PI-1", "condition": "H", "limit": 1.2, "grade": 3}
    asked = owner.tell("/rules", limit | {"reason": "补设高限"}, status=202)["approval"]
    made = api.admin.register("/rules", limit)
    answer = api.admin.http.post(f"/approvals/{asked['id']}/approve", json={})
    assert (answer.status_code, made["id"] in answer.json()["detail"]) == (409, True)
    (waiting,) = api.admin.items("/approvals", enterprise=works, pending=True)
    assert waiting["id"] == asked["id"]
