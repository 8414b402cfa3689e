"""EMQX Neuron: what its makers' examples do not show."""

import json
from typing import Any

import pytest

from services.domain.reading import Quality
from services.wire.neuron import decode_neuron
from services.wire.telemetry import TelemetryMessage


def read(**message: Any) -> TelemetryMessage:
    (found,) = decode_neuron(json.dumps(message).encode())
    return found


def values(message: TelemetryMessage) -> dict[str, tuple[object, Quality]]:
    return {each.tag: (each.value, each.quality) for each in message.values}


def test_all_tags_failed_is_a_message_of_bad_values() -> None:
    found = read(timestamp=1, values={}, errors={"a": 2014, "b": 10002})

    assert values(found) == {"a": (None, Quality.BAD), "b": (None, Quality.BAD)}
    assert found.refused == ()


def test_a_tag_with_value_and_error_keeps_its_value_as_bad() -> None:
    both = read(values={"a": 5, "b": 6}, errors={"a": 2014})
    listed = read(tags=[{"name": "a", "value": 5, "error": 2014}, {"name": "b", "value": 6}])

    wanted = {"a": (5.0, Quality.BAD), "b": (6.0, Quality.GOOD)}
    assert values(both) == values(listed) == wanted


def test_error_0_is_no_error() -> None:
    assert values(read(tags=[{"name": "a", "value": 5, "error": 0}])) == {"a": (5.0, Quality.GOOD)}


def test_null_is_bad_and_not_silence() -> None:
    found = read(values={"a": None}, tags=[{"name": "b", "value": None}, {"name": "c", "error": 0}])

    assert set(values(found).values()) == {(None, Quality.BAD)}
    assert len(found.values) == 3


def test_a_name_listed_twice_is_two_values() -> None:
    found = read(tags=[{"name": "a", "value": 1}, {"name": "a", "value": 99}])

    assert [each.value for each in found.values] == [1.0, 99.0]


def test_an_array_holds_several_messages() -> None:
    one, two, three = decode_neuron(b'[{"values":{"a":1}},{"tags":[{"name":"b","value":2}]},7]')

    assert (len(one.values), len(two.values), three.values) == (1, 1, ())
    assert "not an object" in three.refused[0]


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ({}, '"values" or "tags" is missing'),
        ({"values": {}}, '"values" or "tags" is missing'),
        ({"values": [1]}, '"values" is not an object'),
        ({"errors": 7}, '"errors" is not an object'),
        ({"tags": {"a": 1}}, '"tags" is not an array'),
        ({"tags": [7]}, 'An element of "tags" is not an object'),
        ({"tags": [{"value": 1}]}, "a tag has 1 to 128"),
        ({"tags": [{"name": 5, "value": 1}]}, "a tag has 1 to 128"),
        ({"tags": [{"name": "a"}]}, 'neither "value" nor "error"'),
        ({"values": {"a": [1, 2]}}, "a value is a number"),
        ({"values": {"a": {"v": 1}}}, "a value is a number"),
        ({"timestamp": "2026-01-01", "values": {"a": 1}}, "is no time"),
        ({"timestamp": 1.5, "errors": {"a": 1}}, "is no time"),
    ],
)
def test_what_is_refused_says_why(message: dict[str, Any], word: str) -> None:
    found = read(**message)

    assert found.values == ()
    assert word in found.refused[0]


def test_one_section_of_another_shape_leaves_the_others() -> None:
    found = read(values={"a": 1}, errors=[2014], tags=[7, {"name": "b", "value": 2}])

    assert values(found) == {"a": (1.0, Quality.GOOD), "b": (2.0, Quality.GOOD)}
    assert len(found.refused) == 2
