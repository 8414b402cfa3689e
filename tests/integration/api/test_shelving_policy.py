"""The park's shelving policy over REST: who sees, who sets, what is refused, what is told of it."""

import copy
import json
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from services.domain.directory import Directory
from services.domain.shelving_policy import HOUR_MS
from services.store.book import BookReader
from tests.integration.api.conftest import Api
from tests.integration.api.test_alarm_statistics import JOURNAL, NOON
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Door, Json

PATH = "/shelving-policy"


@pytest.fixture
def usual(api: Api) -> Iterator[Json]:
    """The policy in force is the standard's, before and after."""
    found: Json = api.admin.ask(PATH)
    assert found["laxer"] == []
    yield found
    if api.admin.ask(PATH)["policy"] != found["policy"]:
        sets(api.admin, found["policy"], "恢复")


def with_minutes(policy: Json, how: str, grade: int, **minutes: int) -> Json:
    """Another policy, changed in one grade."""
    changed = copy.deepcopy(policy)
    for name, value in minutes.items():
        changed[how][str(grade)][f"{name}_minutes"] = value
    return changed


def sets(door: Door, policy: Json, reason: str) -> Json:
    answer = door.http.put(PATH, json={"policy": policy, "reason": reason})
    assert answer.status_code == 200, answer.text
    made: Json = answer.json()
    return made


def events(door: Door, kind: str) -> list[Json]:
    return door.items("/events", kind=kind)


def test_the_policy_that_nobody_set_is_the_standards(usual: Json) -> None:
    assert usual["policy"]["shelf"] == {
        "1": {"longest_minutes": 0, "alone_minutes": 0},
        "2": {"longest_minutes": 30, "alone_minutes": 0},
        "3": {"longest_minutes": 240, "alone_minutes": 240},
        "4": {"longest_minutes": 720, "alone_minutes": 720},
    }
    out = usual["policy"]["out_of_service"]
    assert [each["longest_minutes"] for each in out.values()] == [43_200] * 4
    assert [each["alone_minutes"] for each in out.values()] == [0, 0, 720, 720]


def test_a_supervisor_sets_it_in_versions_and_it_counts_at_once(api: Api, usual: Json) -> None:
    code = api.enterprise()
    alarm = api.engine.raises(8101, code, grade=3)
    eventually(lambda: api.admin.items("/alarms", enterprise=code), 5.0, "it is listed")
    shelve = f"/alarms/{alarm.id}/shelve"
    operator, supervisor = api.person("operator"), api.person("supervisor")
    body = {"minutes": 300, "reason": "检修"}
    refused(operator.http.post(shelve, json=body), 409, "not-possible", "1 to 240 minutes")

    longer = with_minutes(usual["policy"], "shelf", 3, longest=480)
    made = sets(supervisor, longer, "大检修")
    assert (made["version"], made["policy"]) == (usual["version"] + 1, longer)
    assert (made["laxer"], made["reason"]) == (["shelf.3.longest_minutes"], "大检修")
    assert made["set_by"].startswith("supervisor")
    assert api.admin.ask(PATH) == made
    asked = operator.tell(shelve, body, status=202)["approval"]
    assert (asked["grade"], asked["limit"], asked["direction"]) == (3, 50.0, "high")
    assert asked["subject"] == {"type": "point", "id": "GT-8101"}

    back = sets(supervisor, usual["policy"], "恢复")
    assert (back["version"], back["laxer"]) == (made["version"] + 1, [])
    kept = api.admin.items(PATH + "/versions", limit=1)
    assert [each["version"] for each in kept][:2] == [back["version"], made["version"]]
    assert kept[1] == made


def test_a_laxer_one_is_an_event_of_the_park_and_so_is_its_end(api: Api, usual: Json) -> None:
    regulator, owner = api.person("regulator"), api.person("enterprise", api.enterprise())
    before = len(events(regulator, "shelving_loosened"))
    made = sets(api.admin, with_minutes(usual["policy"], "shelf", 2, alone=10), "值班只有一人")
    newest, *older = events(regulator, "shelving_loosened")
    assert len(older) == before
    assert newest["detail"] == (
        f"shelf.2.alone_minutes = 10 (version {made['version']} by admin: 值班只有一人)"
    )
    assert (newest["enterprise"], newest["gateway"]) == ("", "")
    back = sets(api.admin, usual["policy"], "两人值班")
    assert events(regulator, "shelving_restored")[0]["detail"] == (
        f"version {back['version']} by admin: 两人值班"
    )
    stricter = with_minutes(usual["policy"], "out_of_service", 4, alone=720, longest=1440)
    stricter = with_minutes(stricter, "out_of_service", 3, alone=0, longest=1440)
    stricter = with_minutes(stricter, "out_of_service", 2, longest=1440)
    sets(api.admin, with_minutes(stricter, "out_of_service", 1, longest=0), "收紧")
    assert len(events(regulator, "shelving_loosened")) == before + 1
    assert events(owner, "shelving_loosened") == events(owner, "shelving_restored") == []


