"""Rules of suppression over REST: what may be said, what is refused and why, whose they are, and
where they stand."""

from typing import Any

import pytest

from services.wire.bus import OffItem, SuppressionItem
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json


@pytest.fixture(scope="module")
def works(api: Api) -> str:
    """An enterprise with a pump's switch, its speed, what it feeds, and a gas detector."""
    code = api.enterprise()
    api.point(code, "XS-1", kind="switch", unit="state")
    api.point(code, "SI-1", kind="analog", unit="rpm")
    for tag in ("FT-1", "FT-2"):
        api.point(code, tag, kind="flow", unit="m3/h", hazard_source="tanks")
    api.point(code, "PT-1", kind="pressure", unit="MPa")
    api.point(code, "GT-1", kind="toxic_gas", unit="ppm", hazard_source="tanks")
    return code


def body(works: str, **more: Any) -> Json:
    return {
        "enterprise": works,
        "name": "P-1 stopped",
        "condition": {"kind": "state", "tag": "XS-1", "states": ["off"]},
        "targets": [{"tag": "FT-1", "alarm": "low"}],
        "reason": "no flow while the pump stands still",
        **more,
    }


def test_a_rule_lives_from_its_first_version_to_its_end(api: Api, works: str) -> None:
    made = api.admin.register("/suppressions", body(works))
    assert (made["version"], made["grade"], made["off_delay_s"]) == (1, 3, 60)
    assert (made["created_by"], made["valid_to"]) == ("admin", None)
    assert made["targets"] == [{"tag": "FT-1", "hazard_source": None, "alarm": "low"}]
    address = f"/suppressions/{made['id']}"

    changed = api.admin.http.put(address, json=made | {"grade": 4, "off_delay_s": 0}).json()
    again = {"version": 2, "grade": 4, "off_delay_s": 0, "valid_from": changed["valid_from"]}
    assert changed == made | again | {"text": changed["text"]}
    shown = api.admin.ask(address)
    assert [(v["version"], v["valid_to"] is None) for v in shown["versions"]] == [
        (2, True), (1, False),
    ]  # fmt: skip
    by_target = api.admin.items("/suppressions", enterprise=works, tag="FT-1", limit=1)
    assert made["id"] in [each["id"] for each in by_target]
    by_condition = api.admin.items("/suppressions", enterprise=works, tag="XS-1")
    assert made["id"] in [each["id"] for each in by_condition]
    assert api.admin.items("/suppressions", enterprise=works, tag="PT-1") == []

    api.admin.remove(f"{address}?reason=P-1 is scrapped")
    assert api.admin.http.delete(address).status_code == 404
    ended = [(v["ended_by"], v["ended_reason"]) for v in api.admin.ask(address)["versions"]]
    assert ended == [("admin", "P-1 is scrapped"), (None, None)]
    assert api.admin.http.put(address, json=body(works)).status_code == 404
    assert api.admin.ask(address)["valid_to"] is not None
    assert api.admin.items("/suppressions", enterprise=works) == []


def test_its_logic_is_told_in_both_languages(api: Api, works: str) -> None:
    limit = {"kind": "limit", "tag": "SI-1", "direction": "low", "limit": 50, "deadband": 5}
    targets = [{"tag": "FT-1"}, {"hazard_source": "tanks", "alarm": "stuck"}]
    sent = body(works, condition=limit, targets=targets, grade=2, off_delay_s=90)
    made = api.admin.register("/suppressions?lang=en", sent)
    assert made["condition"] == limit
    assert made["text"] == (
        "while SI-1 ≤ 50 rpm: alarms of FT-1, stuck alarms of hazard source tanks (but gas, "
        "oxygen, fire and smoke) (grade 2–4); held for 90 s after"
    )
    address = f"/suppressions/{made['id']}"
    assert api.admin.ask(address, lang="zh")["text"] == (
        "SI-1 ≤ 50 rpm 时抑制：FT-1 的报警、危险源 tanks 各监测点的数值不变报警"
        "（气体、氧、火灾、烟雾除外）（2–4级报警）；条件消失后保持 90 秒"
    )
    api.admin.remove(address)


