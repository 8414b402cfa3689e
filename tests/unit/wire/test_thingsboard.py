"""A ThingsBoard gateway's telemetry: what its makers' example does not show."""

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.wire.telemetry import DeviceValue, Poison
from services.wire.thingsboard import decode_thingsboard
from services.wire.translate import Translation, translate

NOW = 1_767_542_400_000


def test_an_element_without_values_is_the_values_themselves() -> None:
    (message,) = decode_thingsboard(b'{"A":[{"temperature":42,"humidity":80}]}')

    assert [(each.tag, each.value, each.ts) for each in message.values] == [
        ("temperature", 42.0, None),
        ("humidity", 80.0, None),
    ]


def test_a_time_is_that_of_its_element_alone() -> None:
    messages = decode_thingsboard(b'{"A":[{"ts":1,"values":{"a":1}},{"values":{"a":2}}]}')

    assert [each.ts for message in messages for each in message.values] == [1, None]


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        ('{"A":{"ts":1,"values":{"a":1}}}', "Device 'A' is not an array"),
        ('{"A":[]}', "or an empty one"),
        ('{"A":7}', "is not an array"),
        ('{"A":[7]}', "has an element that is not an object"),
        ('{"A":[{}]}', "missing, empty or not an object"),
        ('{"A":[{"ts":1}]}', "missing, empty or not an object"),
        ('{"A":[{"values":[1]}]}', "missing, empty or not an object"),
        ('{"A":[{"ts":"2026-01-01","values":{"a":1}}]}', "'A'/'a': ts '2026-01-01' is no time"),
        ('{"A":[{"values":{"a":{"nested":1}}}]}', "'A'/'a': a value is a number"),
        ('{"A":[{"values":{"a":[1]}}]}', "'A'/'a': a value is a number"),
        ('{"A":[NaN]}', "NaN is no number"),
        ('{"A":[{"values":{"a":1}}],"A":[{"values":{"a":2}}]}', "Device 'A' is given twice"),
    ],
)
def test_what_is_refused_names_its_device_and_leaves_the_others(payload: str, word: str) -> None:
    whole = payload[:-1] + ',"B":[{"values":{"b":1}}]}'
    messages = decode_thingsboard(whole.encode())

    refused = [sentence for message in messages for sentence in message.refused]
    assert len(refused) == 1
    assert word in refused[0]
    assert messages[-1].values == (DeviceValue("b", 1.0, device="B"),)


@pytest.mark.parametrize("payload", [b"[]", b"{}", b"7", b'[{"A":[]}]'])
def test_what_is_no_object_of_devices_is_poison(payload: bytes) -> None:
    with pytest.raises(Poison, match="JSON object of devices"):
        decode_thingsboard(payload)


def read(*tags: str) -> Translation:
    book = Directory()
    for number, tag in enumerate(tags, 1):
        book.put(Point(number, "acme", tag, PointKind.ANALOG, "1"))
    payload = b'{"A":[{"values":{"t":1}}],"B":[{"values":{"t":2}}]}'
    return translate(book, "pw/v1/acme/gw1/tb", payload, NOW)


def test_device_and_key_comes_before_key() -> None:
    assert [(each.point_id, each.value) for each in read("A/t", "t").readings] == [(1, 1), (2, 2)]
    assert [(each.point_id, each.value) for each in read("A/t", "B/t").readings] == [(1, 1), (2, 2)]
    assert [each.point_id for each in read("t").readings] == [1, 1]


def test_a_stranger_is_listed_under_its_key() -> None:
    assert [each.tag for each in read("C/t").unregistered] == ["t", "t"]
