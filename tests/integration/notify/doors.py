"""Doors that notices are sent to: each keeps what it gets and answers as it is told to."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One message as it came."""

    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        decoded: dict[str, Any] = json.loads(self.raw)
        return decoded


@dataclass
class Door:
    """`status`: what it answers with; None: nothing, until the proof is over. `refuses`: the alarms
    whose messages it answers with 422."""

    status: int | None = 204
    refuses: set[str] = field(default_factory=set)
    got: list[Got] = field(default_factory=list)
    url: str = ""
    came: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[str]:
        return [each.body["event"] for each in self.got]

    @property
    def alarms(self) -> list[str]:
        return [each.body["alarm"]["id"] for each in self.got]


@contextmanager
def door(status: int | None = 204) -> Iterator[Door]:
    """A door on this machine for as long as the block lasts."""
    made = Door(status)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            got = Got(dict(self.headers.items()), raw)
            made.got.append(got)
            made.came.set()
            if made.status is None:
                made.over.wait(60.0)
                return
            refused = got.body["alarm"]["id"] in made.refuses
            self.send_response(422 if refused else made.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_address[1]}/alarms"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield made
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
