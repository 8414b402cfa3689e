"""The live push: a ticket, then one WebSocket per console."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Query, Response, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocketDisconnect

from services.api.answer import answer
from services.api.asking import Here, SignedIn, window
from services.api.late_route import LateRouter
from services.api.live.channel import Channel, Interest
from services.api.live.hub import RESYNC, Hub
from services.api.live.pace import Pace
from services.api.principal import Principal
from services.api.text import Code
from services.api.ticket import LIFETIME_S
from services.api.wording import choose

router = LateRouter(prefix="/live", tags=["live"])
MAX_MESSAGE = 64 * 1024
BAD_MESSAGE = 1007
TOO_OFTEN = 1008, "too many subscriptions: 20 at once, then one a second"


class Subscribe(BaseModel):
    """What a console wants to see; what is not named stays as it is, null is all it may see."""

    model_config = ConfigDict(extra="ignore")
    type: Literal["subscribe"]
    enterprises: Annotated[list[Code], Field(max_length=10_000)] | None = None
    points: bool = True


@dataclass(frozen=True, slots=True)
class TicketView:
    """For `WS /api/v1/live?ticket=…`: once, within `expires_in` seconds."""

    ticket: str
    expires_in: int


@router.post("/ticket", response_model=TicketView)
async def get_ticket(here: Here, principal: SignedIn) -> Response:
    """A ticket for the live push."""
    return answer(TicketView(here.tickets.issue(principal), round(LIFETIME_S)))


@router.websocket("")
async def live(
    socket: WebSocket,
    ticket: Annotated[str, Query(max_length=200)] = "",
    lang: Annotated[str | None, Query(max_length=20)] = None,
) -> None:
    """The live push."""
    here = window(socket)
    principal = here.tickets.redeem(ticket) if same_origin(socket) else None
    if principal is None or not here.accounts.stands(principal):
        await socket.close()  # before it is accepted: HTTP 403
        return
    await socket.accept()
    language = choose(lang, socket.headers.get("accept-language"))
    channel = Channel(principal, Interest(principal.scope, True, language))
    here.hub.join(channel)
    if principal.session is not None:
        here.accounts.note_shown({principal.session})
    try:
        async with asyncio.TaskGroup() as group:
            pace = None if here.rate.is_off else Pace(here.clock)
            reader = group.create_task(_read(socket, channel, pace))
            await _write(socket, channel, here.hub, here.stall_s, reader)
            reader.cancel()
    finally:
        here.hub.leave(channel)


def same_origin(socket: WebSocket) -> bool:
    """A browser says where the page came from; programs that are no browsers say nothing."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    return origin.partition("://")[2].lower() == socket.headers.get("host", "").lower()


async def _write(
    socket: WebSocket, channel: Channel, hub: Hub, stall_s: float, reader: asyncio.Task[None]
) -> None:
    """Send what waits until somebody ends it. The only one that sends."""
    reader.add_done_callback(lambda _: channel.end(1000, ""))
    try:
        while channel.cut is None:
            for text in _waiting(channel, hub):
                async with asyncio.timeout(stall_s):
                    await socket.send_text(text)
            await channel.wait()
        async with asyncio.timeout(1.0):
            await socket.close(*channel.cut)
    except (TimeoutError, WebSocketDisconnect, RuntimeError):
        return  # it reads no more, or it is gone: the connection ends with this task


def _waiting(channel: Channel, hub: Hub) -> Iterator[str]:
    while channel.cut is None:
        if channel.wants_resync:
            channel.wants_resync = False
            yield RESYNC
        if channel.wants_snapshot:
            yield hub.snapshot(channel)
            hub.greet(channel)
        text = channel.next()
        if text is None:
            return
        yield text


async def _read(socket: WebSocket, channel: Channel, pace: Pace | None) -> None:
    """Hear what it wants to see, until it says something else, or says it too often."""
    while True:
        try:
            text = await socket.receive_text()
        except (WebSocketDisconnect, KeyError, RuntimeError):
            return
        wanted = _subscription(text)
        if wanted is None:
            channel.end(BAD_MESSAGE, "send {type: subscribe, enterprises: [...], points: bool}")
            return
        if pace is not None and not pace.take():
            channel.end(*TOO_OFTEN)
            return
        channel.restart(_interest(channel.principal, channel.interest, wanted))


def _subscription(text: str) -> Subscribe | None:
    try:
        return Subscribe.model_validate_json(text)
    except ValidationError:
        return None


def _interest(principal: Principal, known: Interest, wanted: Subscribe) -> Interest:
    """What was asked for, within what may be seen."""
    named = wanted.model_fields_set
    enterprises = known.enterprises
    if "enterprises" in named:
        enterprises = principal.scope
        if wanted.enterprises is not None:
            asked = frozenset(wanted.enterprises)
            enterprises = asked if enterprises is None else asked & enterprises
    points = wanted.points if "points" in named else known.points
    return Interest(enterprises, points, known.language)
