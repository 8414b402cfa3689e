"""The native payload format, and what it refuses (the payload and time cases of the corpus)."""

import json

import pytest

from services.domain.reading import Quality
from services.wire.native import GatewayState, decode_native, decode_state
from services.wire.telemetry import PAYLOAD_LIMIT, Poison, TagValue

TS = 1_767_542_400_123


def values(payload: bytes | str) -> dict[str, TagValue]:
    raw = payload.encode() if isinstance(payload, str) else payload
    (message,) = decode_native(raw)
    return {each.tag: each for each in message.values}


def refusal(payload: bytes | str) -> str:
    """The one refusal of a payload of which nothing else was refused."""
    raw = payload.encode() if isinstance(payload, str) else payload
    (message,) = decode_native(raw)
    (reason,) = message.refused
    return reason


def test_the_example_of_the_contract_is_read() -> None:
    (message,) = decode_native(
        b'{"ts": 1767542400123, "boot": "f3a9", "seq": 42, "values": {"GT-101": 12.5,'
        b' "TI-1009": {"v": 120.4, "q": "good"}, "ESD-301": "tripped"}}'
    )

    assert (message.ts, message.boot, message.seq) == (TS, "f3a9", 42)
    assert message.values == (
        TagValue("GT-101", 12.5, Quality.GOOD, TS),
        TagValue("TI-1009", 120.4, Quality.GOOD, TS),
        TagValue("ESD-301", "tripped", Quality.GOOD, TS),
    )
    assert message.refused == ()


def test_an_array_holds_several_messages() -> None:
    first, second = decode_native(b'[{"values":{"A":1}},{"ts":1767542400123,"values":{"A":2}}]')

    assert (first.values[0].value, first.values[0].ts) == (1.0, None)
    assert (second.values[0].value, second.values[0].ts) == (2.0, TS)


def test_a_bad_element_of_an_array_leaves_the_others() -> None:
    bad, good = decode_native(b'[7, {"values":{"A":2}}]')

    assert bad.values == ()
    assert "not an object" in bad.refused[0]
    assert good.values[0].value == 2.0


def test_a_time_inside_a_value_wins() -> None:
    read = values('{"ts":1,"values":{"A":{"v":1,"ts":"2026-01-04T16:00:00.123Z"},"B":2}}')

    assert read["A"].ts == TS
    assert read["B"].ts == 1


def test_null_is_a_bad_value_not_silence() -> None:
    read = values('{"values":{"A":null,"B":{"v":null,"q":"good"},"C":{"v":5,"q":"bad"}}}')

    assert (read["A"].value, read["A"].quality) == (None, Quality.BAD)
    assert (read["B"].value, read["B"].quality) == (None, Quality.BAD)
    assert (read["C"].value, read["C"].quality) == (5.0, Quality.BAD)


def test_unknown_keys_are_no_reason_to_refuse() -> None:
    read = values('{"vendor":{"a":[1,{"b":2}]},"values":{"A":{"v":1,"x":2}}}')

    assert read["A"].value == 1.0


@pytest.mark.parametrize(
    "text",
    ["-0.0", "5e-324", "1.7976931348623157e308", "9223372036854775808", "18446744073709551616"],
)
def test_extreme_numbers_are_numbers(text: str) -> None:
    (value,) = (each.value for each in values(f'{{"values":{{"A":{text}}}}}').values())

    assert value == float(text)
    assert str(value) != "-0.0"


WHOLE = [
    (b"", "empty"),
    (b" ", "empty"),
    (b"null", "not a JSON object"),
    (b"5", "not a JSON object"),
    (b"[]", "empty array"),
    (b'{"values":{"A":1}', "not JSON"),
    (b'{"values":{"A":1}}x', "not JSON"),
    (b'\xef\xbb\xbf{"values":{"A":1}}', "byte order mark"),
    ('{"values":{"温度":1}'.encode("gbk"), "not UTF-8"),
    ('{"values":{"caf\xe9":1}}'.encode("latin-1"), "not UTF-8"),
    ('{"values":{"温度":1,"'.encode() + b'\xb8":2}}', "damaged UTF-8"),
    ('{"values":{"A":1}}'.encode("utf-16"), "UTF-16"),
    (b"\xff\xfe", "UTF-16"),
    (b'{"values":{"\xe0\x80\xaf":1}}', "not UTF-8"),
    (b"\x1f\x8b\x08\x00", "gzip"),
    (b"\x08\x96\x01\x12\x07testing", "not UTF-8"),
    (b"\x08\x16\x01\x12\x07testing", "not JSON"),
    (b"[" * 5_000, "nested too deeply"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 5_000, "nested too deeply"),
    (b'{"values":{"A":01}}', "not JSON"),
    (b'{"values":{"A\x00":1}}', "not JSON"),
]


