"""The layer that gives any list in fewer fields (`fields=`) or whole, as CSV (`format=csv`).

It lies around the routes and asks them for one page after the other, as a caller would: whoever
may see a list may have it as a sheet, and a new list needs nothing of its own.
"""

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.routing import Route

from services.api.address import Addresses
from services.api.answer import FOLLOWING, SHEET
from services.api.edge import App, Receive, Scope, Send
from services.api.list_columns import Column, columns_of, row
from services.api.preference import prefers
from services.api.problem import Kind, render
from services.runtime.clock import Clock

MEDIA_TYPE = "text/csv"
PAGE = 500
"""Items of a page that a sheet is made of, and so the most that is held at once."""
PATIENCE_S = 10.0
"""How long the database may be away in the middle; then the sheet is cut, its connection with it."""
FIELDS, FORMAT = "fields", "format"
_FORMATS = ("json", "csv")
Query = list[tuple[str, str]]


class CutShort(Exception):
    """A sheet that cannot be ended: the connection breaks, so that nobody takes it for whole."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks of a list."""

    fields: tuple[str, ...] | None
    as_csv: bool
    query: Query
    """What is left for the route."""

    @property
    def is_page(self) -> bool:
        """Whether one page is asked for, and not all of it."""
        return any(name == "limit" for name, _ in self.query)


@dataclass(slots=True)
class Reply:
    """An answer, taken in whole."""

    start: MutableMapping[str, Any] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """As ASGI's `send`."""
        if message["type"] == "http.response.start":
            self.start.update(message)
        else:
            self.body += message.get("body", b"")

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return int(self.start["status"])


