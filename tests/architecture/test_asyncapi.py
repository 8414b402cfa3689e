"""What is written is checked: `docs/reference/asyncapi.yaml` says what the code does."""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import yaml

from services.api.asyncapi import document
from services.api.live.message import ServerMessage
from services.api.routes.live import Subscribe
from services.domain.directory import Directory
from services.wire.native import decode_native, decode_state
from services.wire.telemetry import Poison
from services.wire.translate import Translation, translate
from tests.architecture.json_schema import Json, find, fits
from tests.unit.api.engine import alarm
from tests.unit.api.test_live import Desk, read

FILE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "asyncapi.yaml"
WRITTEN: Json = yaml.safe_load(FILE.read_text(encoding="utf-8"))
MESSAGES: Json = WRITTEN["components"]["messages"]
FIELD = {n: c for n, c in WRITTEN["channels"].items() if c["address"].startswith("pw/v1/")}
TYPES = {struct.__struct_config__.tag: struct for struct in get_args(ServerMessage)}


def examples(message: str) -> list[Any]:
    return [example["payload"] for example in MESSAGES[message]["examples"]]


def everything(place: Any) -> Iterator[Json]:
    if isinstance(place, dict):
        yield place
        for each in place.values():
            yield from everything(each)
    elif isinstance(place, list):
        for each in place:
            yield from everything(each)


def publish(channel: Json, payload: object) -> Translation:
    """What becomes of a payload published to a channel as its description says."""
    names = {name: each["examples"][0] for name, each in channel["parameters"].items()}
    topic = channel["address"].format(**names)
    return translate(Directory(), topic, json.dumps(payload).encode(), 1_767_542_400_000)


def test_the_file_is_what_the_code_writes() -> None:
    """Renew it: .venv/bin/python -m services.api.asyncapi > docs/reference/asyncapi.yaml"""
    assert FILE.read_text(encoding="utf-8") == document()


def test_every_reference_leads_somewhere() -> None:
    for place in everything(WRITTEN):
        if "$ref" in place:
            assert find(WRITTEN, place["$ref"]) is not None