@pytest.mark.parametrize(("payload", "word"), WHOLE)
def test_a_payload_of_no_use_is_poison_with_its_reason(payload: bytes, word: str) -> None:
    with pytest.raises(Poison) as caught:
        decode_native(payload)

    assert word in caught.value.reason
    assert caught.value.reason.endswith(".")


MESSAGES = [
    ("{}", '"values" is missing'),
    ('{"GT-101": 12.5}', '"values" is missing'),
    ('{"values":{}}', "empty"),
    ('{"values":[1]}', "not an object"),
    ('{"values":{"A":1},"values":{"A":2}}', "given twice"),
    ('{"ts":1,"ts":2,"values":{"A":1}}', "given twice"),
    ('{"seq":-1,"values":{"A":1}}', "seq -1"),
    ('{"seq":"7","values":{"A":1}}', "seq '7'"),
    ('{"seq":9223372036854775808,"values":{"A":1}}', "seq 9223372036854775808"),
    ('{"seq":1.5,"values":{"A":1}}', "seq 1.5"),
    ('{"seq":true,"values":{"A":1}}', "seq True"),
    ('{"boot":[],"values":{"A":1}}', "boot []"),
    ('{"boot":"","values":{"A":1}}', "boot ''"),
]


@pytest.mark.parametrize(("payload", "word"), MESSAGES)
def test_a_message_of_no_use_says_why(payload: str, word: str) -> None:
    assert word in refusal(payload)
    assert values(payload) == {}


VALUES = [
    ("NaN", "NaN is no number"),
    ("Infinity", "Infinity is no number"),
    ("-Infinity", "-Infinity is no number"),
    ("1e400", "beyond every number"),
    ("-1e400", "beyond every number"),
    ("9" * 5_000, "beyond every number"),
    ("9" * 309, "beyond every number"),
    ("[1]", "a value is a number"),
    ("{}", 'no "v"'),
    ('{"V":1}', 'no "v"'),
    ('{"v":1,"v":99}', "given twice"),
    ('{"v":{"v":1}}', "a value is a number"),
    ('{"v":1,"q":"GOOD"}', "q 'GOOD' is unknown"),
    ('{"v":1,"q":0}', "q 0 is unknown"),
    ('""', "a state has"),
    ('"a\\u0000b"', "a state has"),
    ('"\\ud800"', "a state has"),
    ('"' + "x" * 100_000 + '"', "a state has"),
    ('{"v":1,"ts":"2026-01-04T16:00:00"}', "no offset"),
    ('{"v":1,"ts":"2026-01-04"}', "is no time"),
    ('{"v":1,"ts":"1767225600"}', "is no time"),
    ('{"v":1,"ts":"infinity"}', "is no time"),
    ('{"v":1,"ts":""}', "is no time"),
    ('{"v":1,"ts":true}', "is no time"),
    ('{"v":1,"ts":1767542400.5}', "is no time"),
    ('{"v":1,"ts":NaN}', "is no number"),
    ('{"v":1,"ts":"2026-01-04T16:00:60Z"}', "does not exist"),
    ('{"v":1,"ts":"2026-01-04T24:00:00Z"}', "does not exist"),
    ('{"v":1,"ts":"2026-02-29T00:00:00Z"}', "does not exist"),
    ('{"v":1,"ts":"2026-01-04T16:00:00+25:00"}', "does not exist"),
    ('{"v":1,"ts":"2026-01-04T16:00:00Z+08:00"}', "no offset"),
]