class Listing:
    """Lies inside `Repeat`, around the routes; what is no list passes by."""

    def __init__(self, app: App, addresses: Addresses, clock: Clock) -> None:
        self._app = app
        self._clock = clock
        self._addresses = addresses
        self._columns: dict[str, tuple[Column, ...] | None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        columns = self._wished(scope)
        if columns is None:
            await self._app(scope, receive, send)
            return
        wish = _wish(scope, columns)
        if isinstance(wish, str):
            await self._refuse(wish, scope, receive, send)
        elif wish.as_csv:
            await self._sheet(wish, columns, scope, receive, send)
        elif wish.fields is not None:
            await self._narrow(wish.fields, _asking(scope, wish.query), receive, send)
        else:
            await self._app(_asking(scope, wish.query), receive, send)

    def _wished(self, scope: Scope) -> tuple[Column, ...] | None:
        """The columns of the list that is asked for otherwise than as its route answers it."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        query = scope.get("query_string", b"")
        named = any(name in query for name in (b"fields=", b"format="))
        if not named and b"csv" not in _header(scope, b"accept").lower():
            return None
        route = self._addresses.find(scope)
        return None if route is None else self._columns_of(route)

    def _columns_of(self, route: Route) -> tuple[Column, ...] | None:
        if route.path not in self._columns:
            model = getattr(route, "response_model", None)
            self._columns[route.path] = None if model is None else columns_of(model)
        return self._columns[route.path]

    async def _refuse(self, why: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Say what is wrong with a wish, to whoever may have the list at all."""
        reply = Reply()
        await self._app(_asking(scope, []), receive, reply.send)
        if reply.status < 400:
            await render(Kind.INVALID, why)(scope, receive, send)
        else:
            await _pass_on(reply, bytes(reply.body), send)

    async def _narrow(
        self, fields: Sequence[str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        reply = Reply()
        await self._app(scope, receive, reply.send)
        body = bytes(reply.body)
        if reply.status == 200:
            page = msgspec.json.decode(body)
            page["items"] = [{name: each.get(name) for name in fields} for each in page["items"]]
            body = msgspec.json.encode(page)
        await _pass_on(reply, body, send)

    async def _sheet(
        self,
        wish: Wish,
        columns: Sequence[Column],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        chosen = list(columns)
        if wish.fields is not None:
            chosen = [c for name in wish.fields for c in columns if c.path[0] == name]
        query = wish.query if wish.is_page else [*wish.query, ("limit", str(PAGE))]
        reply = await self._page(scope, query, receive)
        if reply.status != 200:
            await _pass_on(reply, bytes(reply.body), send)
            return
        page = msgspec.json.decode(bytes(reply.body))
        following = page["next"]
        await send(_start(scope, following if wish.is_page else None))
        header = [[column.name for column in chosen]]
        await send(_part("\ufeff" + _lines(header) + _rows(page, chosen)))
        while following is not None and not wish.is_page:
            await asyncio.sleep(0)
            page = await self._next(dict(scope) | {FOLLOWING: True}, query, following, receive)
            following = page["next"]
            await send(_part(_rows(page, chosen)))
        await send({"type": "http.response.body", "body": b""})

    async def _next(
        self, scope: Scope, query: Query, cursor: str, receive: Receive
    ) -> Mapping[str, Any]:
        """The page after a cursor. Raises CutShort."""
        deadline = self._clock.monotonic() + PATIENCE_S
        rest = [(name, value) for name, value in query if name != "cursor"]
        while True:
            reply = await self._page(scope, [*rest, ("cursor", cursor)], receive)
            if reply.status == 200:
                page: Mapping[str, Any] = msgspec.json.decode(bytes(reply.body))
                return page
            if reply.status != 503 or self._clock.monotonic() > deadline:
                raise CutShort(f"a sheet is cut: its next page was answered with {reply.status}")
            await asyncio.sleep(0.5)

    async def _page(self, scope: Scope, query: Query, receive: Receive) -> Reply:
        reply = Reply()
        headers = [each for each in scope["headers"] if each[0] != b"if-none-match"]
        asked = dict(_asking(scope, query)) | {"headers": headers, SHEET: True}
        await self._app(asked, receive, reply.send)
        return reply


def _wish(scope: Scope, columns: Sequence[Column]) -> Wish | str:
    """What is asked for, or the sentence that says why not."""
    given = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    rest = [(name, value) for name, value in given if name not in (FIELDS, FORMAT)]
    formats = [value for name, value in given if name == FORMAT]
    named = [value for name, value in given if name == FIELDS]
    if formats and formats[-1] not in _FORMATS:
        return f"format: it is one of {', '.join(_FORMATS)}."
    fields = None
    if named:
        known = list(dict.fromkeys(column.path[0] for column in columns))
        fields = tuple(dict.fromkeys(part.strip() for part in ",".join(named).split(",")))
        unknown = [name for name in fields if name not in known]
        if unknown:
            return f"fields: {unknown[0][:64]!r} is none of {', '.join(known)}."
    accept = _header(scope, b"accept").decode("latin-1")
    as_csv = formats[-1] == "csv" if formats else prefers(accept, MEDIA_TYPE, "application/json")
    return Wish(fields, as_csv, rest)


def _asking(scope: Scope, query: Query) -> Scope:
    """The same request with another query."""
    return dict(scope) | {"query_string": urlencode(query).encode()}


def _header(scope: Scope, name: bytes) -> bytes:
    return b",".join(value for each, value in scope["headers"] if each == name)


def _start(scope: Scope, following: str | None) -> MutableMapping[str, Any]:
    """The head of a sheet; of one page that is not the last it names where the next is."""
    name = scope["path"].rstrip("/").rpartition("/")[2]
    headers = [
        (b"content-type", b"text/csv; charset=utf-8; header=present"),
        (b"content-disposition", f'attachment; filename="{name}.csv"'.encode()),
        (b"vary", b"Accept, Accept-Language, Authorization"),
    ]
    if following is not None:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        query = [each for each in query if each[0] != "cursor"] + [("cursor", following)]
        headers.append((b"link", f'<{scope["path"]}?{urlencode(query)}>; rel="next"'.encode()))
    return {"type": "http.response.start", "status": 200, "headers": headers}


def _part(text: str) -> MutableMapping[str, Any]:
    return {"type": "http.response.body", "body": text.encode(), "more_body": True}


def _rows(page: Mapping[str, Any], columns: Sequence[Column]) -> str:
    return _lines(row(item, columns) for item in page["items"])


def _lines(rows: Iterable[Sequence[object]]) -> str:
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue()


async def _pass_on(reply: Reply, body: bytes, send: Send) -> None:
    headers = [each for each in reply.start["headers"] if each[0] != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode()))
    await send(dict(reply.start) | {"headers": headers})
    await send({"type": "http.response.body", "body": body})
