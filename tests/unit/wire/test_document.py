"""Text that is not UTF-8: read as GB18030 where it is, and said so; else refused."""

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import ReadingFlag
from services.wire import document
from services.wire.telemetry import Poison
from services.wire.translate import translate


@pytest.mark.parametrize(
    "text",
    ["可燃气体-1号罐区", "液位（㎡）", "温度℃", "龘靐齉", "𠮷野", "流量", "压力kPa·表"],
)
def test_chinese_in_a_plants_encoding_is_read(text: str) -> None:
    payload = f'{{"{text}":"{text}"}}'.encode("gb18030")

    assert document.parse(payload) == ({text: text}, True)


@pytest.mark.parametrize("encoding", ["gbk", "gb2312"])
def test_the_older_encodings_are_part_of_it(encoding: str) -> None:
    payload = '{"可燃气体-1号罐区":1}'.encode(encoding)

    assert document.parse(payload) == ({"可燃气体-1号罐区": 1}, True)


@pytest.mark.parametrize("escaped", [True, False])
def test_utf_8_and_escapes_are_not_transcoded(escaped: bool) -> None:
    payload = b'{"\\u6e29\\u5ea6":1}' if escaped else '{"温度":1}'.encode()

    assert document.parse(payload) == ({"温度": 1}, False)


def test_a_bad_value_beside_gb18030_text_is_marked_alone() -> None:
    found, transcoded = document.parse('{"温度":NaN,"压力":1,"压力":2,"流量":3}'.encode("gb18030"))

    assert transcoded
    assert isinstance(found, dict)
    assert isinstance(found["温度"], document.Unusable)
    assert isinstance(found["压力"], document.Unusable)
    assert found["流量"] == 3


def test_text_that_is_both_is_utf_8() -> None:
    """Some pairs of GB18030 are valid UTF-8; nobody can tell, and the standard says UTF-8."""
    both = "学业".encode("gb18030")

    found, transcoded = document.parse(b'{"' + both + b'":1}')

    assert not transcoded
    assert found == {both.decode("utf-8"): 1}


@pytest.mark.parametrize(
    ("payload", "word"),
    [
        ('{"温度":1,"压力'.encode() + b"\xa6" + b'":2}', "damaged UTF-8"),
        ('{"温度压力":1}'.encode()[:-6] + b'":1}', "damaged UTF-8"),
        ('{"温度":1}'.encode("gb18030")[:-1], "not UTF-8"),
        (b'{"a":"\x80"}', "not UTF-8"),
        (b'{"a":"\xff"}', "not UTF-8"),
        ('{"é":1}'.encode("latin-1"), "not UTF-8"),
        ("\ufeff".encode("gb18030") + '{"温":1}'.encode("gb18030"), "byte order mark"),
    ],
)
def test_what_is_neither_is_refused(payload: bytes, word: str) -> None:
    with pytest.raises(Poison) as caught:
        document.parse(payload)

    assert word in caught.value.reason


def test_every_reading_of_such_a_message_says_so() -> None:
    book = Directory()
    book.put(Point(1, "acme", "温度", PointKind.TEMPERATURE, "Cel", 0.0, 100.0))
    payload = '{"values":{"温度":500,"压力":1}}'.encode("gb18030")

    found = translate(book, "pw/v1/acme/gw1/telemetry", payload, 1_767_542_400_000)

    noted = ReadingFlag.TRANSCODED | ReadingFlag.NO_TIME
    assert [each.flags for each in found.readings] == [noted | ReadingFlag.OUT_OF_RANGE]
    assert [(each.tag, each.flags) for each in found.unregistered] == [("压力", noted)]
    assert found.transcoded
