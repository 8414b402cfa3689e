"""Live push and acknowledging, over the real bus, with an engine by script."""

import socket
import time
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from services.wire.bus import AlarmItem
from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused
from tests.living.live import Heard, Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.unit.api.engine import alarm

pytestmark = [pytest.mark.serial]


def address(api: Api, **more: str) -> str:
    ticket = api.admin.tell("/live/ticket")["ticket"]
    query = "&".join(f"{name}={value}" for name, value in (("ticket", ticket), *more.items()))
    return api.url.replace("http://", "ws://") + f"/api/v1/live?{query}"


def test_an_alarm_is_on_the_screen_and_in_the_list_at_once(api: Api) -> None:
    code = api.enterprise()
    with Live(api.admin) as live:
        said = time.monotonic()
        item = api.engine.raises(1, code)
        raised = live.wait_event("raised", code, "GT-1", 2.0)
        assert raised.at - said < 0.5
        alarm = raised.message["alarm"]
        assert alarm["recorded"] is False
        (listed,) = api.admin.items("/alarms", enterprise=code)
        assert listed == alarm
        api.engine.record(item.event_seq)
        live.wait(lambda h: h.type == "recorded" and item.id in h.message["ids"], 3.0, "recorded")
        assert api.admin.items("/alarms", enterprise=code)[0]["recorded"] is True


def test_filters_and_pages_of_the_live_list(api: Api) -> None:
    code = api.enterprise()
    for number in range(100, 110):
        api.engine.raises(number, code, grade=1 + number % 4, historical=number == 105)
    eventually(lambda: len(api.admin.items("/alarms", enterprise=code)) == 10, 2.0, "ten alarms")

    def ids(**params: str | int | bool) -> list[str]:
        return [a["id"] for a in api.admin.items("/alarms", enterprise=code, **params)]

    assert ids(limit=3) == [f"a{n:04d}" for n in range(109, 99, -1)]
    assert ids(grade=1) == ["a0108", "a0104", "a0100"]
    assert ids(historical=True) == ["a0105"]
    assert ids(tag="GT-103") == ["a0103"]
    assert ids(since="2026-01-01T00:00:00.108Z") == ["a0109", "a0108"]
    assert ids(until="2026-01-01T00:00:00.101Z") == ["a0100"]
    assert ids(state="acknowledged") == []
    assert ids(hazard_source="none") == []
    for bad in ("grade=7", "state=odd", "since=yesterday", "limit=0", "limit=1001", "cursor=x"):
        refused(api.admin.http.get(f"/alarms?{bad}"), 422, "invalid", bad.split("=")[0])


def test_the_language_is_the_readers(api: Api) -> None:
    code = api.enterprise()
    api.engine.raises(200, code)
    eventually(lambda: api.admin.items("/alarms", enterprise=code), 2.0, "the alarm")
    text = api.admin.items("/alarms", enterprise=code)[0]["message"]["text"]
    assert text == "GT-200 高高限报警：55 %LEL，限值 50 %LEL"
    english = api.admin.http.get(
        f"/alarms?enterprise={code}", headers={"Accept-Language": "en-US,en;q=0.9"}
    )
    assert "high-high limit" in english.json()["items"][0]["message"]["text"]


def test_an_acknowledgement_is_answered_with_the_alarm_and_pushed(api: Api) -> None:
    code = api.enterprise()
    item = api.engine.raises(300, code)
    operator = api.person("operator")
    with Live(api.admin) as live:
        answer = operator.tell(f"/alarms/{item.id}/acknowledge", {"note": "我去看"})
        assert answer["state"] == "acknowledged"
        assert answer["acknowledged_by"] == operator.ask("/me")["username"]
        live.wait_event("acknowledged", code, "GT-300", 1.0)
        again = api.admin.tell(f"/alarms/{item.id}/acknowledge")
        assert again["acknowledged_by"] == answer["acknowledged_by"], "the first one wins"
    refused(api.admin.http.post("/alarms/unknown/acknowledge", json={}), 404, "not-found")
    assert api.engine.asked[-3].note == "我去看"


def test_several_are_acknowledged_at_once_and_the_refused_are_named(api: Api) -> None:
    code = api.enterprise()
    items = [api.engine.raises(number, code) for number in (400, 401)]
    body = {"ids": [items[0].id, "unknown", items[1].id], "note": "both"}
    answer = api.admin.tell("/alarms/acknowledge", body)
    assert [a["id"] for a in answer["items"]] == [items[0].id, items[1].id]
    assert [(r["id"], r["code"]) for r in answer["refused"]] == [("unknown", "not_found")]
    refused(api.admin.http.post("/alarms/acknowledge", json={"ids": []}), 422, "invalid", "ids")


