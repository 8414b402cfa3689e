"""What comes in at the border, and how a refusal reads."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from services.api.alarm_page import merged
from services.api.asking import make_cursor, read_cursor
from services.api.broker_access import render
from services.api.edge import Edge
from services.api.problem import Problem
from services.api.rate import RateLimit
from services.api.resolution import MOST_ITEMS, step_for
from services.api.sheet import BadSheet
from services.api.text import Code, Moment, NewPassword, Number, Tag, Unit
from services.api.wording import Language, choose, sentence
from services.runtime.clock import ManualClock, to_datetime
from services.stack.broker import users_fragment
from services.store.alarm_list import AlarmFilter
from services.store.register import Gateway
from tests.living.sheet import read_sheet
from tests.unit.api.engine import alarm


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Number, float("nan")),
        (Number, float("inf")),
        (Number, True),
        (Number, "12"),
        (Number, "1_000"),
        (Number, None),
        (Code, ""),
        (Code, "a b"),
        (Code, "a.b"),
        (Code, "é"),
        (Code, "x" * 65),
        (Code, "abc\n"),
        (Tag, ""),
        (Tag, "a\x00"),
        (Tag, " a"),
        (Tag, "\u202eabc"),
        (Tag, "\ud800"),
        (Tag, "x" * 129),
        (Unit, "x" * 17),
        (NewPassword, "short"),
        (NewPassword, "x" * 1_000_000),
        (Moment, "2026-01-04T16:00:00"),
        (Moment, "yesterday"),
        (Moment, "1767225600"),
        (Moment, 1767225600),
        (Moment, 0.5),
        (Moment, "2026-01-04"),
    ],
)
def test_what_is_not_clean_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_what_is_clean_is_taken_as_it_is() -> None:
    assert TypeAdapter(Number).validate_python(12) == 12.0
    assert TypeAdapter(Tag).validate_python("可燃气/GT-101 %") == "可燃气/GT-101 %"
    moment = TypeAdapter(Moment).validate_python("2026-01-04T16:00:00 08:00")
    assert moment.utcoffset() == timedelta(hours=8), "a + in an address reads as a space"


def test_a_cursor_is_a_place_and_nothing_else_is_a_cursor() -> None:
    assert read_cursor(make_cursor([5, "a"]), tuple[int, str]) == (5, "a")
    assert read_cursor(None, tuple[int, str]) is None
    for word in ("", "x", "äöü", make_cursor(["a", 5]), make_cursor([5]), "%%%"):
        with pytest.raises(Problem, match="cursor"):
            read_cursor(word, tuple[int, str])


def gateway(enterprise: str, code: str) -> Gateway:
    return Gateway(enterprise, code, f"{enterprise}.{code}", "$2a$04$x", to_datetime(0), None)


def test_without_gateways_the_brokers_list_is_the_one_it_starts_with() -> None:
    assert render([]) == users_fragment()


def test_a_gateway_may_publish_below_its_prefix_and_hear_its_downlink_only() -> None:
    text = render([gateway("north", "gw1")])
    assert (
        '{ user: "north.gw1", password: "$2a$04$x", allowed_connection_types: ["MQTT"],'
        ' permissions: { publish: ["pw.v1.north.gw1.*"],'
        ' subscribe: ["pw.down.v1.north.gw1.*"] } }\n]\n'
    ) in text


def test_where_the_broker_maps_a_gateway_may_publish_into_its_own_bucket_only() -> None:
    text = render([gateway("acme", "gw1")], bucketed=True)
    assert text.startswith("# buckets: 16, each with topics of its own\n")
    assert (
        'publish: ["pw.v1.acme.gw1.*", "pw.b.15.acme.gw1.telemetry", "pw.b.15.acme.gw1.neuron",'
        ' "pw.b.15.acme.gw1.tb", "pw.b.15.acme.gw1.senml"]'
    ) in text


@pytest.mark.parametrize(
    ("hours", "name"), [(0.5, "1s"), (1, "5s"), (24, "1m"), (24 * 30, "1h"), (24 * 3650, "7d")]
)
def test_a_trend_never_has_more_steps_than_a_screen_can_draw(hours: float, name: str) -> None:
    span = timedelta(hours=hours)
    chosen, width = step_for(span)
    assert chosen == name
    assert span / width < MOST_ITEMS


def test_the_language_is_what_was_asked_for_else_chinese() -> None:
    assert choose(None, None) is Language.ZH
    assert choose("en-GB", "zh") is Language.EN
    assert choose(None, "fr, en;q=0.8, zh;q=0.5") is Language.EN
    assert choose(None, "zh-CN,zh;q=0.9,en;q=0.8") is Language.ZH
    assert choose("fr", "en;q=x") is Language.ZH


def test_an_alarm_says_what_it_says_in_both_languages() -> None:
    item = alarm(1, name="反应器区", name_en="reactor area", condition="L", value=1 / 3)
    assert sentence(item, Language.ZH) == "GT-1 反应器区 低限报警：0.333333 %LEL，限值 50 %LEL"
    expected = "GT-1 reactor area: 0.333333 %LEL at the low limit of 50 %LEL"
    assert sentence(item, Language.EN) == expected


def test_the_live_word_counts_more_than_the_record() -> None:
    recorded = [alarm(3), alarm(2), alarm(1)]
    live = [alarm(2, state="acknowledged"), alarm(4)]
    found, more = merged(live, frozenset({"a0002", "a0004"}), recorded, AlarmFilter(), None, 10)
    assert [(a.id, a.state) for a in found] == [
        ("a0004", "unacknowledged"),
        ("a0003", "unacknowledged"),
        ("a0002", "acknowledged"),
        ("a0001", "unacknowledged"),
    ]
    assert not more


def test_pages_of_both_sources_together_hold_every_alarm_once() -> None:
    on_record = [alarm(n) for n in range(30, 0, -1)]
    live = [alarm(n, state="acknowledged") for n in (40, 31, 25, 11, 2)]
    known = frozenset(a.id for a in live)
    seen: list[str] = []
    place: tuple[int, str] | None = None
    for _ in range(30):
        after = [a for a in on_record if place is None or a.raised_at < place[0]]
        found, more = merged(live, known, after[:4], AlarmFilter(), place, 4)
        seen += [a.id for a in found]
        if not more or not found:
            break
        place = (found[-1].raised_at, found[-1].id)
    assert seen == [f"a{n:04d}" for n in (40, *range(31, 0, -1))]


def test_a_sheet_as_plants_export_them_is_read() -> None:
    text = "\ufeffTag；Kind；Unit；range_low；name\n".replace("；", ";")
    text += "GT-1;combustible_gas;%LEL;０;甲区\n\nGT-2;level;m;-1.5;\n"
    for payload in (text.encode(), text.removeprefix("\ufeff").encode("gb18030")):
        sheet = read_sheet(payload, "north")
        assert sheet.errors == []
        first, second = sheet.points.values()
        assert (first.tag, first.range_low, first.name) == ("GT-1", 0.0, "甲区")
        assert (second.tag, second.range_low, second.name) == ("GT-2", -1.5, None)


def test_each_wrong_row_of_a_sheet_is_named_with_its_reason() -> None:
    text = "tag,kind,unit,range_low\nA,level,m,1\nA,level,m,1\nB,gas,m,1\nC,level,m,1e999\n"
    sheet = read_sheet(text.encode(), "north")
    assert list(sheet.points) == [2]
    assert [error.split(":")[0] for error in sheet.errors] == ["Row 3", "Row 4", "Row 5"]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "no column"),
        (b"tag,kind\nA,level\n", "no column unit"),
        (b"tag,kind,unit,colour\n", "'colour' is not known"),
        (b"tag,kind,unit,tag\n", "twice"),
        (b"tag,kind,unit\n", "no points"),
        (b"tag,kind,unit\n\xff\xff\xff", "neither"),
    ],
)
def test_a_sheet_that_cannot_be_read_says_why(payload: bytes, says: str) -> None:
    with pytest.raises(BadSheet, match=says):
        read_sheet(payload, "north")


class Echo:
    """An application that says what came through."""

    def __init__(self) -> None:
        self.path = ""
        self.body = b""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.path = scope["path"]
        self.body = (await receive()).get("body", b"")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def ask(path: bytes, chunks: list[bytes], announced: int | None = None) -> tuple[int, Echo]:
    """One request through the edge, its body in pieces."""
    echo, sent = Echo(), []
    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    scope = {
        "type": "http",
        "path": path.decode(),
        "raw_path": path,
        "headers": headers,
        "method": "POST",
    }
    waiting = [
        {"type": "http.request", "body": chunk, "more_body": n < len(chunks) - 1}
        for n, chunk in enumerate(chunks)
    ]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await Edge(echo, RateLimit(0, ManualClock()))(scope, receive, send)
    headers_sent = dict(sent[0]["headers"])
    assert headers_sent[b"x-content-type-options"] == b"nosniff"
    assert b"frame-ancestors 'none'" in headers_sent[b"content-security-policy"]
    assert b"script-src" not in headers_sent[b"content-security-policy"]
    return sent[0]["status"], echo


async def test_a_body_within_its_bound_passes_whole() -> None:
    status, echo = await ask(b"/api/v1/points", [b"a" * 1000, b"b"])
    assert (status, echo.body) == (200, b"a" * 1000 + b"b")


@pytest.mark.parametrize("path", [b"/api/v1/points", b"/api/v1/telemetry"])
async def test_a_body_is_bounded_by_its_real_bytes(path: bytes) -> None:
    assert (await ask(path, [b"a" * 2**19] * 3))[0] == 413
    assert (await ask(path, [b"a"], announced=10**12))[0] == 413


async def test_a_slash_inside_a_tag_does_not_part_it() -> None:
    _, echo = await ask(b"/api/v1/points/n/GT%2F1%20a/readings", [b""])
    assert echo.path.split("/")[5:] == ["GT\x1f1 a", "readings"]
    assert TypeAdapter(Tag).validate_python(echo.path.split("/")[5]) == "GT/1 a"
