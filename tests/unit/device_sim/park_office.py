"""A platform's REST door in memory, as the contract describes it, for the simulator to knock at.

It keeps what is posted, says 409 to what it has, 422 to what lacks a required field, and
401 to the unsigned; `closed` makes it answer 503, `takes_sources=False` 404. A sheet of points
is taken whole or not at all, a bypass needs two who have not applied for it.
"""

import csv
import io
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
    "derived-points": ("enterprise", "tag", "kind", "unit", "formula"),
    "rules": ("kind", "enterprise", "tag", "grade"),
    "hazard-sources": ("code", "enterprise", "name", "unit_type", "exposed_people", "substances"),
    "groups": ("enterprise", "code", "name", "kind"),
    "interlocks": ("enterprise", "tag", "name", "voting", "causes", "effects"),
    "places": ("enterprise", "code", "kind", "name", "geometry"),
    "users": ("username", "password", "role"),
    "templates": ("enterprise", "tag", "names"),
    "bypasses": ("id", "reason", "risk_assessment", "measures"),
}
NAMELESS = ["limits"]
ALLOWED = {"gateways": {"code"}}  # beyond the contract, this platform is strict
KEY = {
    "enterprises": ("code",),
    "gateways": ("enterprise", "code"),
    "points": ("enterprise", "tag"),
    "derived-points": ("enterprise", "tag"),
    "hazard-sources": ("enterprise", "code"),
    "groups": ("enterprise", "code"),
    "interlocks": ("enterprise", "tag"),
    "places": ("enterprise", "code"),
    "users": ("username",),
    "templates": ("enterprise", "tag", "names"),
    "bypasses": ("id",),
}
PAGE = 40  # small, so that paging is walked


class ParkOffice:
    """`rows` by collection, `posts` counts what was made, `rotated` which gateways."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in REQUIRED}
        self.rotated: list[tuple[str, str]] = []
        self.approvals: dict[str, set[str]] = {}
        self.closed = False
        self.disliked: set[str] = set()
        self.takes_sources = True
        self.missing: set[str] = set()
        self.url = ""

    def knows(self, username: str, password: str) -> bool:
        """Whether somebody may sign in."""
        given = {"admin": "right"} | {p["username"]: p["password"] for p in self.rows["users"]}
        return given.get(username) == password

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: Any, who: str = "admin"
    ) -> tuple[int, Any]:
        """Status and JSON for one request of somebody who is signed in."""
        parts = path.removeprefix("/api/v1/").split("/")
        match parts:
            case [_, enterprise, _, gateway, "rotate"]:
                self.rotated.append((enterprise, gateway))
                return 200, self._password(enterprise, gateway)
            case ["enterprises", enterprise, "gateways"]:
                return self._collection(method, "gateways", query, body, enterprise)
            case ["points", "import"]:
                return self._sheet(body)
            case ["points", enterprise, tag, *_, "template" | "detectors"]:
                names = body.get("names", NAMELESS)
                chosen = {"enterprise": enterprise, "tag": tag, "names": names}
                return self._collection(method, "templates", query, chosen, None)
            case ["interlocks", enterprise, tag, "bypass"]:
                asked = {**body, "id": f"{enterprise}-{tag}", "by": who}
                return self._collection(method, "bypasses", query, asked, None)
            case ["bypasses", number, "approve"]:
                asked = next(row for row in self.rows["bypasses"] if row["id"] == number)
                if who in (asked["by"], *self.approvals.get(number, ())):
                    return 403, {"detail": "Another person."}
                self.approvals.setdefault(number, set()).add(who)
                return 200, asked
        if parts[0] in self.missing or (parts[0] == "hazard-sources" and not self.takes_sources):
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

    def _sheet(self, text: str) -> tuple[int, Any]:
        """All of its rows, or none."""
        rows = [{n: v for n, v in row.items() if v} for row in csv.DictReader(io.StringIO(text))]
        taken = {(row["enterprise"], row["tag"]) for row in self.rows["points"]}
        wrong = [
            r for r in rows if (r["enterprise"], r["tag"]) in taken or r["tag"] in self.disliked
        ]
        if wrong:
            return 422, {"detail": f"{wrong[0]['tag']} is wrong."}
        self.rows["points"] += rows
        return 201, {"created": len(rows)}

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
                form = {name: told[0] for name, told in parse_qs(raw.decode()).items()}
                right = office.knows(form["username"], form["password"])
                status, found = (
                    (200, {"access_token": form["username"]})
                    if right
                    else (401, {"detail": "Wrong."})
                )
            elif not (who := (self.headers.get("Authorization") or "").removeprefix("Bearer ")):
                status, found = 401, {"detail": "Sign in first."}
            else:
                is_text = self.headers.get("Content-Type", "").startswith("text/")
                told = raw.decode() if is_text else json.loads(raw or b"{}")
                status, found = office.answer(method, url.path, parse_qs(url.query), told, who)
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
