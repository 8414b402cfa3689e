"""What comes before the routes: turns of an address, and large bodies, which go to the disk."""

from hashlib import sha256
from typing import Any

import pytest

from services.api.edge import IMPORT_LIMIT, Edge, Scope
from services.api.rate import RateLimit, network_of
from services.api.spool import DIGEST, MOST_AT_ONCE
from services.runtime.clock import ManualClock

IMPORT = "/api/v1/points/import"


class Door:
    """An edge, and behind it an application that takes all it is given."""

    def __init__(self, per_minute: int = 0) -> None:
        self.clock = ManualClock()
        self.edge = Edge(self.take, RateLimit(per_minute, self.clock))
        self.taken = b""
        self.pieces = 0
        self.digest: bytes | None = None
        self.inside: list[int] = []
        """Statuses of what was asked while another request was inside."""
        self.within: list[bytes] = []

    async def take(self, scope: Scope, receive: Any, send: Any) -> None:
        self.digest = scope.get(DIGEST)
        taken, more = bytearray(), True
        while more:
            message = await receive()
            taken += message["body"]
            self.pieces += 1
            more = message["more_body"]
        self.taken = bytes(taken)
        if self.within:
            self.inside.append(await self.ask([self.within.pop()]))
        await send({"type": "http.response.start", "status": 201, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ask(
        self,
        body: list[bytes],
        path: str = IMPORT,
        address: str = "10.0.0.7",
        signed_in: bool = True,
    ) -> int:
        """The status."""
        headers = [(b"authorization", b"Bearer x")] if signed_in else []
        scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(),
                 "headers": headers, "client": (address, 1)}  # fmt: skip
        waiting = [
            {"type": "http.request", "body": piece, "more_body": n < len(body) - 1}
            for n, piece in enumerate(body)
        ]
        sent: list[Any] = []

        async def receive() -> Any:
            return waiting.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        await self.edge(scope, receive, send)
        status: int = sent[0]["status"]
        return status


async def test_s37_a_sheet_of_many_megabytes_comes_through_in_pieces_with_its_digest() -> None:
    door, body = Door(), [bytes([n]) * 2**20 for n in range(8)]
    assert await door.ask(body) == 201
    whole = b"".join(body)
    assert (door.taken == whole, door.digest) == (True, sha256(whole).digest())
    assert door.pieces > 100
    assert await door.ask([b""]) == 201
    assert door.taken == b""


async def test_s37_no_sheet_is_larger_than_fifty_mebibytes() -> None:
    piece = b"a" * 2**20
    assert await Door().ask([piece] * (IMPORT_LIMIT // 2**20)) == 201
    assert await Door().ask([piece] * (IMPORT_LIMIT // 2**20) + [b"a"]) == 413


async def test_s37_who_does_not_say_who_they_are_sends_nothing_large() -> None:
    door = Door()
    assert await door.ask([b"a" * 2**20] * 3, signed_in=False) == 201, "the route will say 401"
    assert door.taken == b""


async def test_s37_a_few_large_bodies_at_once_and_the_next_is_told_to_come_again() -> None:
    door = Door()
    door.within = [b"a"] * MOST_AT_ONCE
    assert await door.ask([b"a"]) == 201
    assert door.inside == [429, *[201] * (MOST_AT_ONCE - 1)]
    assert await door.ask([b"a"]) == 201, "they are over"


async def test_s38_an_address_has_its_turns_and_another_its_own() -> None:
    door = Door(per_minute=3)
    asked = [await door.ask([b"x"], "/api/v1/points") for _ in range(4)]
    assert asked == [201, 201, 201, 429]
    assert await door.ask([b"x"], "/api/v1/points", address="10.0.0.8") == 201
    assert await door.ask([b"x"], "/healthz") == 201, "signs of life are no requests"
    door.clock.advance(60)
    assert await door.ask([b"x"], "/api/v1/points") == 201


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("testclient", "testclient"),
    ],
)
def test_who_has_one_address_of_a_network_is_counted_for_all_of_them(
    address: str, counted: str
) -> None:
    assert network_of(address) == counted