@pytest.mark.parametrize("role", ["operator", "inspector", "regulator"])
def test_who_may_not_set_it_reads_it_with_its_reason(api: Api, usual: Json, role: str) -> None:
    sets(api.admin, usual["policy"], "例行复核")
    door = api.person(role)
    found = door.ask(PATH)
    assert (found["policy"], found["reason"]) == (usual["policy"], "例行复核")
    assert door.items(PATH + "/versions")[0]["reason"] == "例行复核"
    body = {"policy": usual["policy"], "reason": "a"}
    refused(door.http.put(PATH, json=body), 403, "forbidden")


def test_an_enterprise_sees_the_figures_and_no_reason_of_the_park(api: Api, usual: Json) -> None:
    sets(api.admin, usual["policy"], "内部考虑")
    weights = api.admin.ask("/risk-index")["weights"]
    body = {"weights": weights, "reason": "内部权重考虑"}
    assert api.admin.http.put("/risk-index", json=body).status_code == 200
    owner, regulator = api.person("enterprise", api.enterprise()), api.person("regulator")
    for path in (PATH, "/risk-index"):
        shown = owner.ask(path)
        assert shown["reason"] is None
        assert shown == regulator.ask(path) | {"reason": None}
        versions = owner.http.get(path + "/versions")
        assert versions.json()["items"][0]["reason"] is None
        assert "内部" not in versions.text
    assert owner.ask(PATH)["policy"] == usual["policy"]
    assert regulator.ask("/risk-index")["reason"] == "内部权重考虑"
    assert regulator.items("/risk-index/versions")[0]["reason"] == "内部权重考虑"
    refused(owner.http.put(PATH, json={"policy": usual["policy"], "reason": "a"}), 403, "forbidden")