def test_an_enterprise_answers_its_own_alarm_with_a_note(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    mine, foreign = api.engine.raises(500, ours), api.engine.raises(501, theirs)
    person = api.person("enterprise", ours)
    path = f"/alarms/{mine.id}/acknowledge"
    refused(person.http.post(path, json={}), 422, "invalid", "note")
    assert person.tell(path, {"note": "checked"})["state"] == "acknowledged"
    refused(person.http.post(f"/alarms/{foreign.id}/acknowledge", json={}), 404, "not-found")
    both = person.tell("/alarms/acknowledge", {"ids": [foreign.id], "note": "x"})
    assert [r["code"] for r in both["refused"]] == ["not_found"]


def test_a_gap_in_what_the_engine_said_is_closed_by_a_snapshot(api: Api) -> None:
    code = api.enterprise()
    with Live(api.admin) as live:
        api.engine.says("raised", _alarm(600, code), lost=True)
        api.engine.raises(601, code)
        live.wait(lambda h: h.type == "resync", 3.0, "a resync")
        snapshot = live.wait(
            lambda h: h.type == "snapshot" and _ids(h, code) == {"a0600", "a0601"}, 3.0, "both"
        )
        api.engine.raises(602, code)
        event = live.wait_event("raised", code, "GT-602", 2.0)
        assert event.message["seq"] == snapshot.message["seq"] + 1


def test_a_lost_last_event_is_found_by_the_signs_of_life(api: Api) -> None:
    code = api.enterprise()
    api.engine.says("raised", _alarm(650, code), lost=True)
    eventually(lambda: api.admin.items("/alarms", enterprise=code), 3.0, "the lost alarm")


def test_an_engine_born_again_is_followed(api: Api) -> None:
    code = api.enterprise()
    with Live(api.admin) as live:
        api.engine.raises(700, code)
        live.wait_event("raised", code, "GT-700", 2.0)
        api.engine.is_born_again("e-second")
        live.wait(lambda h: h.type == "resync", 3.0, "a resync")
        api.engine.raises(701, code)
        live.wait(
            lambda h: h.type in ("snapshot", "alarm") and "a0701" in str(h.message), 3.0, "the new"
        )
        alarms = api.admin.items("/alarms", enterprise=code)
        assert {a["id"] for a in alarms} == {"a0700", "a0701"}


def test_values_come_by_name_and_at_most_once_a_second(api: Api) -> None:
    code = api.enterprise()
    level = api.point(code, "L")["id"]
    valve = api.point(code, "V", kind="valve")["id"]
    with Live(api.admin) as live:
        for step in range(8):
            api.engine.values({level: (1000 + step, float(step), 0), valve: (1000 + step, 1, 1)})
            time.sleep(0.25)
        live.wait(lambda h: h.type == "values" and 7.0 in h.message["v"], 2.0, "the last value")
        frames = [h for h in live.heard if h.type == "values"]
        assert len(frames) <= 4
        last = frames[-1].message
        values = dict(zip(last["id"], zip(last["v"], last["q"], strict=True), strict=True))
        assert values[level] == (7.0, 0)
        assert values[valve] == ("open", 1)
    found = {v["tag"]: v for v in api.admin.items("/values", enterprise=code)}
    assert (found["V"]["value"], found["V"]["quality"]) == ("open", "uncertain")
    assert found["L"]["age_s"] > 0
    with Live(api.admin) as again:
        points = again.heard[0].message["points"]
        assert level in points["id"]


def test_a_console_sees_what_it_subscribed_to(api: Api) -> None:
    one, other = api.enterprise(), api.enterprise()
    with connect(address(api)) as socket_:
        socket_.recv(timeout=3)
        socket_.send(f'{{"type": "subscribe", "enterprises": ["{one}"], "points": false}}')
        while '"type":"snapshot"' not in (text := str(socket_.recv(timeout=3))):
            continue
        assert '"points":{"id":[]' in text
        api.engine.raises(800, other)
        api.engine.raises(801, one)
        while '"type":"alarm"' not in (text := str(socket_.recv(timeout=3))):
            continue
        assert "a0801" in text


def test_what_a_subscription_does_not_name_stays_as_it_was(api: Api) -> None:
    one, other = api.enterprise(), api.enterprise()
    api.engine.raises(805, one)
    api.engine.raises(806, other)
    eventually(lambda: len(api.admin.items("/alarms", enterprise=other)) == 1, 5.0, "both alarms")
    with connect(address(api)) as socket_:

        def asked(text: str) -> str:
            socket_.send(text)
            while '"type":"snapshot"' not in (answer := str(socket_.recv(timeout=3))):
                continue
            return answer

        socket_.recv(timeout=3)
        assert "a0806" not in asked(f'{{"type": "subscribe", "enterprises": ["{one}"]}}')
        narrowed = asked('{"type": "subscribe", "points": false}')
        assert "a0805" in narrowed
        assert "a0806" not in narrowed
        assert "a0806" in asked('{"type": "subscribe", "enterprises": null}')


def test_an_enterprise_cannot_subscribe_to_another(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    api.engine.raises(810, theirs)
    person = api.person("enterprise", ours)
    ticket = person.tell("/live/ticket")["ticket"]
    url = api.url.replace("http://", "ws://") + f"/api/v1/live?ticket={ticket}"
    with connect(url) as socket_:
        assert "a0810" not in str(socket_.recv(timeout=3))
        socket_.send(f'{{"type": "subscribe", "enterprises": ["{theirs}", "{ours}"]}}')
        while '"type":"snapshot"' not in (text := str(socket_.recv(timeout=3))):
            continue
        assert "a0810" not in text


def test_nobody_comes_in_without_a_fresh_ticket_and_the_right_page(api: Api) -> None:
    used = address(api)
    with connect(used) as first:
        first.recv(timeout=3)
    bad = [used, used.split("?")[0], used.split("=")[0] + "=guess"]
    for url in bad:
        with pytest.raises(InvalidStatus):
            connect(url)
    with pytest.raises(InvalidStatus):
        connect(address(api), origin=Origin("https://evil.example"))
    host = urlsplit(api.url).netloc
    with connect(address(api), origin=Origin(f"http://{host}")) as own:
        own.recv(timeout=3)


def test_a_message_that_is_none_of_ours_ends_the_connection(api: Api) -> None:
    for text in ("x", "{}", '{"type":"subscribe","enterprises":["a b"]}', "x" * 100_000):
        with connect(address(api)) as socket_:
            socket_.send(text)
            with pytest.raises(ConnectionClosed):
                _read_on(socket_)


def test_a_console_that_never_reads_delays_nobody(api: Api) -> None:
    code = api.enterprise()
    stalled = _raw_socket(api)
    try:
        with Live(api.admin) as live:
            for number in range(2000, 4000):
                api.engine.raises(number, code)
            said = time.monotonic()
            api.engine.raises(5000, code)
            heard = live.wait_event("raised", code, "GT-5000", 5.0)
            assert heard.at - said < 2.0
    finally:
        stalled.close()
    assert api.ready()["ready"] is True


def test_a_silent_engine_is_said_within_five_seconds_and_refuses_commands(api: Api) -> None:
    code = api.enterprise()
    item = api.engine.raises(900, code)
    with Live(api.admin) as live:
        api.engine.silent = True
        began = time.monotonic()
        try:
            beat = live.wait(
                lambda h: h.type == "heartbeat" and "engine" in h.message["degraded"],
                6.0,
                "a degraded engine",
            )
            assert beat.at - began <= 5.0
            answer = api.admin.http.post(f"/alarms/{item.id}/acknowledge", json={})
            refused(answer, 503, "engine-away", "engine")
            assert httpx2.get(f"{api.url}/readyz", verify=NO_TLS).status_code == 503
            assert api.admin.items("/alarms", enterprise=code)[0]["id"] == item.id
            drawn = api.admin.ask("/map", enterprise=code, lang="en")
            (whole,) = (each["properties"] for each in drawn["features"])
            assert (drawn["live"], whole["why"]["alarm"]) == (False, item.id)
            assert whole["why"]["note"].startswith("No alarm engine answers")
        finally:
            api.engine.silent = False
        after = time.monotonic()
        live.wait(
            lambda h: h.type == "heartbeat" and h.at > after and not h.message["degraded"],
            3.0,
            "all well again",
        )
    assert httpx2.get(f"{api.url}/readyz", verify=NO_TLS).status_code == 200


def _read_on(socket_: ClientConnection) -> None:
    while True:
        socket_.recv(timeout=3)


def _alarm(number: int, enterprise: str) -> AlarmItem:
    return alarm(number, enterprise)


def _ids(heard: Heard, enterprise: str) -> set[str]:
    return {a["id"] for a in heard.message["alarms"] if a["enterprise"] == enterprise}


def _raw_socket(api: Api) -> socket.socket:
    """A console that shakes hands and then never reads a byte."""
    parts = urlsplit(address(api))
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.connect((parts.hostname, parts.port))
    raw.sendall(
        f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return raw


@pytest.mark.long
def test_a_console_that_never_reads_is_cut_after_half_a_minute(api: Api) -> None:
    code = api.enterprise()
    before = _clients(api)
    stalled = _raw_socket(api)
    try:
        eventually(lambda: _clients(api) == before + 1, 3.0, "one more client")
        for number in range(20_000, 32_000):
            api.engine.raises(number, code)
        eventually(lambda: _clients(api) == before, 50.0, "the stalled client is cut", every_s=1)
    finally:
        stalled.close()


def _clients(api: Api) -> float:
    text = httpx2.get(f"{api.url}/metrics", verify=NO_TLS).text
    (line,) = [row for row in text.splitlines() if row.startswith("parkwatch_live_clients ")]
    return float(line.split()[1])