@pytest.mark.parametrize(("text", "word"), VALUES)
def test_one_bad_value_does_not_spoil_its_neighbours(text: str, word: str) -> None:
    payload = f'{{"values":{{"first":1,"BAD":{text},"last":3}}}}'

    read = values(payload)

    assert word in refusal(payload)
    assert refusal(payload).startswith("'BAD'")
    assert len(refusal(payload)) < 250
    assert {tag: each.value for tag, each in read.items()} == {"first": 1.0, "last": 3.0}


def test_a_tag_given_twice_is_refused_and_only_that_one() -> None:
    payload = '{"values":{"A":1,"B":2,"A":3}}'

    assert "given twice" in refusal(payload)
    assert {tag: each.value for tag, each in values(payload).items()} == {"B": 2.0}


def test_a_tag_given_twice_hides_behind_no_escape_and_no_colon() -> None:
    for payload in (
        '{"values":{"A":1,"A":2,"x":"\\u003a"}}',
        '{"values":{"A:B":1,"A:B":2}}',
        '{"values":{"A" :1,"A"\t: 2}}',
        '{"values":{"A":1,"\\u0041":2}}',
    ):
        assert "given twice" in refusal(payload), payload


@pytest.mark.parametrize(
    "tag", ["", "x" * 129, "a\\u0000", "a\\nb", "\\ud800", "a\\u202eb", "a\\u200bb", "\\ufeffA"]
)
def test_a_tag_has_printable_characters(tag: str) -> None:
    payload = f'{{"values":{{"{tag}":1,"B":2}}}}'

    assert "printable characters" in refusal(payload)
    refusal(payload).encode("utf-8")
    assert list(values(payload)) == ["B"]


@pytest.mark.parametrize(
    "tag",
    ["可燃气体-101", "<img onerror=x>", "=HYPERLINK(1)", "'; drop--", "%s", "${jndi:x}", "a b"],
)
def test_odd_but_printable_tags_are_just_text(tag: str) -> None:
    assert values(json.dumps({"values": {tag: 1}}))[tag].value == 1.0


def test_a_bad_time_of_the_message_spares_values_with_their_own() -> None:
    payload = '{"ts":"yesterday","values":{"A":1,"B":{"v":2,"ts":1767542400123}}}'

    assert "'A': ts 'yesterday' is no time" in refusal(payload)
    assert values(payload)["B"].ts == TS


def test_the_limit_is_exact() -> None:
    head, tail = b'{"values":{"A":1}', b"}"
    full = head + b" " * (PAYLOAD_LIMIT - len(head) - len(tail)) + tail

    assert values(full)["A"].value == 1.0
    with pytest.raises(Poison, match="262145 bytes"):
        decode_native(full + b" ")


def test_many_values_in_one_message() -> None:
    read = values(json.dumps({"values": {f"T{i}": i for i in range(15_000)}}))

    assert len(read) == 15_000


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-01-04T16:00:00.123Z", TS),
        ("2026-01-05T00:00:00.123+08:00", TS),
        ("2026-01-04t16:00:00.123999z", TS),
        ("2026-01-04 16:00:00.123-00:00", TS),
        ("2026-01-04T16:00:00Z", TS - 123),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_rfc_3339_is_read_to_the_millisecond(text: str, at: int) -> None:
    assert values(f'{{"ts":"{text}","values":{{"A":1}}}}')["A"].ts == at


def test_boot_may_be_a_number_and_goes_without_seq() -> None:
    (message,) = decode_native(b'{"boot":17,"values":{"A":1}}')

    assert (message.boot, message.seq) == ("17", None)


def test_a_state_is_an_object_that_says_whether_online() -> None:
    assert decode_state(b'{"online":true,"ts":1767542400123}') == GatewayState(True, TS)
    assert decode_state(b'{"online":false}') == GatewayState(False, None)
    for payload in (b"", b"{}", b"[]", b'{"online":1}', b'{"online":"yes"}', b"online", b"null"):
        with pytest.raises(Poison):
            decode_state(payload)
    with pytest.raises(Poison, match="no offset"):
        decode_state(b'{"online":true,"ts":"2026-01-04T16:00:00"}')