WRONG: list[tuple[Json, str, str]] = [
    ({"condition": {"kind": "state", "tag": "XS-9", "states": ["off"]}}, "condition.tag", "XS-9"),
    ({"condition": {"kind": "state", "tag": "FT-2", "states": ["off"]}}, "condition.tag", "no states"),
    ({"condition": {"kind": "state", "tag": "XS-1", "states": ["ajar"]}}, "condition.states", "ajar"),
    ({"condition": {"kind": "state", "tag": "XS-1", "states": ["fault"]}}, "condition.states", "A fault"),
    ({"condition": {"kind": "state", "tag": "XS-1", "states": ["on", "off"]}}, "condition.states", "not all"),
    ({"condition": {"kind": "state", "tag": "XS-1"}}, "condition.states", "missing"),
    ({"condition": {"kind": "limit", "tag": "XS-1", "direction": "low", "limit": 1}}, "condition.tag", "has states"),
    ({"condition": {"kind": "limit", "tag": "SI-1", "direction": "low", "limit": "1"}}, "condition.limit", "number"),
    ({"condition": {"kind": "wish", "tag": "SI-1"}}, "kind", "one of state"),
    ({"condition": {"kind": "alarm", "tag": "PT-1", "alarm": "HH"}}, "condition.alarm", "low"),
    ({"targets": [{"tag": "FT-9"}]}, "targets.0.tag", "no point FT-9"),
    ({"targets": [{"hazard_source": "moon"}]}, "targets.0.hazard_source", "moon"),
    ({"targets": [{"tag": "FT-1"}, {"tag": "GT-1"}]}, "targets.1.tag", "never suppressed"),
    ({"targets": [{"tag": "XS-1"}]}, "targets.0.tag", "nothing suppresses itself"),
    ({"targets": [{"tag": "FT-1"}, {"tag": "FT-1"}]}, "targets.1", "twice"),
    ({"targets": [{"tag": "FT-1", "hazard_source": "tanks"}]}, "targets.0", "one of them"),
    ({"targets": [{}]}, "targets.0", "one of them"),
    ({"targets": []}, "targets", "at least"),
    ({"grade": 1}, "grade", "2"),
    ({"off_delay_s": 1801}, "off_delay_s", "1800"),
    ({"reason": ""}, "reason", "1 character"),
    ({"reason": None}, "reason", "text"),
    ({"version": 3}, "version", "not a field"),
    ({"wish": 3}, "wish", "not a field"),
    ({"enterprise": "moon"}, "enterprise", "moon"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "field", "said"), WRONG, ids=lambda each: str(each)[:40])
def test_what_a_rule_may_not_say_is_refused_by_its_field(
    api: Api, works: str, change: Json, field: str, said: str
) -> None:
    answer = api.admin.http.post("/suppressions", json=body(works, **change))
    refused(answer, 422, "invalid")
    problem = answer.json()
    assert field in [each["field"] for each in problem["errors"]]
    assert said in str(problem["errors"])
    assert api.admin.items("/suppressions", enterprise=works) == []


def test_a_loop_is_refused_and_the_way_of_it_is_told(api: Api, works: str) -> None:
    there = body(
        works,
        name="pressure lost",
        condition={"kind": "alarm", "tag": "PT-1", "alarm": "low"},
        targets=[{"hazard_source": "tanks"}],
    )
    first = api.admin.register("/suppressions", there)
    back = body(
        works,
        name="flow lost",
        condition={"kind": "alarm", "tag": "FT-2"},
        targets=[{"tag": "PT-1"}],
    )
    answer = api.admin.http.post("/suppressions", json=back)
    refused(answer, 422, "invalid")
    problem = answer.json()
    assert problem["errors"][0]["field"] == "targets"
    assert "flow lost → pressure lost → flow lost" in problem["detail"]
    harmless = body(works, name="a state is no alarm", targets=[{"tag": "PT-1"}])
    second = api.admin.register("/suppressions", harmless)
    turned = harmless | {"condition": {"kind": "alarm", "tag": "FT-1"}}
    refused(api.admin.http.put(f"/suppressions/{second['id']}", json=turned), 422, "invalid")
    for made in (first, second):
        api.admin.remove(f"/suppressions/{made['id']}")


