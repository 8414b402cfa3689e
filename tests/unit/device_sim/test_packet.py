"""MQTT packets in bytes: however the stream is cut, the same packets come out."""

import pytest

from device_sim.message import Outgoing
from device_sim.transport import packet as mqtt

SAID = Outgoing("pw/v1/E1/G1/telemetry", b'{"v":1}' * 40, retain=True)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_packets_come_out_however_the_stream_was_cut(size: int) -> None:
    stream = mqtt.publish(SAID, 300) + mqtt.puback(7) + mqtt.PINGREQ
    unpacker, found = mqtt.Unpacker(), list[mqtt.Packet]()
    for begin in range(0, len(stream), size):
        found += unpacker.feed(stream[begin : begin + size])
    publish, puback, ping = found
    heard = mqtt.received(publish)
    assert (heard.topic, heard.payload, heard.qos, heard.retain) == (*_content(), 1, True)
    assert heard.packet_id == 300
    assert (puback.kind, mqtt.number_of(puback)) == (mqtt.PUBACK, 7)
    assert (ping.kind, ping.body) == (12, b"")


def _content() -> tuple[str, bytes]:
    return SAID.topic, SAID.payload


def test_connect_is_what_the_standard_prints() -> None:
    """OASIS MQTT 3.1.1, 3.1: name, level 4, flags, keep alive, then id, will, user, password."""
    raw = mqtt.connect("me", "u", "p", 60, Outgoing("w", b"off", retain=True))
    assert raw[:2] == bytes([0x10, len(raw) - 2])
    assert raw[2:12] == b"\x00\x04MQTT\x04\xee\x00\x3c"
    assert raw[12:] == b"\x00\x02me\x00\x01w\x00\x03off\x00\x01u\x00\x01p"
    assert mqtt.connect("me", "u", "p", 60)[9] == 0xC2


def test_what_is_no_mqtt_is_said_to_be_none() -> None:
    with pytest.raises(mqtt.BadPacket, match="length"):
        list(mqtt.Unpacker().feed(b"\x30\xff\xff\xff\xff\x01"))
    with pytest.raises(mqtt.BadPacket, match="more than"):
        list(mqtt.Unpacker().feed(b"\x30\xff\xff\xff\x7f"))
    (short,) = mqtt.Unpacker().feed(b"\x32\x03\x00\x09a")
    with pytest.raises(mqtt.BadPacket, match="ends in its topic"):
        mqtt.received(short)


def test_a_refusal_has_words() -> None:
    yes, no, odd = (mqtt.Packet(mqtt.CONNACK, 0, bytes([0, code])) for code in (0, 5, 9))
    assert mqtt.refusal(yes) is None
    assert mqtt.refusal(no) == "not authorized"
    assert mqtt.refusal(odd) == "return code 9"
