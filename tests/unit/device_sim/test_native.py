"""The native dialect, byte by byte."""

import pytest

from device_sim.encode.native import encode
from device_sim.message import Message


def test_the_bytes_are_those_of_the_contract() -> None:
    message = Message(1_767_542_400_123, "f3a9", 42, {"GT-101": 12.5, "ESD-301": "tripped"})
    assert encode(message) == (
        b'{"ts":1767542400123,"boot":"f3a9","seq":42,"values":{"GT-101":12.5,"ESD-301":"tripped"}}'
    )


def test_tags_stay_readable_in_chinese() -> None:
    assert '"液位":1.0'.encode() in encode(Message(0, "b", 1, {"液位": 1.0}))


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_has_no_bytes(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(Message(0, "b", 1, {"A": value}))