def test_only_supervisors_and_administrators_set_them_and_nobody_sees_anothers(
    api: Api, works: str
) -> None:
    made = api.admin.register("/suppressions", body(works))
    address = f"/suppressions/{made['id']}"
    owner, stranger = api.person("enterprise", works), api.person("enterprise", api.enterprise())
    assert owner.ask(address)["id"] == made["id"]
    refused(stranger.http.get(address), 404, "not-found")
    assert stranger.items("/suppressions") == []
    assert stranger.items("/suppressions", enterprise=works) == []
    for role in ("operator", "inspector", "regulator"):
        person = api.person(role)
        assert person.ask(address)["reason"] == "no flow while the pump stands still"
        refused(person.http.put(address, json=body(works)), 403, "forbidden")
        refused(person.http.delete(address), 403, "forbidden")
    refused(owner.http.post("/suppressions", json=body(works)), 403, "forbidden")
    supervisor = api.person("supervisor")
    assert supervisor.http.delete(address).status_code == 204


def test_a_repeated_request_makes_one_rule(api: Api, works: str) -> None:
    key = {"Idempotency-Key": "once-only"}
    first = api.admin.http.post("/suppressions", json=body(works), headers=key).json()
    again = api.admin.http.post("/suppressions", json=body(works), headers=key).json()
    assert again["id"] == first["id"]
    assert len(api.admin.items("/suppressions", enterprise=works)) == 1
    api.admin.remove(f"/suppressions/{first['id']}")


def test_where_it_stands_is_the_engines_word_and_none_without_one(api: Api, works: str) -> None:
    made = api.admin.register("/suppressions", body(works))
    assert made["now"] is None, "no engine has judged it yet"
    address = f"/suppressions/{made['id']}"
    since = 1_767_225_600_000
    api.engine.standing[made["id"]] = SuppressionItem(
        works, made["id"], 1, "holding", None, since, "off"
    )
    logic: Any = {"name": "P-1 stopped", "kind": "state", "tag": "XS-1", "states": "off"}
    off = OffItem("suppressed", made["id"], "no flow", since, rule_version=1, logic=logic)
    item = api.engine.raises(
        7001, works, tag="FT-1", grade=3, kind="flow", state="suppressed", off=off
    )

    def now() -> Json | None:
        found: Json | None = api.admin.ask(address, lang="en")["now"]
        return found

    eventually(lambda: (now() or {}).get("suppressed") == 1, 5.0, "the alarm is counted")
    assert now() == {
        "phase": "holding",
        "why": None,
        "since": "2026-01-01T00:00:00.000Z",
        "value": "off",
        "alarm": None,
        "until": None,
        "suppressed": 1,
        "text": "its condition is there: it suppresses",
    }
    (listed,) = api.admin.items("/suppressions", enterprise=works)
    assert listed["now"]["phase"] == "holding"
    (alarm,) = api.admin.items("/alarms", enterprise=works, state="suppressed")
    assert alarm["id"] == item.id
    board = alarm["off_board"]
    assert (board["by"], board["rule_version"], board["logic"]) == (made["id"], 1, logic)
    assert board["logic_text"] == "P-1 stopped：XS-1 为“断”"

    api.engine.standing[made["id"]] = SuppressionItem(works, made["id"], 1, "unknown", "silent")
    told = now()
    assert told is not None
    assert told["text"] == "its point or the point's gateway is silent: nothing is suppressed"
    api.engine.standing.clear()
    assert now() is None
    api.admin.remove(address)
