"""The same plant in other makes' dialects, byte by byte, and what each has no word for."""

import json

import pytest

from device_sim.encode.persona import PERSONAS, outgoing
from device_sim.fleet.way_cause import Truncate, WrongUnit
from device_sim.message import Message, Outgoing
from device_sim.physics.chance import stream
from device_sim.way.gateway_way import GatewayWay
from services.wire.neuron import decode_neuron
from services.wire.senml import decode_senml
from services.wire.telemetry import TelemetryMessage
from services.wire.thingsboard import decode_thingsboard

SAID = Message(
    1_767_542_400_123,
    "f3a9",
    42,
    {"GT-101": 12.5, "ESD-301": "tripped", "GT-102": 106.25, "GT-103": 3.0},
    {"GT-102": "bad", "GT-103": "uncertain"},
)


def sent(name: str) -> Outgoing:
    persona = PERSONAS[name]
    return outgoing(persona, "E1", "G1", persona.fit(SAID))


@pytest.mark.parametrize(
    ("name", "leaf", "payload"),
    [
        (
            "native",
            "telemetry",
            b'{"ts":1767542400123,"boot":"f3a9","seq":42,"values":{"GT-101":12.5,'
            b'"ESD-301":"tripped","GT-102":{"v":106.25,"q":"bad"},"GT-103":{"v":3.0,"q":"uncertain"}}}',
        ),
        (
            "neuron",
            "neuron",
            b'{"timestamp":1767542400123,"node":"plant","group":"all","values":{"GT-101":12.5,'
            b'"ESD-301":"tripped","GT-103":3.0},"errors":{"GT-102":3002}}',
        ),
        (
            "tb",
            "tb",
            b'{"plant":[{"ts":1767542400123,"values":{"GT-101":12.5,"ESD-301":"tripped","GT-103":3.0}}]}',
        ),
        (
            "senml",
            "senml",
            b'[{"bt":1767542400.123,"n":"GT-101","v":12.5},{"n":"ESD-301","vs":"tripped"},'
            b'{"n":"GT-103","v":3.0}]',
        ),
    ],
)
def test_the_bytes(name: str, leaf: str, payload: bytes) -> None:
    found = sent(name)
    assert found.topic == f"pw/v1/E1/G1/{leaf}"
    assert found.payload == payload


def numbers(messages: list[TelemetryMessage]) -> dict[str, object]:
    return {each.tag: each.value for message in messages for each in message.values}


def test_the_platform_reads_in_each_what_was_meant() -> None:
    good = {"GT-101": 12.5, "ESD-301": "tripped", "GT-103": 3.0}
    assert numbers(decode_neuron(sent("neuron").payload)) == {**good, "GT-102": None}
    assert numbers(decode_thingsboard(sent("tb").payload)) == good
    assert numbers(decode_senml(sent("senml").payload)) == good


def test_senml_names_the_units_that_it_has_names_for() -> None:
    units = {"TI-1": "Cel", "PI-1": "kPa(g)", "LI-1": "%", "WS-1": "m/s"}
    wrong = WrongUnit(cause="wrong_unit", gateways=("*",), tags=("E1/WS-1", "E1/PI-1"), at_s=5)
    path = GatewayWay(("E1", "G1"), [wrong], units, PERSONAS["senml"], stream(3, "w"))
    told = Message(1_000, "b", 1, {"TI-1": 20.5, "PI-1": 100.0, "LI-1": 40.0, "WS-1": 2.0})
    (right,) = path.carry(1, told, 0.0)[1]
    assert right.outgoing is not None
    assert right.outgoing.payload == (
        b'[{"bt":1.0,"bver":26,"n":"TI-1","u":"Cel","v":20.5},{"n":"PI-1","v":100.0},'
        b'{"n":"LI-1","u":"/100","v":40.0},{"n":"WS-1","u":"m/s","v":2.0}]'
    )
    said, (spoilt,) = path.carry(2, told, 5.0)
    assert spoilt.outgoing is not None
    assert b'{"n":"WS-1","u":"km/h","v":7.2}' in spoilt.outgoing.payload
    assert b'{"n":"PI-1","v":0.1}' in spoilt.outgoing.payload, "SenML has no name for MPa"
    assert said is not None
    assert said.message.qualities == {"WS-1": "uncertain"}
    assert len(decode_senml(spoilt.outgoing.payload)[0].values) == 4


@pytest.mark.parametrize("name", ["tb", "senml"])
def test_a_message_of_which_nothing_is_left_is_not_sent(name: str) -> None:
    path = GatewayWay(("E1", "G1"), [], {}, PERSONAS[name], stream(1, "w"))
    said, gone = path.carry(1, Message(0, "b", 1, {"A": 1.0}, {"A": "bad"}), 0.0)
    assert said is None
    assert gone == []


@pytest.mark.parametrize("name", PERSONAS)
def test_what_ends_in_the_middle_is_no_json_in_any_dialect(name: str) -> None:
    cut = Truncate(cause="truncate", gateways=("*",), at_s=0, share=1.0)
    path = GatewayWay(("E1", "G1"), [cut], {}, PERSONAS[name], stream(2, "w"))
    for second in range(30):
        (gone,) = path.carry(second + 1, SAID, float(second))[1]
        assert gone.outgoing is not None
        with pytest.raises(ValueError):
            json.loads(gone.outgoing.payload)
