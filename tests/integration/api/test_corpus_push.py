"""The bad-input corpus over the live push, cases 91 to 99: who listens, and what they send."""

import asyncio
import base64
import os
import secrets
import socket
import time
import zlib
from collections.abc import Iterator, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from services.api.app import make_app
from services.api.live.hub import CHANGED_ACCOUNT
from services.api.live.pace import BURST
from services.api.routes.live import TOO_OFTEN
from tests.integration.api.conftest import Api
from tests.integration.api.desk import desk_over
from tests.living.engines_alone import Engines
from tests.living.live import Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Json

GONE_S = 10.0
"""How long a connection that must end may take to, on a busy machine."""


def address(api: Api, ticket: str) -> str:
    return api.url.replace("http://", "ws://") + f"/api/v1/live?ticket={ticket}"


def ticket_of(door: Door) -> str:
    ticket: str = door.tell("/live/ticket")["ticket"]
    return ticket


def next_of(opened: ClientConnection, kind: str) -> str:
    deadline = time.monotonic() + GONE_S
    while f'"type":"{kind}"' not in (text := str(opened.recv(timeout=GONE_S))):
        assert time.monotonic() < deadline, f"no {kind}"
    return text


def is_cut(opened: ClientConnection) -> bool:
    """Whether it ends in time; what still comes is read away."""
    try:
        for _ in range(100):
            opened.recv(timeout=GONE_S)
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False
    return False


@contextmanager
def raw(api: Api, *more: str) -> Iterator[socket.socket]:
    """A WebSocket by hand, after its handshake, to which any bytes may be sent."""
    place = urlsplit(address(api, ticket_of(api.admin)))
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    lines = (
        f"GET {place.path}?{place.query} HTTP/1.1",
        f"Host: {place.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *more,
    )
    with socket.create_connection((place.hostname, place.port), timeout=GONE_S) as opened:
        opened.sendall("\r\n".join((*lines, "", "")).encode())
        assert b" 101 " in opened.recv(65_536)
        yield opened


