"""What the real broker refuses a gateway is an event of that gateway, once, and of no other's."""

import time
from collections.abc import Iterator
from datetime import datetime

import httpx2
import pytest

from tests.integration.api.conftest import Api, running_api
from tests.integration.api.test_door import Field, gateway
from tests.integration.api.test_register import refused
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Json

pytestmark = [pytest.mark.patient]
SEEN_S = 5.0


@pytest.fixture
def code(api: Api) -> str:
    return api.enterprise()


@pytest.fixture
def field(api: Api, code: str) -> Iterator[Field]:
    """A gateway of that enterprise, connected."""
    client = Field(api, *gateway(api, code, "gw1"))
    assert client.connected.wait(3.0)
    yield client
    client.close()


def events(door: Door, code: str, **more: str) -> list[Json]:
    return door.items("/events", enterprise=code, **more)


def told(door: Door, code: str, count: int) -> list[Json]:
    """The events of an enterprise once they add up to so many refusals."""

    def enough() -> list[Json]:
        found = events(door, code)
        return found if total(found) >= count else []

    return eventually(enough, SEEN_S, f"{count} refusals")


def total(found: list[Json]) -> int:
    return sum(event["count"] for event in found)


def test_a_denied_publish_and_a_denied_subscription_are_told(
    api: Api, code: str, field: Field
) -> None:
    for _ in range(3):
        field.client.publish(f"pw/v1/{code}/gw2/telemetry", b"{}", qos=1)
    field.client.subscribe("pw/int/#")
    newest, oldest = told(api.admin, code, 4)
    assert (newest["kind"], newest["detail"]) == ("subscribe_denied", "pw/int/#")
    assert (newest["count"], newest["gateway"], newest["enterprise"]) == (1, "gw1", code)
    assert (oldest["kind"], oldest["count"]) == ("publish_denied", 3)
    assert oldest["detail"] == f"pw/v1/{code}/gw2/telemetry"
    assert oldest["at"] <= oldest["last_at"] <= newest["last_at"]
    assert abs(time.time() - seconds(oldest["last_at"])) < 30.0


def test_a_list_of_events_is_narrowed_and_paged(api: Api, code: str, field: Field) -> None:
    for number in range(5):
        field.client.publish(f"foreign/{number}", b"{}", qos=1)
    field.client.subscribe("#")
    everything = told(api.admin, code, 6)
    assert len(everything) == 6
    paged = events(api.admin, code, limit="2")
    assert paged == everything
    assert [e["id"] for e in paged] == sorted((e["id"] for e in paged), reverse=True)
    assert [e["detail"] for e in events(api.admin, code, kind="subscribe_denied")] == ["#"]
    assert len(events(api.admin, code, gateway="gw1")) == 6
    assert events(api.admin, code, gateway="gw2") == []
    for wrong in ({"kind": "all"}, {"gateway": "a b"}, {"cursor": "!"}, {"limit": "0"}):
        refused(api.admin.http.get("/events", params=wrong), 422, "invalid")


def test_an_enterprise_sees_its_own_events_only(api: Api, code: str, field: Field) -> None:
    neighbour = api.enterprise()
    field.client.publish(f"pw/v1/{neighbour}/gw1/telemetry", b"{}", qos=1)
    told(api.admin, code, 1)
    own, other = api.person("enterprise", code), api.person("enterprise", neighbour)
    assert total(own.items("/events")) == 1
    assert other.items("/events") == []
    assert events(other, code) == []
    assert total(events(api.person("regulator"), code)) == 1
    refused(httpx2.get(f"{api.url}/api/v1/events"), 401, "not-signed-in")


def test_somebody_who_tries_a_gateways_name_is_told(api: Api, code: str) -> None:
    username, _ = gateway(api, code, "gw1")
    for name in (username, f"{code}.nobody"):
        guesser = Field(api, name, "guess")
        assert not guesser.connected.wait(1.0)
        guesser.close()
    found = told(api.admin, code, 1)
    assert [(e["kind"], e["gateway"]) for e in found] == [("login_refused", "gw1")]
    assert found[0]["detail"] == "from 127.0.0.1 over MQTT"
    assert figure(api.url, 'refusals_total{kind="login_refused"}') >= 1
    eventually(lambda: figure(api.url, "refusals_unattributed_total") >= 1, SEEN_S, "the unknown")


def test_what_is_refused_while_the_database_is_away_is_told_later_once(
    api: Api, code: str, field: Field
) -> None:
    with api.engines.frozen_database():
        for _ in range(4):
            field.client.publish("foreign/a", b"{}", qos=1)
            time.sleep(0.5)
        began = time.monotonic()
        assert httpx2.get(f"{api.url}/healthz", verify=NO_TLS).status_code == 200
        assert time.monotonic() - began < 1.0
    eventually(lambda: api.ready()["ready"], 10.0, "the api is ready again")
    eventually(lambda: not api.ready()["degraded"], 10.0, "the database is back")
    found = told(api.admin, code, 4)
    time.sleep(2.0)
    assert events(api.admin, code) == found
    assert total(found) == 4


def test_two_apis_and_one_that_starts_again_count_each_refusal_once(
    api: Api, code: str, field: Field
) -> None:
    with running_api(api.engines) as (url, _):
        eventually(lambda: figure(url, "log_behind_bytes") == 0, 10.0, "the second one follows")
        for _ in range(5):
            field.client.publish("foreign/a", b"{}", qos=1)
            time.sleep(0.3)
        told(api.admin, code, 5)
    with running_api(api.engines) as (url, _):
        eventually(lambda: figure(url, "log_behind_bytes") == 0, 10.0, "the third one follows")
        time.sleep(2.0)
        assert total(events(api.admin, code)) == 5


def figure(url: str, name: str) -> float:
    """One of the figures about the broker, 0 before there is one."""
    lines = httpx2.get(f"{url}/metrics", verify=NO_TLS).text.splitlines()
    wanted = f"parkwatch_broker_{name} "
    return next((float(line.split()[-1]) for line in lines if line.startswith(wanted)), 0.0)


def seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
