"""Groups of detectors over REST: registered, changed, refused as a set, judged over, removed."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.integration.api.conftest import Api
from tests.integration.api.test_backtest import START, body, store
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json


@pytest.fixture(scope="module")
def works(api: Api) -> str:
    """An enterprise with four gas detectors, a smoke detector and three thermometers."""
    code = api.enterprise()
    for number in (1, 2, 3, 4):
        api.point(code, f"GT-{number}", kind="combustible_gas", unit="%LEL", range_high=100)
    for number in (1, 2, 3):
        api.point(code, f"TI-{number}", kind="temperature", unit="Cel")
    api.point(code, "TI-4", kind="temperature", unit="K")
    api.point(code, "SD-1", kind="smoke", unit="state")
    return code


def group(works: str, code: str, *members: str, kind: str = "gas", **more: Any) -> Json:
    return {
        "enterprise": works, "code": code, "name": "罐区", "kind": kind, "members": [*members], **more
    }  # fmt: skip


def groups_of(api: Api, works: str, tag: str) -> list[str]:
    found: list[str] = api.admin.ask(f"/points/{works}/{tag}")["groups"]
    return found


def test_a_group_lives_from_its_registration_to_its_end(api: Api, works: str) -> None:
    made = api.admin.register("/groups", group(works, "A", "GT-2", "GT-1", name_en="Tanks"))
    assert made == {
        "enterprise": works, "code": "A", "name": "罐区", "name_en": "Tanks", "kind": "gas",
        "members": ["GT-1", "GT-2"], "changed_by": "admin", "changed_at": made["changed_at"],
    }  # fmt: skip
    other = api.admin.register("/groups", group(works, "B", "GT-1", "SD-1", kind="mixed"))
    assert groups_of(api, works, "GT-1") == ["A", "B"]
    assert api.admin.items("/groups", enterprise=works, limit=1) == [made, other]
    assert api.admin.items("/groups", enterprise=works, tag="SD-1") == [other]
    assert api.admin.items("/groups", enterprise=works, kind="gas") == [made]
    tags = [each["tag"] for each in api.admin.items("/points", enterprise=works, group="A")]
    assert tags == ["GT-1", "GT-2"]

    address = f"/groups/{works}/A"
    change = {"members": ["GT-3", "GT-2"], "name_en": None}
    changed = api.admin.http.patch(address, json=change).json()
    assert changed == made | change | {
        "members": ["GT-2", "GT-3"], "changed_at": changed["changed_at"],
    }  # fmt: skip
    assert api.admin.ask(address) == changed
    assert (groups_of(api, works, "GT-1"), groups_of(api, works, "GT-3")) == (["B"], ["A"])

    for code in ("A", "B"):
        api.admin.remove(f"/groups/{works}/{code}")
    assert api.admin.items("/groups", enterprise=works) == []
    assert groups_of(api, works, "GT-2") == []
    assert api.admin.http.get(address).status_code == 404
    assert api.admin.http.delete(address).status_code == 404
    again = api.admin.register("/groups", group(works, "A", "GT-4"))
    assert again["members"] == ["GT-4"]
    api.admin.remove(address)


def test_who_was_in_a_group_is_known_later_also_of_one_that_was_removed(
    api: Api, works: str
) -> None:
    address = f"/groups/{works}/H"
    api.admin.register("/groups", group(works, "H", "GT-1", "GT-2"))
    api.admin.http.patch(address, json={"members": ["GT-2", "GT-3"]})
    api.admin.http.patch(address, json={"name": "罐区"})  # as it was
    sheet = f"enterprise,tag,groups\n{works},GT-4,H\n"
    path = f"/points/import?enterprise={works}&mode=update"
    answer = api.admin.http.post(path, content=sheet.encode(), headers={"Content-Type": "text/csv"})
    assert answer.is_success, answer.text
    api.admin.remove(address)

    history = api.admin.items(f"{address}/history", limit=2)
    assert [(each["before"], each["after"]) for each in history] == [
        ({"members": ["GT-2", "GT-3", "GT-4"], "removed": None}, {"members": [], "removed": True}),
        ({"members": ["GT-2", "GT-3"]}, {"members": ["GT-2", "GT-3", "GT-4"]}),
        ({"members": ["GT-1", "GT-2"]}, {"members": ["GT-2", "GT-3"]}),
        (None, {"name": "罐区", "kind": "gas", "members": ["GT-1", "GT-2"]}),
    ]
    assert {each["changed_by"] for each in history} == {"admin"}
    stranger = api.person("enterprise", api.enterprise())
    assert stranger.http.get(f"{address}/history").status_code == 404
    assert api.admin.http.get(f"/groups/{works}/none/history").status_code == 404


WRONG: list[tuple[Json, str, str]] = [
    ({"members": ["GT-1", "GT-9"]}, "members.1", "no point GT-9"),
    ({"members": ["GT-1", "GT-1"]}, "members.1", "named twice"),
    ({"members": ["GT-1", "TI-1"]}, "members.1", "of the kind temperature"),
    ({"kind": "fire", "members": ["SD-1", "GT-1"]}, "members.1", "has fire, smoke"),
    ({"kind": "redundant", "members": ["TI-1"]}, "members", "this names 1"),
    ({"kind": "redundant", "members": ["TI-3", "TI-4"]}, "members.1", "do not measure the same"),
    ({"kind": "redundant", "members": ["TI-2", "TI-3"]}, "members.0", "in the group pair already"),
    ({"kind": "cloud"}, "kind", "gas"),
    ({"name": ""}, "name", "1"),
    ({"code": "A B"}, "code", "A-Z"),
    ({"member": ["GT-1"]}, "member", "not a field"),
]


def test_what_is_no_group_is_refused_by_its_field_and_nothing_is_stored(
    api: Api, works: str
) -> None:
    pair = api.admin.register("/groups", group(works, "pair", "TI-1", "TI-2", kind="redundant"))
    for change, field, said in WRONG:
        answer = api.admin.http.post("/groups", json=group(works, "C", "GT-1") | change)
        refused(answer, 422, "invalid", said)
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    twice = api.admin.http.post("/groups", json=group(works, "pair", "GT-1"))
    refused(twice, 409, "conflict", "PATCH")
    address = f"/groups/{works}/pair"
    refused(api.admin.http.patch(address, json={"kind": "gas"}), 422, "invalid", "TI-1")
    refused(api.admin.http.patch(address, json={"name": None}), 422, "invalid", "name")
    kind = api.admin.http.patch(f"/points/{works}/TI-1", json={"kind": "level"})
    refused(kind, 409, "conflict", "groups")
    assert api.admin.items("/groups", enterprise=works) == [pair]
    api.admin.remove(address)


def test_a_group_stays_within_its_enterprise_and_only_who_configures_changes_it(
    api: Api, works: str
) -> None:
    other = api.enterprise()
    api.point(other, "GT-7", kind="combustible_gas", unit="%LEL")
    foreign = api.admin.http.post("/groups", json=group(works, "D", "GT-1", "GT-7"))
    refused(foreign, 422, "invalid", f"{works} has no point GT-7")
    api.admin.register("/groups", group(works, "D", "GT-1"))
    address = f"/groups/{works}/D"
    stranger, own = api.person("enterprise", other), api.person("enterprise", works)
    operator, regulator = api.person("operator"), api.person("regulator")
    assert stranger.http.get(address).status_code == 404
    assert stranger.items("/groups") == []
    assert [each["code"] for each in own.items("/groups")] == ["D"]
    assert regulator.ask(address)["members"] == ["GT-1"]
    for door in (stranger, own, operator, regulator):
        assert door.http.post("/groups", json=group(works, "E")).status_code == 403
        assert door.http.patch(address, json={"members": []}).status_code == 403
        assert door.http.delete(address).status_code == 403
        door.close()
    api.admin.remove(address)


def test_a_repeat_with_its_key_makes_no_second_group(api: Api, works: str) -> None:
    key = {"Idempotency-Key": "group-1"}
    sent = group(works, "K", "GT-1")
    first = api.admin.http.post("/groups", json=sent, headers=key)
    again = api.admin.http.post("/groups", json=sent, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    api.admin.remove(f"/groups/{works}/K")


def vote(works: str, **more: Any) -> Json:
    return {
        "kind": "voting", "enterprise": works, "tag": "GT-1", "group": "ring", "needed": 2,
        "limit": 25, "grade": 1, **more,
    }  # fmt: skip


def test_a_rule_over_a_group_judges_its_members_and_holds_the_group(api: Api, works: str) -> None:
    api.admin.register("/groups", group(works, "ring", "GT-1", "GT-2"))
    made = api.admin.register("/rules", vote(works))
    assert (made["tag"], made["group"], made["others"]) == ("GT-1", "ring", None)

    def judged(tag: str) -> bool:
        return bool(api.admin.ask(f"/points/{works}/{tag}")["judged"])

    eventually(lambda: judged("GT-1") and judged("GT-2"), 10.0, "both are judged")
    assert not judged("GT-3")
    api.admin.http.patch(f"/groups/{works}/ring", json={"members": ["GT-1", "GT-3"]})
    assert (judged("GT-2"), judged("GT-3")) == (False, True)
    of_point = api.admin.items("/rules", enterprise=works, tag="GT-3")
    assert [each["id"] for each in of_point] == [made["id"]]
    held = api.admin.http.delete(f"/groups/{works}/ring")
    refused(held, 409, "conflict", made["id"])

    address = f"/rules/{made['id']}"
    named = made | {"others": ["GT-3", "GT-4"], "group": None}
    changed = api.admin.http.put(address, json=named).json()
    assert (changed["version"], changed["others"], changed["group"]) == (2, ["GT-3", "GT-4"], None)
    shown = api.admin.ask(address)
    assert [(each["group"], each["others"]) for each in shown["versions"]] == [
        (None, ["GT-3", "GT-4"]), ("ring", None),
    ]  # fmt: skip
    api.admin.remove(f"/groups/{works}/ring")
    api.admin.remove(address)


def test_the_vote_of_the_template_is_over_the_group_that_is_named(api: Api, works: str) -> None:
    api.admin.register("/groups", group(works, "ring-2", "GT-2", "GT-3"))
    address = f"/points/{works}/GT-2/template/detectors"

    def votes(**named: str) -> list[Json]:
        offered = api.admin.ask(address, **named)["proposals"]
        return [each["fields"] for each in offered if each["name"] == "vote"]

    assert votes() == [], "it is at no hazard source"
    (fields,) = votes(group="ring-2")
    assert (fields["group"], "others" in fields, fields["limit"]) == ("ring-2", False, 25)
    choice = {"names": ["vote"], "group": "ring-2"}
    (made,) = api.admin.tell(address, choice, status=201)["items"]
    assert (made["group"], made["others"], made["source"]) == ("ring-2", None, "GB 16808-2025")
    api.admin.register("/groups", group(works, "ring-3", "GT-4"))
    told_of = {"nowhere": "no group nowhere", "ring-3": "GT-2 is not in the group ring-3"}
    for wrong, told in told_of.items():
        answer = api.admin.http.post(address, json=choice | {"group": wrong})
        refused(answer, 422, "invalid", "group", told)
        refused(api.admin.http.get(address, params={"group": wrong}), 422, "invalid", told)
    api.admin.remove(f"/rules/{made['id']}")


def test_a_rule_over_a_group_that_cannot_judge_is_refused_by_its_field(
    api: Api, works: str
) -> None:
    api.admin.register("/groups", group(works, "ring", "GT-1", "GT-2"))
    api.admin.register("/groups", group(works, "dike", "GT-1", "TI-1", kind="mixed"))
    for change, field, said in (
        ({"group": "nowhere"}, "group", "no group nowhere"),
        ({"tag": "GT-3"}, "tag", "not in the group ring"),
        ({"needed": 3}, "needed", "can never"),
        ({"group": "dike"}, "group", "different units"),
        ({"others": ["GT-2"]}, "others", "one of both"),
        ({"group": None}, "others", "one of both"),
    ):
        answer = api.admin.http.post("/rules", json=vote(works) | change)
        refused(answer, 422, "invalid", said)
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    for code in ("ring", "dike"):
        api.admin.remove(f"/groups/{works}/{code}")


def test_a_rule_over_a_group_is_tried_on_the_past_with_its_members(api: Api) -> None:
    code = api.enterprise()
    for number in (1, 2, 3):
        point = api.point(code, f"GT-{number}", kind="combustible_gas", unit="%LEL")
        store(api, point["id"], (60 + number, 30.0), (60.5 + number, 1.0))
    api.admin.register("/groups", group(code, "ring", "GT-1", "GT-2", "GT-3"))
    found = api.admin.tell("/rules/backtest", body(code) | {"rules": [vote(code, needed=3)]})
    assert found["proposed"]["alarms"] == 0, "the window is a minute"
    wide = vote(code, needed=3, window_s=600)
    found = api.admin.tell("/rules/backtest", body(code) | {"rules": [wide]})
    (new,) = found["appears"]
    assert (new["tag"], new["condition"], new["value"]) == ("GT-1", "voting", 3.0)
    assert new["raised_at"] == START.isoformat()[:11] + "01:03:00.000Z"

    made = api.admin.register("/rules", wide)
    api.admin.http.patch(f"/groups/{code}/ring", json={"members": ["GT-1", "GT-2"]})
    both = body(code) | {"rules": [vote(code, window_s=600, id=made["id"])]}
    found = api.admin.tell("/rules/backtest", both)
    assert (found["today"]["alarms"], found["proposed"]["alarms"]) == (0, 1)


def remember(api: Api, works: str, code: str, *changes: tuple[float, list[str] | None]) -> None:
    """Who was in a group by minute of the story, as its history has it; None: it was removed."""
    with psycopg.connect(api.engines.superuser_url) as connection:
        for minute, members in changes:
            after = {"members": [], "removed": True} if members is None else {"members": members}
            connection.execute(
                "INSERT INTO register_change (enterprise, subject, name, at, changed_by, before, after)"
                " VALUES (%s, 'group', %s, %s, 'li', '{}', %s)",
                (works, code, START + timedelta(minutes=minute), Jsonb(after)),
            )


def test_the_past_is_judged_by_whoever_was_in_the_group_then(api: Api) -> None:
    code = api.enterprise()
    for number in (1, 2, 3):
        point = api.point(code, f"GT-{number}", kind="combustible_gas", unit="%LEL")
        hours = [(60 * hour + number, 30.0) for hour in (1, 3, 5)]
        store(api, point["id"], *hours, *((minute + 10, 1.0) for minute, _ in hours))
    api.admin.register("/groups", group(code, "ring", "GT-1", "GT-2", "GT-3"))
    remember(api, code, "ring", (-9_000, ["GT-1", "GT-2", "GT-3"]), (-60, ["GT-1", "GT-2"]))
    remember(api, code, "ring", (120, ["GT-1", "GT-2", "GT-3"]), (240, ["GT-2", "GT-3"]))
    three = vote(code, needed=3, window_s=600)
    found = api.admin.tell("/rules/backtest", body(code) | {"rules": [three]})
    assert [each["raised_at"] for each in found["appears"]] == [
        START.isoformat()[:11] + "03:03:00.000Z"
    ], "first two were in it, then three, then not its own point"

    remember(api, code, "ring", (241, None))
    found = api.admin.tell("/rules/backtest", body(code) | {"rules": [three]})
    assert [each["raised_at"][11:16] for each in found["appears"]] == ["03:03", "05:03"], (
        "while there was no group, those of today stand in"
    )
