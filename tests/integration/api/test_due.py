"""A calibration that is due, from the register to what the engine is told."""

import threading
from datetime import date, timedelta

import msgspec
from paho.mqtt.client import Client, MQTTMessage

from services.runtime.mqtt_client import make_client
from services.wire import bus
from services.wire.bus import ClaimItem, ClaimItems
from tests.integration.api.conftest import Api
from tests.living.outcome import eventually


class Claims:
    """Hears what is claimed on the bus."""

    def __init__(self, api: Api) -> None:
        self.heard: list[ClaimItem] = []
        self._there = threading.Event()
        self._client = make_client(api.engines.broker("alerts"), "claims", durable=False)
        self._client.on_connect = lambda client, *_: client.subscribe(bus.CLAIM)
        self._client.on_subscribe = lambda *_: self._there.set()
        self._client.on_message = self._hear

    def __enter__(self) -> "Claims":
        self._client.loop_start()
        assert self._there.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def of(self, enterprise: str) -> list[ClaimItem]:
        return [each for each in self.heard if each.enterprise == enterprise]

    def _hear(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self.heard += msgspec.json.decode(message.payload, type=ClaimItems).claims


def test_a_due_calibration_is_claimed_until_the_register_has_another_day(api: Api) -> None:
    code = api.enterprise()
    past = (date.today() - timedelta(days=3)).isoformat()  # noqa: DTZ011 - three days decide
    with Claims(api) as claims:
        api.point(code, "LATER", calibration_due_on="2099-01-01")
        api.point(code, "GT-1", calibrated_on="2020-01-01", calibration_due_on=past)
        eventually(lambda: claims.of(code), 20.0, "the claim is made")
        claim = claims.of(code)[0]
        assert (claim.subject_type, claim.subject_id) == ("point", "GT-1")
        assert (claim.key, claim.condition, claim.grade) == (
            "calibration_due",
            "calibration_due",
            4,
        )
        assert (claim.active, claim.lease_until, claim.facts) == (True, None, {"due_on": past})
        # Nobody made an alarm of it yet: it is said again.
        eventually(lambda: len(claims.of(code)) > 1, 20.0, "it is said again")

        api.engine.raises(
            7_001,
            code,
            tag="GT-1",
            rule="calibration_due",
            condition="calibration_due",
            grade=4,
            direction=None,
            limit=None,
            value=None,
            subject_type="point",
            subject_id="GT-1",
            facts={"due_on": past},
        )
        eventually(lambda: api.admin.items("/alarms", enterprise=code), 20.0, "the alarm is listed")
        [alarm] = api.admin.items("/alarms", enterprise=code)
        assert alarm["message"]["text"] == f"GT-1 检定（校准）已到期，应于 {past} 前完成"
        done = {"calibrated_on": past, "calibration_due_on": "2099-01-01"}
        claims.heard.clear()
        assert api.admin.http.patch(f"/points/{code}/GT-1", json=done).status_code == 200
        eventually(lambda: claims.of(code), 20.0, "it is claimed no more")
        assert {(each.subject_id, each.active) for each in claims.of(code)} == {("GT-1", False)}


def test_a_licence_is_claimed_from_the_day_after_its_last_until_it_is_renewed(api: Api) -> None:
    code = api.enterprise()
    past = (date.today() - timedelta(days=3)).isoformat()  # noqa: DTZ011 - three days decide
    licence = {"kind": "fire", "number": "消 7", "valid_until": past}
    lasting = {"kind": "business", "number": "91-1"}
    with Claims(api) as claims:
        change = {
            "licences": [licence, lasting, licence | {"number": "8", "valid_until": "2099-01-01"}]
        }
        assert api.admin.http.patch(f"/enterprises/{code}", json=change).status_code == 200
        eventually(lambda: claims.of(code), 20.0, "the claim is made")
        claim = claims.of(code)[0]
        assert (claim.subject_type, claim.subject_id) == ("licence", "fire 消 7")
        assert (claim.key, claim.grade, claim.facts) == ("licence_expired", 4, {"due_on": past})
        assert {each.subject_id for each in claims.of(code)} == {"fire 消 7"}
        api.engine.raises(
            7_002,
            code,
            tag=None,
            rule="licence_expired",
            condition="licence_expired",
            grade=4,
            direction=None,
            limit=None,
            value=None,
            subject_type="licence",
            subject_id="fire 消 7",
            facts={"due_on": past},
        )
        eventually(lambda: api.admin.items("/alarms", enterprise=code), 20.0, "the alarm is listed")
        [alarm] = api.admin.items("/alarms", enterprise=code)
        assert alarm["message"]["text"] == f"消防许可 消 7 已过期，有效期至 {past}"
        claims.heard.clear()
        renewed = {"licences": [licence | {"valid_until": "2099-01-01"}, lasting]}
        assert api.admin.http.patch(f"/enterprises/{code}", json=renewed).status_code == 200
        eventually(lambda: claims.of(code), 20.0, "it is claimed no more")
        assert {(each.subject_id, each.active) for each in claims.of(code)} == {
            ("fire 消 7", False)
        }
