"""A drill counts nowhere, and an alarm that escalates in one has to be answered again."""

import secrets
import time
from dataclasses import replace

import httpx2
import msgspec
import psycopg
import pytest

from services.domain import event
from services.domain.alarm import Alarm, EventKind, Transition
from services.domain.journal import ChainHead, link
from services.domain.rule import Condition
from services.domain.suppression import Off, OffBoard
from tests.integration.api.conftest import Api
from tests.integration.api.test_drills import JOURNAL, begun
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Json
from tests.unit.alerts.samples import raised

Happened = tuple[EventKind, Alarm, int]
"""What, the alarm after it, and when (epoch ms)."""


@pytest.fixture
def works(api: Api) -> str:
    """An enterprise with a gateway and a point behind it."""
    code = api.enterprise()
    api.admin.register(f"/enterprises/{code}/gateways", {"code": "gw1"})
    api.point(code, "LT-1", gateway="gw1")
    return code


def exercise(twin: str) -> Alarm:
    """An alarm of a drill, at H."""
    alarm = replace(raised(1).alarm, enterprise=twin, id=secrets.token_hex(16), exercise=True)
    return replace(alarm, grade=2, condition=Condition.H)


def noted(api: Api, *happened: Happened) -> None:
    """All of it on record."""
    head = ChainHead()
    with psycopg.connect(api.engines.superuser_url) as connection:
        for kind, alarm, at in happened:
            row = link(head, Transition(kind, alarm, at, at, actor="wang", note=None))
            head = ChainHead(row.seq, row.hash)
            values = (alarm.enterprise, row.seq, row.alarm_id, at, at, row.event, row.body)
            connection.execute(JOURNAL, (*values, row.previous, row.hash))


def test_one_that_escalates_after_its_answer_is_missed_in_the_report(api: Api, works: str) -> None:
    ordered, _ = begun(api, works)
    at, alarm = int(time.time() * 1000) - 60_400, exercise(f"drill-{works}")
    with psycopg.connect(api.engines.superuser_url) as connection:
        early = "UPDATE drill SET began_at = began_at - interval '2 minutes' WHERE id = %s"
        connection.execute(early, (ordered["id"],))
    worse = replace(alarm, grade=1, condition=Condition.HH)
    noted(
        api,
        (EventKind.RAISED, alarm, at),
        (EventKind.ACKNOWLEDGED, alarm, at + 400),
        (EventKind.ESCALATED, worse, at + 14_400),
    )
    done = api.admin.tell(f"/drills/{ordered['id']}/end", {"outcome": "ended"})
    for score in (done["score"], msgspec.json.decode(done["record"])["score"]):
        assert (score["alarms"], score["annunciations"], score["acknowledged"]) == (1, 2, 1)
        assert (score["late"], score["missed"]) == (0, 1)
        seen = [(each["grade"], each["condition"], each["missed"]) for each in score["answers"]]
        assert seen == [(2, "H", False), (1, "HH", True)]
        assert [each["worst_grade"] for each in score["answers"]] == [1, 1]


def figures(api: Api) -> dict[str, object]:
    """What is counted of the park, by where it stands."""
    online = api.admin.ask("/statistics/connectivity")
    exposed = httpx2.get(f"{api.url}/metrics", verify=NO_TLS).text.splitlines()
    counts: Json = api.admin.ask("/system")["counts"]
    return {
        "gateways": online["park"]["gateways"],
        "connectivity": [each["enterprise"] for each in online["enterprises"]],
        "metrics": [line for line in exposed if line.startswith("parkwatch_points ")],
        "system": {name: counts[name] for name in ("points", "gateways", "alarms")},
        "unauthorised": api.admin.ask("/statistics/alarms")["unauthorised"],
        "grades": [each["code"] for each in api.admin.items("/tree")],
        "map": len(api.admin.ask("/map", layer="enterprise", limit=1000)["features"]),
    }


def test_a_drill_that_goes_on_changes_no_figure_of_the_park(api: Api, works: str) -> None:
    before = figures(api)
    assert works in str(before["connectivity"])
    assert works in str(before["grades"])
    ordered, _ = begun(api, works)
    twin = f"drill-{works}"
    alarm, now = exercise(twin), int(time.time() * 1000)
    off = OffBoard(Off.SHELVED, "wang", "no reason that the policy knows", now, now + 10**9, 2)
    noted(
        api,
        (EventKind.RAISED, alarm, now),
        (EventKind.SHELVED, event.taken_off(alarm, off), now + 1),
    )
    api.engine.raises(901, twin, exercise=True)
    eventually(lambda: len(api.admin.items("/alarms", enterprise=twin)) == 1, 10.0, "it is listed")
    assert twin in {each["code"] for each in api.admin.items("/enterprises")}
    assert figures(api) == before
    api.admin.tell(f"/drills/{ordered['id']}/end")
