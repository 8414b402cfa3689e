"""A simulator that plays drills: it tells what it can play, takes one order up, and speaks as twins."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from device_sim.drill.orders import Order, Orders, Stage, playable, played, stage_of
from device_sim.drill.play import as_twin, spoken
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import LIBRARY, load
from device_sim.fleet.stream import Stream
from device_sim.register.platform import Platform
from device_sim.transport.connection import Login

T0 = 1_767_578_400_000
STAGE = Stage({("E001", "G01"): Login("drill-E001.G01", "p")}, {"E001": "drill-E001"})


@dataclass
class Desk:
    """A platform's doors of drills, as much of them as is asked for. `asked`: method, path, body."""

    url: str = ""
    knows: bool = False
    state: str | None = None
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        path = path.removeprefix("/api/v1")
        self.asked.append((method, path, body))
        if path == "/auth/token":
            return 200, {"access_token": "t"}
        if method == "PUT":
            self.knows = True
            return 204, None
        if path.endswith("/order"):
            drill = {"id": 7, "scenario": "lpg_leak", "state": self.state}
            return (200, {"drill": drill if self.state else None}) if self.knows else (404, {})
        twin = {"enterprise": "E001", "gateway": "G01", "twin": "drill-E001",
                "username": "drill-E001.G01", "password": "p"}  # fmt: skip
        return 200, {"gateways": [twin]}


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(size)
            body = json.loads(raw) if raw.startswith(b"{") else None
            status, said = found.answer(self.command, self.path, body)
            payload = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        do_POST = do_PUT = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_tells_what_it_can_play_before_it_asks_for_orders(desk: Desk) -> None:
    orders = Orders(Platform(desk.url, "admin", "p"), "sim")
    assert orders.next() is None
    assert [each[:2] for each in desk.asked] == [
        ("POST", "/auth/token"),
        ("PUT", "/drills/stations/sim"),
        ("GET", "/drills/stations/sim/order"),
    ]
    assert {each["name"] for each in desk.asked[1][2]["scenarios"]} == {
        path.stem for path in LIBRARY.glob("*.yaml")
    }


def test_a_platform_that_forgot_it_is_told_again(desk: Desk) -> None:
    orders = Orders(Platform(desk.url, "admin", "p"), "sim")
    orders.next()
    desk.knows, desk.state = False, "ordered"
    assert orders.next() is None
    assert orders.next() == Order(7, "lpg_leak", running=False)


def test_an_order_is_begun_with_the_credentials_of_its_twins_and_ended(desk: Desk) -> None:
    orders = Orders(Platform(desk.url, "admin", "p"), "sim")
    desk.state = "ordered"
    order = orders.next()
    assert order is not None
    assert orders.begin(order) == STAGE
    orders.end(order, "ended")
    assert desk.asked[-1] == ("POST", "/drills/7/end", {"outcome": "ended"})


def test_every_message_of_a_drill_goes_under_its_twin_and_says_that_it_is_an_exercise() -> None:
    flow = Stream(played("lpg_leak"), 1, "b", PERSONAS["native"])
    said = dict(flow.tick(T0))
    key, message = spoken(("E001", "G01"), said["E001", "G01"], STAGE)
    assert key == as_twin(("E001", "G01"), STAGE) == ("drill-E001", "G01")
    assert message.topic == "pw/v1/drill-E001/G01/telemetry"
    told = json.loads(message.payload)
    assert told["exercise"] is True
    assert "GT-101" in told["values"]
    assert all(json.loads(each.payload)["exercise"] is True for each in said.values())


def test_outside_of_a_drill_no_message_says_so() -> None:
    flow = Stream(load("lpg_leak"), 1, "b", PERSONAS["native"])
    assert all("exercise" not in json.loads(each.payload) for _, each in flow.tick(T0))


def test_only_gateways_with_a_plant_behind_them_play() -> None:
    assert stage_of(load("lpg_leak")) == [
        ("E001", "G01"), ("E001", "G02"), ("E001", "MET"), ("E002", "G01"), ("E002", "G02"),
    ]  # fmt: skip
    assert len(playable()) == len(list(LIBRARY.glob("*.yaml")))