def frame(first: int, payload: bytes) -> bytes:
    """A masked frame: its first byte (fin, rsv, opcode) and what it carries."""
    size, mask = len(payload), os.urandom(4)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 65_536:
        length = bytes([0x80 | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([0x80 | 127]) + size.to_bytes(8, "big")
    masked = bytes(byte ^ mask[number % 4] for number, byte in enumerate(payload))
    return bytes([first]) + length + mask + masked


def ends(opened: socket.socket) -> bool:
    """Whether the line falls in time, though we do not answer its close frame."""
    opened.settimeout(GONE_S)
    try:
        while opened.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
def test_91_a_page_from_elsewhere_does_not_come_in(api: Api, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(address(api, ticket_of(api.admin)), origin=Origin(origin))
    assert refused.value.response.status_code == 403


def test_91_a_program_that_is_no_browser_says_no_origin_and_needs_its_ticket(api: Api) -> None:
    with connect(address(api, ticket_of(api.admin))) as opened:
        next_of(opened, "snapshot")
    with pytest.raises(InvalidStatus):
        connect(address(api, ""))


def test_92_a_ticket_is_good_once_and_for_its_owner(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    api.engine.raises(9201, theirs)
    person = api.person("enterprise", ours)
    ticket = ticket_of(person)
    with connect(address(api, ticket)) as opened:
        assert theirs not in next_of(opened, "snapshot"), "whoever uses it sees its owner's alarms"
    for used in (ticket, ticket.upper(), ticket + "x", "", "x" * 300):
        with pytest.raises(InvalidStatus) as refused:
            connect(address(api, used))
        assert refused.value.response.status_code == 403
    person.http.post("/auth/sign-out")


def test_92_a_ticket_of_somebody_who_was_signed_out_is_worth_nothing(api: Api) -> None:
    person = api.person("operator")
    ticket = ticket_of(person)
    assert person.http.post("/auth/sign-out").status_code == 204
    with pytest.raises(InvalidStatus):
        connect(address(api, ticket))


def test_93_a_subscription_to_another_tenant_shows_nothing_of_it(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    api.engine.raises(9301, theirs)
    with connect(address(api, ticket_of(api.person("enterprise", ours)))) as opened:
        assert theirs not in next_of(opened, "snapshot")
        opened.send(f'{{"type": "subscribe", "enterprises": ["{theirs}"]}}')
        assert theirs not in next_of(opened, "snapshot")
        opened.send('{"type": "subscribe", "enterprises": null}')
        assert theirs not in next_of(opened, "snapshot")
        api.engine.raises(9302, theirs)
        own = api.engine.raises(9303, ours)
        told = next_of(opened, "alarm")
        assert own.id in told, "the first alarm that comes is its own"


@pytest.mark.parametrize(
    "bytes_",
    [
        pytest.param(frame(0x82, b'{"type":"subscribe"}'), id="binary"),
        pytest.param(frame(0x81, b"\xff\xfe"), id="no-utf-8"),
        pytest.param(b"\x81\xff" + (17 * 2**20).to_bytes(8, "big") + b"mask", id="17-mb-announced"),
        pytest.param(frame(0x81, b"x" * 100_000), id="100-kb"),
        pytest.param(frame(0x01, b"x" * 30_000) + frame(0x00, b"x" * 30_000) * 4, id="fragments"),
        pytest.param(b"\x81\x02hi", id="unmasked"),
        pytest.param(frame(0xC1, zlib.compress(b"0" * 10**7)), id="compressed-unasked"),
        pytest.param(frame(0x83, b"x"), id="reserved-opcode"),
        pytest.param(frame(0x89, b"x" * 126), id="long-ping"),
        pytest.param(frame(0x81, b'{"type":"subscribe"'), id="truncated"),
        pytest.param(frame(0x81, b"[" * 5_000), id="deep"),
        pytest.param(frame(0x81, b'{"type":"subscribe","points":1e999}'), id="beyond-numbers"),
    ],
)
def test_94_a_message_that_cannot_be_one_ends_its_own_connection_only(
    api: Api, bytes_: bytes
) -> None:
    with Live(api.admin) as neighbour, raw(api) as opened:
        with suppress(ConnectionError):  # it may be ended while it is still talking
            opened.sendall(bytes_)
        assert ends(opened)
        heard = len(neighbour.heard)
        eventually(lambda: len(neighbour.heard) > heard, GONE_S, "the neighbour hears on")


def test_94_a_flood_of_tiny_messages_and_pings_delays_nobody(api: Api) -> None:
    code = api.enterprise()
    with Live(api.admin) as neighbour, raw(api) as opened:
        opened.settimeout(GONE_S)
        try:
            for _ in range(200):
                opened.sendall((frame(0x81, b"{}") + frame(0x89, b"x")) * 100)
        except OSError:
            pass  # it was ended at the first of them
        api.engine.raises(9401, code)
        neighbour.wait_event("raised", code, "GT-9401", GONE_S)


@pytest.mark.serial
def test_94_the_line_falls_soon_after_the_close_frame_whoever_answers_it(api: Api) -> None:
    with raw(api) as garbage, raw(api) as talker:
        garbage.sendall(frame(0x83, b"x"))
        talker.sendall(frame(0x81, b"{}"))
        for opened in (garbage, talker):
            since = time.monotonic()
            assert ends(opened)
            assert time.monotonic() - since <= 2.0


async def test_94_a_flood_of_subscriptions_is_cut(engines: Engines) -> None:
    """Each is answered with a snapshot of all that may be seen: 20 at once, then one a second."""
    async with desk_over(engines, rate_limit=600) as desk:
        ticket = (await desk.admin.tell("POST", "/live/ticket"))["ticket"]
        heard, said = flood(5_000), []

        async def receive() -> Json:
            await asyncio.sleep(0)
            return next(heard)

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message)

        scope = {
            "type": "websocket", "asgi": {"version": "3.0"}, "path": "/api/v1/live",
            "raw_path": b"/api/v1/live", "query_string": f"ticket={ticket}".encode(),
            "headers": [], "subprotocols": [], "scheme": "ws", "client": ("127.0.0.1", 1),
        }  # fmt: skip
        await make_app(desk.here)(scope, receive, send)
        assert said[-1] == {
            "type": "websocket.close", "code": TOO_OFTEN[0], "reason": TOO_OFTEN[1],
        }  # fmt: skip
        snapshots = [each for each in said if '"type":"snapshot"' in each.get("text", "")]
        assert 1 <= len(snapshots) <= BURST + 1


def flood(times: int) -> Iterator[Json]:
    yield {"type": "websocket.connect"}
    for number in range(times):
        points = "true" if number % 2 else "false"
        yield {
            "type": "websocket.receive",
            "text": f'{{"type": "subscribe", "points": {points}}}',
        }
    raise AssertionError("the flood was listened to to its end")


def test_95_compression_is_not_spoken_so_no_bomb_opens(api: Api) -> None:
    with connect(address(api, ticket_of(api.admin)), compression="deflate") as opened:
        assert opened.response is not None
        assert "Sec-WebSocket-Extensions" not in opened.response.headers
    with raw(api, "Sec-WebSocket-Extensions: permessage-deflate") as opened_by_hand:
        opened_by_hand.sendall(frame(0xC1, zlib.compress(b"0" * 10**8)[:60_000]))
        assert ends(opened_by_hand)


def test_96_one_that_never_reads_delays_nobody(api: Api) -> None:
    code = api.enterprise()
    with raw(api), Live(api.admin) as neighbour:
        for number in range(9600, 9900):
            api.engine.raises(number, code)
        neighbour.wait_event("raised", code, "GT-9899", GONE_S)


def test_97_one_that_goes_without_a_word_and_many_of_one_person(api: Api) -> None:
    with raw(api) as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    code = api.enterprise()
    with ExitStack() as crowd:
        every = [
            crowd.enter_context(connect(address(api, ticket_of(api.admin)))) for _ in range(40)
        ]
        for each in every:
            next_of(each, "snapshot")
        raised = api.engine.raises(9701, code)
        for each in every:
            assert raised.id in next_of(each, "alarm")
    assert httpx2.get(f"{api.url}/readyz", verify=NO_TLS).status_code == 200


@pytest.mark.serial
def test_98_another_role_cuts_the_push_of_the_old_one_within_five_seconds(api: Api) -> None:
    person = api.person("supervisor")
    me = person.ask("/me")["username"]
    with connect(address(api, ticket_of(person))) as opened:
        next_of(opened, "snapshot")
        changed = api.admin.http.patch(f"/users/{me}", json={"role": "operator"})
        assert changed.status_code == 200
        since = time.monotonic()
        assert is_cut(opened)
        assert time.monotonic() - since <= 5.0
        assert opened.close_code == CHANGED_ACCOUNT[0]
    assert person.http.get("/me").status_code == 401


@pytest.mark.parametrize(
    "more", ["cursor=99999999", "since=2999-01-01T00:00:00Z", "seq=-1", "enterprise=x"]
)
def test_99_there_is_nothing_to_resume_so_nothing_foreign_can_be(api: Api, more: str) -> None:
    """Each connection begins with a whole snapshot of what its owner may see."""
    ours, theirs = api.enterprise(), api.enterprise()
    own = api.engine.raises(secrets.randbelow(10**6) + 10**5, ours)
    api.engine.raises(secrets.randbelow(10**6) + 2 * 10**6, theirs)
    person = api.person("enterprise", ours)
    with connect(f"{address(api, ticket_of(person))}&{more}") as opened:
        told = next_of(opened, "snapshot")
    assert own.id in told
    assert theirs not in told