def test_it_has_the_shape_of_asyncapi_3() -> None:
    assert WRITTEN["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(WRITTEN["info"])
    for channel in WRITTEN["channels"].values():
        assert set(re.findall(r"\{(\w+)\}", channel["address"])) == set(
            channel.get("parameters", {})
        )
        for server in channel["servers"]:
            assert {"host", "protocol"} <= set(find(WRITTEN, server["$ref"]))
    for operation in WRITTEN["operations"].values():
        assert operation["action"] in ("send", "receive")
        place = operation["channel"]["$ref"]
        assert all(m["$ref"].startswith(f"{place}/messages/") for m in operation["messages"])


def test_every_channel_and_every_message_is_of_some_operation() -> None:
    said = {m["$ref"] for o in WRITTEN["operations"].values() for m in o["messages"]}
    there = {f"#/channels/{n}/messages/{m}" for n, c in WRITTEN["channels"].items()
             for m in c["messages"]}  # fmt: skip
    assert said == there


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_that_exists_today_has_examples_that_fit(name: str) -> None:
    channel = WRITTEN["channels"].get(name, {})
    assert "examples" in MESSAGES[name] or channel["x-parkwatch-status"] == "announced"
    for example in MESSAGES[name].get("examples", []):
        assert fits(WRITTEN, MESSAGES[name]["payload"], example["payload"])


def test_what_gateways_are_shown_is_read_without_a_word_of_complaint() -> None:
    for payload in examples("telemetry"):
        decoded = decode_native(json.dumps(payload).encode())
        assert decoded
        assert all(each.values and not each.refused for each in decoded)
    states = [decode_state(json.dumps(payload).encode()) for payload in examples("state")]
    assert [state.online for state in states] == [True, False]


@pytest.mark.parametrize("name", FIELD)
def test_a_leaf_is_read_today_or_announced_and_never_both(name: str) -> None:
    announced = FIELD[name].get("x-parkwatch-status") == "announced"
    shown = MESSAGES[name].get("examples", [{"payload": {"values": {"GT-101": 1}}}])
    outcome = publish(FIELD[name], shown[0]["payload"])
    assert (outcome.enterprise, outcome.gateway) == ("north-works", "gw-1")
    assert bool(outcome.refusals) == announced


USED = [
    '{"values": {"A": 1}}',
    '{"values": {"A": -1.5e3, "B": true, "C": "tripped", "D": null}}',
    '{"values": {"A": {"v": 1, "q": "uncertain", "ts": "2026-01-04T16:00:00Z"}}}',
    '{"ts": null, "boot": 7, "seq": 0, "values": {"A": 1}}',
    '{"ts": 1767542400123, "boot": "x", "more": [1], "values": {"A": 1}}',
    '[{"values": {"A": 1}}, {"values": {"B": 2}}]',
]
REFUSED = [
    "[]", "{}", "7", '"text"', "null", "[[]]", '{"values": {}}', '{"values": []}',
    '{"values": {"": 1}}', '{"values": {"A": ""}}', '{"values": {"A": []}}',
    '{"values": {"A": {}}}', '{"values": {"A": {"q": "good"}}}',
    '{"values": {"A": {"v": 1, "q": "fine"}}}', '{"values": {"A": {"v": {"v": 1}}}}',
    '{"values": {"A": {"v": 1, "ts": true}}}', '{"values": {"A": {"v": 1, "ts": 1.5}}}',
    '{"values": {"A": 1}, "ts": []}', '{"values": {"A": 1}, "boot": ""}',
    '{"values": {"A": 1}, "boot": 1.5}', '{"values": {"A": 1}, "seq": -1}',
    '{"values": {"A": 1}, "seq": "3"}', '[{"values": {"A": 1}}, 7]',
    f'{{"values": {{"{"x" * 129}": 1}}}}', f'{{"values": {{"A": "{"x" * 65}"}}}}',
]  # fmt: skip


def is_used(payload: str) -> bool:
    try:
        decoded = decode_native(payload.encode())
    except Poison:
        return False
    return not any(each.refused for each in decoded)


@pytest.mark.parametrize(
    ("payload", "used"), [(p, True) for p in USED] + [(p, False) for p in REFUSED]
)
def test_schema_and_decoder_agree(payload: str, used: bool) -> None:
    schema = MESSAGES["telemetry"]["payload"]
    assert (is_used(payload), fits(WRITTEN, schema, json.loads(payload))) == (used, used)


def test_every_type_the_live_push_can_send_is_described() -> None:
    sent = WRITTEN["operations"]["push"]["messages"]
    assert {message["$ref"].rsplit("/", 1)[1] for message in sent} == set(TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_an_example_of_the_live_push_is_what_its_struct_holds(name: str) -> None:
    for payload in examples(name):
        held = msgspec.json.decode(json.dumps(payload), type=TYPES[name])
        assert msgspec.to_builtins(held) == payload


def test_the_example_of_a_subscription_is_understood() -> None:
    for payload in examples("subscribe"):
        assert Subscribe.model_validate_json(json.dumps(payload)).enterprises == ["north-works"]


async def test_what_a_console_really_hears_fits_the_description() -> None:
    desk, chance = Desk(), random.Random(3)
    console = desk.console()
    desk.values(p1=1.0, p100=1.0)
    heard = read(desk, console)
    for _ in range(40):
        desk.act(chance)
    desk.clock.advance(2.0)
    desk.values(p1=2.0, p100=0.0)
    desk.hub.flush_values()
    desk.hub.heartbeat()
    desk.hub.recorded([alarm(1)])
    desk.flooded(None, "north")
    heard += read(desk, console)
    desk.hub.resync()
    heard += read(desk, console)
    assert {message["type"] for message in heard} == set(TYPES)
    for message in heard:
        payload = MESSAGES[message["type"]]["payload"]
        assert fits(WRITTEN, payload, message), message
        assert set(message) == set(find(WRITTEN, payload["$ref"])["properties"])


def test_it_names_all_that_can_be_degraded() -> None:
    says = WRITTEN["components"]["schemas"]["Heartbeat"]["properties"]["degraded"]["description"]
    assert all(f"`{name}`" in says for name in Desk().vitals.degraded())
