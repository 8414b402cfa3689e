"""The command `reconcile` against a stand-in that speaks as much of the contract as is asked of it."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from typer.testing import CliRunner

from device_sim.cli import app
from device_sim.park.sample import PHYSICAL_PARK
from device_sim.truth.oracle import foreseen
from device_sim.truth.reconciling import Heard, Stored
from device_sim.truth.record import Record, read_record
from tests.unit.device_sim.shelf import Shelf, heard, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("truth") / "t")


@pytest.fixture(scope="module")
def record(folder: Path) -> Record:
    return read_record(folder)


@pytest.fixture
def platform(record: Record) -> Iterator[tuple[str, Shelf]]:
    """A stand-in that speaks as much of the contract as is asked of it, in pages of 200."""
    shelf = Shelf(record)
    shelf.alarms = heard(foreseen(record, PHYSICAL_PARK))

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._say({"access_token": "t"})

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            parts = [unquote(each) for each in address.path.split("/")]
            if parts[-1] == "journal":
                (alarm,) = [each for each in shelf.alarms if each.id == parts[4]]
                self._say({"items": _journal(alarm), "next": None})
                return
            if parts[3] == "alarms":
                items = [*map(_alarm, shelf.alarms), *shelf.others]
                self._say({"items": items, "next": None})
                return
            if parts[3:] == ["points"]:
                self._say({"items": _points(query["enterprise"]), "next": None})
                return
            rows = shelf.readings.get((parts[4], parts[5]), [])
            first = int(query.get("cursor", "0"))
            after = first + 200 if first + 200 < len(rows) else None
            items = [_reading(each) for each in rows[first : first + 200]]
            self._say({"items": items, "next": None if after is None else str(after)})

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

        def _say(self, body: object) -> None:
            payload = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", shelf
    server.shutdown()
    thread.join()
    server.server_close()


def _text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


def _reading(row: Stored) -> dict[str, object]:
    times = {"measured_at": _text(row.measured_at), "received_at": _text(row.received_at)}
    return {**times, "value": row.value, "quality": row.quality, "flags": []}


def _points(enterprise: str) -> list[dict[str, object]]:
    """The register: what the park has, a spare point, and one that the platform computes."""
    tags = [c.tag for e, s in PHYSICAL_PARK.stations() if e.code == enterprise for c in s.points]
    found: list[dict[str, object]] = [{"tag": tag, "formula": None} for tag in (*tags, "SPARE-1")]
    return [*found, {"tag": "SUM-1", "formula": {"expression": "a + b"}}]


def _other(condition: str, tag: str | None) -> dict[str, object]:
    return {"enterprise": "E001", "tag": tag, "condition": condition}


def _offline(gateway: str, alarm: Heard) -> dict[str, object]:
    """As of an alarm about a gateway."""
    subject = {"tag": None, "subject": {"type": "gateway", "id": gateway}}
    return {**_alarm(alarm), **subject, "condition": "offline", "grade": 2}


def _journal(alarm: Heard) -> list[dict[str, object]]:
    """Raised at its worst, and before its end back at the first level."""
    worst = {"condition": alarm.condition, "grade": alarm.grade}
    raised: dict[str, object] = {
        "event": "raised",
        "noted_at": _text(alarm.noted_at or 0),
        "body": {"alarm": worst},
    }
    return [raised, {**raised, "event": "deescalated", "body": {"alarm": _last(alarm)}}]


def _last(alarm: Heard) -> dict[str, object]:
    if alarm.direction not in ("high", "low"):
        return {"condition": alarm.condition, "grade": alarm.grade}
    return {"condition": alarm.condition[0], "grade": 3}


def _alarm(alarm: Heard) -> dict[str, object]:
    return {
        **_last(alarm),
        "cleared_at": None if alarm.ended_at is None else _text(alarm.ended_at),
        "id": alarm.id,
        "enterprise": alarm.point[0],
        "tag": alarm.point[1],
        "raised_at": _text(alarm.raised_at),
        "received_at": _text(alarm.received_at),
        "historical": alarm.historical,
        "exercise": alarm.exercise,
    }


def test_the_command_reads_the_platform_and_says_how_it_stands(
    folder: Path, tmp_path: Path, platform: tuple[str, Shelf]
) -> None:
    url, shelf = platform
    secret = tmp_path / "password"
    secret.write_text("p\n", encoding="utf-8")
    words = ["reconcile", str(folder), "--api", url, "--password-file", str(secret)]
    clean = CliRunner().invoke(app, words)
    assert clean.exit_code == 0, clean.output
    assert clean.output.splitlines()[-1] == "clean"
    in_time = CliRunner().invoke(app, [*words, "--within", "2"])
    assert in_time.exit_code == 0, in_time.output
    late = CliRunner().invoke(app, [*words, "--within", "0.05"])
    assert late.exit_code == 1
    assert "later than it may be" in late.output
    loud = list(shelf.alarms)
    for drilled in (False, True):
        shelf.alarms = [replace(a, historical=not drilled, exercise=drilled) for a in loud]
        silent = CliRunner().invoke(app, words)
        assert silent.exit_code == 1, "nobody was called"
        assert f"silent                    {len(loud)}" in silent.output
    shelf.alarms = loud
    point = ("E001", "SPARE-1")
    shelf.readings[point] = [shelf.readings["E001", "GT-101"][0]]
    invented = CliRunner().invoke(app, words)
    assert invented.exit_code == 1, "nobody ever spoke for that point"
    assert "not told by us            1" in invented.output
    computed = ("E001", "SUM-1")
    shelf.readings[computed] = shelf.readings.pop(point)
    assert CliRunner().invoke(app, words).exit_code == 0
    shelf.others = [_other("undetermined", None), _other("rate", "ESD-1")]
    assert (
        "found and not judged      1 rate, 1 undetermined" in CliRunner().invoke(app, words).output
    )
    shelf.others = [_offline("G01", shelf.alarms[0])]
    false = CliRunner().invoke(app, words)
    assert false.exit_code == 1, "it spoke all the time"
    assert "E001/gateway G01 silence" in false.output
    shelf.others, trip = [], next(each for each in shelf.alarms if each.direction == "trip")
    shelf.alarms.remove(trip)
    missed = CliRunner().invoke(app, words)
    assert missed.exit_code == 1
    assert f"E001/ESD-101 trip {trip.raised_at}" in missed.output
    shelf.readings["E002", "LI-301"].pop()
    defective = CliRunner().invoke(app, words)
    assert defective.exit_code == 1
    assert "E002/LI-301" in defective.output
    assert defective.output.splitlines()[-1] == "not clean"
