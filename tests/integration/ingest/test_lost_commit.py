"""The answer to a COMMIT gets lost on the way: whatever became of it, each reading is there once."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.runtime.feed import Delivery
from services.store.intake import Busy, CommitUnknown, Parcel
from services.store.postgres_intake import PostgresIntake
from services.wire.translate import translate
from tests.living.engines_alone import Engines
from tests.living.ingest_alone import Tables

COMMIT = b"COMMIT\x00"
NOW = 1_795_000_000_000


class Cable:
    """Between the intake and the database; breaks at the next COMMIT, before or after it passed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.break_before: bool | None = None
        self.leave_hanging = False
        """Break only our side: the database does not learn of it."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._port))
            threading.Thread(target=self._forward, args=(near, far), daemon=True).start()
            threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _forward(self, near: socket.socket, far: socket.socket) -> None:
        while piece := _read(near):
            if COMMIT in piece and self.break_before is not None:
                before, self.break_before = self.break_before, None
                near.shutdown(socket.SHUT_RDWR)
                if not before:
                    far.sendall(piece)
                    _read(far)
                if not self.leave_hanging:
                    far.shutdown(socket.SHUT_RDWR)
                return
            far.sendall(piece)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        while piece := _read(far):
            try:
                near.sendall(piece)
            except OSError:
                return


def _read(end: socket.socket) -> bytes:
    try:
        return end.recv(65_536)
    except OSError:
        return b""


@pytest.fixture
async def broken(engines: Engines) -> AsyncIterator[tuple[Cable, PostgresIntake, Tables]]:
    engines.empty()
    url = engines.database_url("ingest")
    parts = urlsplit(url)
    assert parts.port is not None
    cable = Cable(parts.port)
    through = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{cable.port}"))
    intake = PostgresIntake(through.geturl())
    yield cable, intake, Tables(engines)
    intake.close()
    cable.close()


def parcel() -> Parcel:
    directory = Directory()
    directory.put(Point(1, "acme", "GT-101", PointKind.TOXIC_GAS, "ppm"))
    topic, payload = "pw/v1/acme/g/telemetry", b'{"values":{"GT-101":5}}'
    delivery = Delivery(1, 1, 1, topic, payload, NOW)
    return Parcel(delivery, translate(directory, topic, payload, NOW))


@pytest.mark.parametrize("before", [True, False])
async def test_the_fate_of_a_lost_commit_is_found_out(
    broken: tuple[Cable, PostgresIntake, Tables], before: bool
) -> None:
    cable, intake, tables = broken
    cable.break_before = before

    with pytest.raises(CommitUnknown) as lost:
        await intake.store([parcel()])
    await asyncio.sleep(0.2)

    committed = not before
    assert await intake.fate(lost.value.transaction) is committed
    assert tables.count("reading") == (0 if before else 1)
    await intake.store([parcel()])
    assert tables.count("reading") == 1


async def test_a_transaction_that_hangs_on_a_dead_connection_is_ended(
    broken: tuple[Cable, PostgresIntake, Tables],
) -> None:
    cable, intake, tables = broken
    cable.break_before = True
    cable.leave_hanging = True
    with pytest.raises(CommitUnknown) as lost:
        await intake.store([parcel()])

    with pytest.raises(Busy, match="in progress"):
        await intake.fate(lost.value.transaction)
    await asyncio.sleep(0.5)

    assert await intake.fate(lost.value.transaction) is False
    await intake.store([parcel()])
    assert tables.count("reading") == 1
