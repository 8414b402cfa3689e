"""Doing things at the api and looking at what the audit says of them."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import psycopg

from tests.integration.api.conftest import Api
from tests.living.engines_alone import Engines
from tests.living.outcome import eventually
from tests.living.park import Door, Json

UNDO = "undo-"
_TRAP = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON audit DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.request_id LIKE 'undo-%') EXECUTE FUNCTION full_disk();
"""


@contextmanager
def no_room_for_undone(engines: Engines) -> Iterator[None]:
    """At its commit the audit has no room for what a request named `undo-…` did."""
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(_TRAP.encode())
        try:
            yield
        finally:
            connection.execute(b"DROP TRIGGER full_disk ON audit; DROP FUNCTION full_disk()")


@dataclass
class Deeds:
    """Does each thing twice: first where the audit has no room for it, which must undo it, then so
    that it is done, with one row of the audit. `done`: method and path of each."""

    api: Api
    done: set[str] = field(default_factory=set)

    def do(
        self,
        what: str,
        body: Json | Callable[[], Json] | None = None,
        *,
        by: Door | None = None,
        status: int = 200,
        **named: str,
    ) -> Json:
        """`what` as the audit names it; `named` its parameters, `query` included."""
        first = self._send(what, _told(body), by, f"{UNDO}{secrets.token_hex(6)}", named)
        assert first.status_code == 503, f"{what}: {first.status_code} {first.text}"
        assert self.rows(first.headers["x-request-id"]) == []
        answer = self._send(what, _told(body), by, secrets.token_hex(8), named)
        assert answer.status_code == status, f"{what}: {answer.status_code} {answer.text}"
        row = self.one_row(what, answer, named)
        assert row["changes"], f"{what}: the row is of another transaction than the change"
        decoded: Json = answer.json() if answer.content else {}
        return decoded

    def carried_out(
        self, what: str, body: Json | None = None, *, by: Door | None = None, **named: str
    ) -> None:
        """By the engine, which does not wait for the audit."""
        answer = self._send(what, body, by, secrets.token_hex(8), named)
        assert answer.status_code == 200, f"{what}: {answer.status_code} {answer.text}"
        name = answer.headers["x-request-id"]
        eventually(lambda: self.rows(name), 20.0, f"the row of {what}")
        assert self.one_row(what, answer, named)["changes"] == []

    def one_row(self, what: str, answer: httpx2.Response, named: dict[str, str]) -> Json:
        (row,) = self.rows(answer.headers["x-request-id"])
        assert (row["what"], row["outcome"]) == (what, answer.status_code)
        assert row["address"] == "127.0.0.1"
        for name in re.findall(r"\{(\w+)\}", what):
            assert row["object"][name] == named[name]
        self.done.add(what)
        return row

    def rows(self, request_id: str) -> list[Json]:
        """What the audit has of this request."""
        return self.api.admin.items("/audit", request_id=request_id)

    def _send(
        self, what: str, body: Json | None, by: Door | None, name: str, named: dict[str, str]
    ) -> httpx2.Response:
        method, _, template = what.partition(" ")
        path = template.format(**named)
        if "query" in named:
            path += f"?{named['query']}"
        door = self.api.admin if by is None else by
        more: dict[str, Any] = {"headers": {"X-Request-ID": name}}
        if "sheet" in named:
            more["content"] = named["sheet"].encode()
            more["headers"]["Content-Type"] = "text/csv"
        elif "form" in named:
            more["content"] = named["form"].encode()
            more["headers"]["Content-Type"] = "application/x-www-form-urlencoded"
        elif body is not None:
            more["json"] = body
        return door.http.request(method, path, **more)


def _told(body: Json | Callable[[], Json] | None) -> Json | None:
    return body() if callable(body) else body
