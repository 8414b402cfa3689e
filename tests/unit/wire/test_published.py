"""The examples that the makers of each format publish, read as they stand (tests/golden/formats)."""

from pathlib import Path

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, ReadingFlag
from services.wire.neuron import decode_neuron
from services.wire.senml import decode_senml
from services.wire.telemetry import DeviceValue, TagValue, UnitValue
from services.wire.thingsboard import decode_thingsboard
from services.wire.translate import Translation, translate

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "formats"
OW = "urn:dev:ow:10e2073a01080063:"


def published(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def test_neurons_values_format() -> None:
    (message,) = decode_neuron(published("neuron-values"))

    assert message.refused == ()
    assert message.values == (
        TagValue("tag0", 123.0, Quality.GOOD, 1650006388943),
        TagValue("tag1", None, Quality.BAD, 1650006388943),
    )


def test_neurons_tags_format() -> None:
    (message,) = decode_neuron(published("neuron-tags"))

    assert message.refused == ()
    assert message.values == (
        TagValue("tag0", 123.0, Quality.GOOD, 1647497389075),
        TagValue("tag1", None, Quality.BAD, 1647497389075),
    )


def test_neurons_text_is_the_name_of_a_state() -> None:
    (message,) = decode_neuron(published("neuron-2.1-values"))

    assert [(each.tag, each.value) for each in message.values] == [
        ("cstr01", "hello!"),
        ("cstr100", None),
    ]


def test_a_thingsboard_gateways_telemetry() -> None:
    messages = decode_thingsboard(published("thingsboard-gateway"))

    def value(device: str, ts: int, tag: str, number: float) -> DeviceValue:
        return DeviceValue(tag, number, Quality.GOOD, ts, device)

    assert [each for message in messages for each in message.values] == [
        value("Device A", 1483228800000, "temperature", 42.0),
        value("Device A", 1483228800000, "humidity", 80.0),
        value("Device A", 1483228801000, "temperature", 43.0),
        value("Device A", 1483228801000, "humidity", 82.0),
        value("Device B", 1483228800000, "temperature", 42.0),
        value("Device B", 1483228800000, "humidity", 80.0),
    ]


def test_senml_a_single_data_point() -> None:
    (message,) = decode_senml(published("senml-single"))

    assert message.values == (
        UnitValue("urn:dev:ow:10e2073a01080063", 23.1, Quality.GOOD, None, "Cel"),
    )


def test_senml_several_data_points_now() -> None:
    (message,) = decode_senml(published("senml-multiple-now"))

    assert message.values == (
        UnitValue(f"{OW}voltage", 120.1, Quality.GOOD, None, "V"),
        UnitValue(f"{OW}current", 1.2, Quality.GOOD, None, "A"),
    )


def test_senml_several_data_points_with_times() -> None:
    (message,) = decode_senml(published("senml-multiple-times"))

    at, name = 1276020076001, "urn:dev:ow:10e2073a0108006:current"
    assert message.values[0] == UnitValue(name[:-7] + "voltage", 120.1, Quality.GOOD, at, "V")
    assert message.values[1:] == tuple(
        UnitValue(name, value, Quality.GOOD, at - seconds * 1000, "A")
        for seconds, value in zip((5, 4, 3, 2, 1, 0), (1.2, 1.3, 1.4, 1.5, 1.6, 1.7), strict=True)
    )


def test_senml_several_measurements_of_one_name() -> None:
    (message,) = decode_senml(published("senml-position"))

    at = 1320067464000
    assert {each.tag for each in message.values} == {OW}
    assert [
        (each.ts, each.unit, each.value)
        for each in message.values
        if isinstance(each, UnitValue) and each.unit in ("%RH", "%EL")
    ] == [
        (at, "%RH", 20.0),
        (at + 60_000, "%RH", 20.3),
        (at + 120_000, "%RH", 20.7),
        (at + 150_000, "%EL", 98.0),
        (at + 180_000, "%RH", 21.2),
    ]
    assert len(message.values) == 13


def test_senml_resolved_says_the_same() -> None:
    assert decode_senml(published("senml-resolved")) == decode_senml(published("senml-position"))


def test_senml_several_types_of_data() -> None:
    (message,) = decode_senml(published("senml-types"))

    assert [(each.tag, each.value) for each in message.values] == [
        (f"{OW}temp", 23.1),
        (f"{OW}label", "Machine Room"),
        (f"{OW}open", False),
    ]
    assert message.refused == (f"'{OW}nfc-reader': binary data (vd) cannot be stored.",)


def test_senml_a_collection_of_resources() -> None:
    (message,) = decode_senml(published("senml-collection"))

    at = 1320078429000
    assert message.values == (
        UnitValue("2001:db8::2/temperature", 25.2, Quality.GOOD, at, "Cel"),
        UnitValue("2001:db8::2/humidity", 30.0, Quality.GOOD, at, "%RH"),
        UnitValue("2001:db8::1/temperature", 12.3, Quality.GOOD, at, "Cel"),
        UnitValue("2001:db8::1/humidity", 67.0, Quality.GOOD, at, "%RH"),
    )


def read(leaf: str, name: str, received_at: int, **points: str) -> Translation:
    """A published example as it came in at some time, with points of these tags and units."""
    book = Directory()
    for number, (tag, unit) in enumerate(points.items(), 1):
        book.put(Point(number, "acme", tag.replace("__", "/"), PointKind.ANALOG, unit))
    return translate(book, f"pw/v1/acme/gw1/{leaf}", published(name), received_at)


def test_an_error_of_neuron_is_a_bad_reading_and_not_silence() -> None:
    found = read("neuron", "neuron-values", 1650006388999, tag0="ppm", tag1="ppm")

    assert [(each.value, each.quality) for each in found.readings] == [
        (123.0, Quality.GOOD),
        (None, Quality.BAD),
    ]
    assert found.reason is None


def test_device_and_key_where_registered_else_key() -> None:
    book = {"Device A__temperature": "Cel", "temperature": "Cel"}

    found = read("tb", "thingsboard-gateway", 1483228801500, **book)

    assert [(each.point_id, each.value) for each in found.readings] == [(1, 42), (1, 43), (2, 42)]
    assert {each.tag for each in found.unregistered} == {"humidity"}


def test_another_unit_than_the_points_makes_the_value_uncertain() -> None:
    right = {"urn:dev:ow:10e2073a01080063": "℃"}
    wrong = {"urn:dev:ow:10e2073a01080063": "K"}

    (agreeing,) = read("senml", "senml-single", 1_800_000_000_000, **right).readings
    (contradicting,) = read("senml", "senml-single", 1_800_000_000_000, **wrong).readings

    assert (agreeing.value, agreeing.quality) == (23.1, Quality.GOOD)
    assert (contradicting.value, contradicting.quality) == (23.1, Quality.UNCERTAIN)
    assert agreeing.flags == ReadingFlag.NO_TIME
