"""The field's door on the real broker: who is let in, as what, and who is cut."""

import json
import stat
import threading
import time
from pathlib import Path

import httpx2
import pytest
from paho.mqtt.client import Client, MQTTMessage

from services.runtime.mqtt_client import BrokerAddress, make_client
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually

pytestmark = [pytest.mark.patient]


class Field:
    """A gateway's MQTT client that says what became of it."""

    def __init__(self, api: Api, username: str, password: str) -> None:
        broker = api.engines.broker("api")
        address = BrokerAddress(broker.host, broker.port, username, password)
        self.connected, self.cut = threading.Event(), threading.Event()
        self.client = make_client(address, f"gw-{time.time_ns()}", durable=False)
        self.client.reconnect_delay_set(60, 60)
        self.client.on_connect = self._connect
        self.client.on_disconnect = self._disconnect
        self.client.loop_start()

    def _connect(
        self, _client: Client, _userdata: object, _flags: object, code: object, *_: object
    ) -> None:
        if code == 0:
            self.connected.set()

    def _disconnect(self, *_: object) -> None:
        self.cut.set()

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


class Ear:
    """Hears everything from the field, as ingest would."""

    def __init__(self, api: Api) -> None:
        self.heard: list[tuple[str, bytes]] = []
        ready = threading.Event()
        self.client = make_client(
            api.engines.broker("ingest"), f"ear-{time.time_ns()}", durable=False
        )
        self.client.on_connect = lambda client, *_: client.subscribe("pw/v1/+/+/+", 1) and None
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_message = self._message
        self.client.loop_start()
        assert ready.wait(5.0)

    def _message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard.append((message.topic, bytes(message.payload)))

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def gateway(api: Api, code: str, name: str) -> tuple[str, str]:
    made = api.admin.tell(f"/enterprises/{code}/gateways", {"code": name}, status=201)
    assert made["in_force"] is True
    assert made["client_id"] is None
    return made["username"], made["password"]


def test_a_gateway_is_let_in_at_once_and_cut_when_it_is_removed(api: Api) -> None:
    code = api.enterprise()
    field = Field(api, *gateway(api, code, "gw1"))
    neighbour = Field(api, *gateway(api, code, "gw2"))
    assert field.connected.wait(2.0)
    assert neighbour.connected.wait(2.0)
    removed = time.monotonic()
    api.admin.remove(f"/enterprises/{code}/gateways/gw1")
    assert field.cut.wait(10.0)
    assert time.monotonic() - removed <= 10.0
    assert not neighbour.cut.is_set(), "a change of one gateway cuts no other"
    field.close()
    neighbour.close()
    answer = api.admin.http.delete(f"/enterprises/{code}/gateways/gw1")
    refused(answer, 404, "not-found", "gateway")
    username, password = gateway(api, code, "gw1")
    again = Field(api, username, password)
    assert again.connected.wait(2.0), "it may come back, with a new password"
    again.close()


def test_a_rotated_password_replaces_the_old_one_at_once(api: Api) -> None:
    code = api.enterprise()
    username, old = gateway(api, code, "gw1")
    field = Field(api, username, old)
    assert field.connected.wait(2.0)
    new = api.admin.tell(f"/enterprises/{code}/gateways/gw1/rotate")["password"]
    assert new != old
    assert field.cut.wait(10.0)
    field.close()
    fresh, stale = Field(api, username, new), Field(api, username, old)
    assert fresh.connected.wait(2.0)
    assert not stale.connected.wait(1.0)
    fresh.close()
    stale.close()
    listed = api.admin.items(f"/enterprises/{code}/gateways")
    assert [(g["code"], g["rotated_at"] is None) for g in listed] == [("gw1", False)]
    assert old not in json.dumps(listed)