@pytest.mark.parametrize(
    ("how", "grade", "minutes", "field"),
    [
        ("shelf", 1, {"longest": 1}, "policy.shelf.1:"),
        ("shelf", 4, {"longest": 1441}, "policy.shelf.4.longest_minutes:"),
        ("shelf", 3, {"alone": 241}, "policy.shelf.3.alone_minutes:"),
        ("shelf", 2, {"longest": 600}, "policy.shelf.3.longest_minutes:"),
        ("out_of_service", 1, {"alone": 1}, "policy.out_of_service.1.alone_minutes:"),
        ("out_of_service", 4, {"longest": 129_601}, "policy.out_of_service.4.longest_minutes"),
        ("out_of_service", 4, {"longest": -1}, "policy.out_of_service.4.longest_minutes"),
        ("out_of_service", 4, {"longest": 1.5}, "policy.out_of_service.4.longest_minutes"),
        ("out_of_service", 4, {"alone": True}, "policy.out_of_service.4.alone_minutes"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused_by_its_field(
    api: Api, usual: Json, how: str, grade: int, minutes: Json, field: str
) -> None:
    body = {"policy": with_minutes(usual["policy"], how, grade, **minutes), "reason": "a"}
    refused(api.admin.http.put(PATH, json=body), 422, "invalid", field)
    assert api.admin.ask(PATH) == usual


def test_all_of_it_and_a_reason_are_asked_for(api: Api, usual: Json) -> None:
    half = {"shelf": usual["policy"]["shelf"]}
    refused(api.admin.http.put(PATH, json={"policy": half, "reason": "a"}), 422, "invalid")
    fewer = copy.deepcopy(usual["policy"])
    del fewer["shelf"]["4"]
    refused(api.admin.http.put(PATH, json={"policy": fewer, "reason": "a"}), 422, "invalid", "4")
    refused(api.admin.http.put(PATH, json={"policy": usual["policy"]}), 422, "invalid", "reason")
    assert api.admin.ask(PATH) == usual


async def test_the_engine_and_the_door_find_it_in_the_book(api: Api, usual: Json) -> None:
    for role in ("alerts", "ingest"):
        reader, directory = BookReader(api.engines.database_url(role)), Directory()
        first = await reader.poll()
        assert first is not None
        first.apply(directory)
        longer = with_minutes(usual["policy"], "shelf", 3, longest=480, alone=300)
        made = sets(api.admin, longer, "大检修")
        change = await reader.poll()
        assert change is not None
        assert (change.points, change.rules) == ((), ())
        change.apply(directory)
        third = directory.shelving.shelf[2]
        assert directory.shelving.version == made["version"]
        assert (third.longest_ms, third.alone_ms) == (8 * HOUR_MS, 5 * HOUR_MS)
        await reader.close()
        sets(api.admin, usual["policy"], "恢复")


def test_nobody_changes_a_version_that_was_set(api: Api, usual: Json) -> None:
    sets(api.admin, usual["policy"], "例行复核")
    url = api.engines.services["api"]["PARKWATCH_DATABASE_URL"]
    for statement in ("UPDATE shelving_policy SET reason = 'x'", "DELETE FROM shelving_policy"):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement.encode())


def test_what_was_allowed_is_asked_of_the_policy_of_its_time(api: Api, usual: Json) -> None:
    enterprise = api.enterprise()
    longer = sets(api.admin, with_minutes(usual["policy"], "shelf", 3, longest=480, alone=480), "a")
    sets(api.admin, usual["policy"], "b")

    def off(how: str, minutes: int, policy: int | None) -> str:
        told: Json = {"how": how, "by": "wang", "reason": "x", "since": 0, "grade": 3}
        told |= {"until": minutes * 60_000, "policy": policy}
        return json.dumps({"alarm": {"id": "a", "off": told}, "seq": 1})

    rows = (
        off("shelved", 480, longer["version"]),
        off("shelved", 480, longer["version"] + 1),
        off("shelved", 240, 0),
        off("out_of_service", 43_200, None),
        off("out_of_service", 43_200, 0),
        off("shelved", 1, 2_000_000),
    )
    with psycopg.connect(api.engines.superuser_url) as connection:
        for seq, body in enumerate(rows, start=1):
            values = (enterprise, seq, NOON, NOON, "shelved", body, bytes(32), bytes(32))
            connection.execute(JOURNAL, values)
    span = {"start": NOON.isoformat(), "end": (NOON + timedelta(hours=1)).isoformat()}
    found = api.admin.ask("/statistics/alarms", enterprise=enterprise, **span)
    assert found["unauthorised"] == 3


def test_what_is_approved_goes_to_the_engine_with_what_it_holds_for(api: Api, usual: Json) -> None:
    code = api.enterprise()
    alarm = api.engine.raises(8201, code, grade=2, direction="low", limit=5.0)
    eventually(lambda: api.admin.items("/alarms", enterprise=code), 5.0, "it is listed")
    operator, supervisor = api.person("operator"), api.person("supervisor")
    body = {"minutes": 20, "reason": "探头结露"}
    asked = operator.tell(f"/alarms/{alarm.id}/shelve", body, status=202)["approval"]
    note = {"note": "已现场核实"}
    done = supervisor.tell(f"/approvals/{asked['id']}/approve", note)
    assert (done["state"], done["note"]) == ("approved", "已现场核实")
    command = next(each for each in reversed(api.engine.asked) if each.kind == "shelve")
    assert command.application is not None
    assert command.application.enterprise == code
    assert (command.application.subject_type, command.application.subject_id) == (
        "point",
        alarm.tag,
    )
    assert (command.application.direction, command.application.rule) == ("low", "r1")
    assert (command.application.grade, command.application.limit) == (2, 5.0)
    assert (command.approved_by, command.approval_note) == (done["decided_by"], "已现场核实")
    assert (command.actor, command.note) == (asked["applicant"], "探头结露")


def test_out_of_service_beyond_a_shift_asks_for_a_second_person(api: Api, usual: Json) -> None:
    code = api.enterprise()
    alarm = api.engine.raises(8301, code, grade=4)
    eventually(lambda: api.admin.items("/alarms", enterprise=code), 5.0, "it is listed")
    supervisor = api.person("supervisor")
    path = f"/alarms/{alarm.id}/out-of-service"
    body = {"minutes": 721, "reason": "更换探头", "permit": "JX-2026-031"}
    asked = supervisor.tell(path, body, status=202)["approval"]
    assert (asked["permit"], asked["action"]) == ("JX-2026-031", "out_of_service")
    supervisor.tell(path, body | {"minutes": 720})
    too_long = body | {"minutes": 43_201}
    refused(supervisor.http.post(path, json=too_long), 409, "not-possible", "1 to 43200 minutes")
