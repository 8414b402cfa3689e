"""A platform's REST door in memory, as the contract describes it, for the simulator to knock at.

It keeps what is posted, says 409 to what it has, 422 to what lacks a required field, and
401 to the unsigned; `closed` makes it answer 503, `takes_sources=False` 404.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REQUIRED = {
    "enterprises": ("code", "name"),
    "gateways": ("code",),
    "points": ("enterprise", "tag", "kind", "unit"),
    "rules": ("kind", "enterprise", "tag", "condition", "limit", "grade"),
    "hazard-sources": ("code", "enterprise", "name", "unit_type", "exposed_people", "substances"),
}
ALLOWED = {"gateways": {"code"}}  # beyond the contract, this platform is strict
KEY = {
    "enterprises": ("code",),
    "gateways": ("enterprise", "code"),
    "points": ("enterprise", "tag"),
    "hazard-sources": ("enterprise", "code"),
}
PAGE = 7  # small, so that paging is walked


class ParkOffice:
    """`rows` by collection, `posts` counts what was made, `rotated` which gateways."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in REQUIRED}
        self.rotated: list[tuple[str, str]] = []
        self.closed = False
        self.disliked: set[str] = set()
        self.takes_sources = True
        self.url = ""

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        """Status and JSON for one signed-in request."""
        parts = path.removeprefix("/api/v1/").split("/")
        if parts[-1] == "rotate":
            self.rotated.append((parts[1], parts[3]))
            return 200, self._password(parts[1], parts[3])
        if len(parts) == 3:
            return self._collection(method, "gateways", query, body, parts[1])
        if parts[0] == "hazard-sources" and not self.takes_sources:
            return 404, {"detail": "Not Found"}
        return self._collection(method, parts[0], query, body, None)

    def _collection(
        self, method: str, name: str, query: dict[str, list[str]], body: Any, enterprise: str | None
    ) -> tuple[int, Any]:
        if method == "GET":
            wanted = enterprise or query.get("enterprise", [None])[0]
            rows = [row for row in self.rows[name] if wanted in (None, row.get("enterprise"))]
            start = int(query.get("cursor", ["0"])[0])
            more = str(start + PAGE) if start + PAGE < len(rows) else None
            return 200, {"items": rows[start : start + PAGE], "next": more}
        if any(field not in body for field in REQUIRED[name]):
            return 422, {"detail": "A required field is missing."}
        if extra := set(body) - ALLOWED.get(name, set(body)):
            return 422, {"detail": f"{sorted(extra)} unknown."}
        if body.get("tag") in self.disliked:
            return 422, {"detail": "Not this one."}
        row = body | ({"enterprise": enterprise} if enterprise else {})
        if name in KEY and any(all(old[k] == row[k] for k in KEY[name]) for old in self.rows[name]):
            return 409, {"detail": "It exists."}
        self.rows[name].append(row)
        if name == "gateways":
            return 201, {"code": row["code"]} | self._password(row["enterprise"], row["code"])
        return 201, row

    def _password(self, enterprise: str, code: str) -> dict[str, str]:
        turn = self.rotated.count((enterprise, code))
        return {
            "username": f"{enterprise}.{code}",
            "password": f"secret-{enterprise}-{code}-{turn}",
        }


@contextmanager
def open_office() -> Iterator[ParkOffice]:
    """The office behind a loopback port; user `admin`, password `right`."""
    office = ParkOffice()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._serve("GET")

        def do_POST(self) -> None:
            self._serve("POST")

        def _serve(self, method: str) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            url = urlsplit(self.path)
            if office.closed:
                status, found = 503, {"detail": "The database is away."}
            elif url.path == "/api/v1/auth/token":
                right = parse_qs(raw.decode()).get("password") == ["right"]
                status, found = (
                    (200, {"access_token": "t"}) if right else (401, {"detail": "Wrong."})
                )
            elif self.headers.get("Authorization") != "Bearer t":
                status, found = 401, {"detail": "Sign in first."}
            else:
                status, found = office.answer(
                    method, url.path, parse_qs(url.query), json.loads(raw or b"{}")
                )
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *said: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    office.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield office
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