def test_a_gateway_speaks_below_its_own_prefix_only(api: Api) -> None:
    code = api.enterprise()
    field = Field(api, *gateway(api, code, "gw1"))
    assert field.connected.wait(2.0)
    ear = Ear(api)
    for topic in (
        f"pw/v1/{code}/gw2/telemetry",
        f"pw/v1/{code}/gw1/telemetry/deeper",
        "pw/int/v1/command",
        f"pw/v1/{code}/gw1/telemetry",
        f"pw/v1/{code}/gw1/misspelt",
    ):
        field.client.publish(topic, b"{}", qos=1)
    eventually(lambda: len(ear.heard) >= 2, 5.0, "its own two")
    assert sorted(t for t, _ in ear.heard if code in t) == [
        f"pw/v1/{code}/gw1/misspelt",
        f"pw/v1/{code}/gw1/telemetry",
    ]
    field.close()
    ear.close()


def test_readings_by_http_go_the_way_of_all_others(api: Api) -> None:
    code = api.enterprise()
    credentials = gateway(api, code, "gw1")
    ear = Ear(api)
    url = f"{api.url}/api/v1/telemetry"
    body = b'{"boot": "b", "seq": 1, "values": {"GT-1": 12.5}}'
    done = httpx2.post(url, verify=NO_TLS, content=body, auth=credentials)
    assert (done.status_code, done.json()) == (202, {"messages": 1})
    eventually(lambda: ear.heard, 2.0, "the message")
    assert ear.heard == [(f"pw/v1/{code}/gw1/telemetry", body)]
    ear.close()
    refused(httpx2.post(url, verify=NO_TLS, content=b"not json", auth=credentials), 422, "invalid")
    refused(
        httpx2.post(url, verify=NO_TLS, content=b"x" * 300_000, auth=credentials), 413, "too-large"
    )
    refused(
        httpx2.post(url, verify=NO_TLS, content=body, auth=(credentials[0], "no")),
        401,
        "wrong-credentials",
    )
    refused(
        httpx2.post(url, verify=NO_TLS, content=body, auth=("no", "no")), 401, "wrong-credentials"
    )
    refused(httpx2.post(url, verify=NO_TLS, content=body), 401, "not-signed-in")
    bearer = httpx2.post(
        url, verify=NO_TLS, content=body, headers={"Authorization": f"Bearer {api.admin.token}"}
    )
    refused(bearer, 401, "not-signed-in")


def test_a_body_goes_to_the_leaf_of_its_format(api: Api) -> None:
    code = api.enterprise()
    credentials = gateway(api, code, "gw1")
    ear = Ear(api)
    url = f"{api.url}/api/v1/telemetry"
    bodies = {
        "neuron": b'{"timestamp": 1767542400123, "values": {"a": 1}, "errors": {"b": 2014}}',
        "tb": b'{"Device A": [{"values": {"a": 1}}, {"values": {"a": 2}}]}',
        "senml": b'[{"n": "a", "u": "Cel", "v": 1}]',
    }
    for leaf, body in bodies.items():
        done = httpx2.post(
            url, verify=NO_TLS, params={"format": leaf}, content=body, auth=credentials
        )
        assert (done.status_code, done.json()) == (202, {"messages": 2 if leaf == "tb" else 1})
    typed = {"Content-Type": "application/senml+json; charset=utf-8"}
    done = httpx2.post(url, verify=NO_TLS, content=bodies["senml"], auth=credentials, headers=typed)
    assert done.status_code == 202
    eventually(lambda: len(ear.heard) == 4, 5.0, "four messages")
    leaves = [*bodies.items(), ("senml", bodies["senml"])]
    assert ear.heard == [(f"pw/v1/{code}/gw1/{leaf}", body) for leaf, body in leaves]
    ear.close()
    native = {"format": "native"}
    wrong = httpx2.post(
        url, verify=NO_TLS, params=native, content=bodies["senml"], auth=credentials
    )
    assert wrong.status_code == 202  # an array of messages of which nothing can be used
    not_a_pack = httpx2.post(
        url, verify=NO_TLS, params={"format": "senml"}, content=b"{}", auth=credentials
    )
    refused(not_a_pack, 422, "invalid")
    unknown = httpx2.post(
        url, verify=NO_TLS, params={"format": "csv"}, content=b"{}", auth=credentials
    )
    refused(unknown, 422, "invalid")


def test_the_brokers_list_is_for_its_own_eyes(api: Api) -> None:
    gateway(api, api.enterprise(), "gw1")
    path = Path(api.engines.services["api"]["PARKWATCH_BROKER_USERS_FILE"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.glob(".gateways*")) == []
