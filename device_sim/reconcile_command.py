"""``reconcile``: the truth of a run against what a platform stored and alarmed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from device_sim.park.sample import PARKS
from device_sim.refusal import refuse
from device_sim.register.platform import Away, Json, Platform, Refused
from device_sim.truth.expectation import expected
from device_sim.truth.ledger import BadTruth
from device_sim.truth.reconciling import (
    Findings,
    Heard,
    Stored,
    compare_alarms,
    compare_readings,
    table,
)
from device_sim.truth.record import PointKey, Record, read_record

PROGRESS_EVERY = 50
LIMITS = frozenset({"LL", "L", "H", "HH"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reconcile(
    folder: Annotated[Path, typer.Argument(help="What run --truth filled.")],
    api: Annotated[str, typer.Option(help="The platform.")] = "http://127.0.0.1:8000",
    username: Annotated[str, typer.Option(help="Somebody who sees the whole park.")] = "admin",
    password_file: Annotated[Path, typer.Option(help="File with that person's password.")] = Path(
        "data/secrets/admin_password"
    ),
) -> None:
    """Print one table; exit 0 if nothing is lost, doubled, invented, missed or false, else 1."""
    try:
        record = read_record(folder)
        park = PARKS.get(record.park)
        if park is None:
            raise BadTruth(f"No park {record.park!r}; there is {', '.join(PARKS)}.")
        platform = Platform(api, username, password_file.read_text(encoding="utf-8").strip())
        platform.sign_in()
        findings = Findings()
        for place, (point, told) in enumerate(sorted(record.told.items()), 1):
            compare_readings(findings, point, told, stored(platform, record, point))
            if place % PROGRESS_EVERY == 0:
                typer.echo(f"{place} of {len(record.told)} points", err=True)
        wanted = expected(record, park)
        judged = {
            (enterprise.code, card.tag)
            for enterprise, station in park.stations()
            for card in station.points
            if card.limits
        }
        heard = [each for each in alarms(platform, record) if each.point in judged]
        compare_alarms(findings, record, wanted, heard)
    except OSError as error:
        raise refuse(f"{password_file}: cannot be read ({error.strerror}).") from error
    except (BadTruth, Away, Refused) as error:
        raise refuse(str(error)) from error
    for line in table(findings):
        typer.echo(line)
    typer.echo("clean" if findings.clean else "not clean")
    if not findings.clean:
        raise typer.Exit(1)


def stored(platform: Platform, record: Record, point: PointKey) -> Iterator[Stored]:
    """All readings of a point within the run, as they came."""
    first, last = record.span()
    path = f"/points/{quote(point[0])}/{quote(point[1], safe='')}/readings"
    span = {"start": _text(first), "end": _text(last + 1), "resolution": "raw"}
    for item in platform.items(path, **span):
        yield Stored(_ms(item["measured_at"]), _ms(item["received_at"]), item["value"])


def alarms(platform: Platform, record: Record) -> Iterator[Heard]:
    """All alarms of limits that were raised within the run."""
    first, last = record.span()
    span = {"state": "all", "since": _text(first), "until": _text(last + 1)}
    for item in platform.items("/alarms", **span):
        if item["tag"] is not None and item["condition"] in LIMITS:
            yield _heard(item)


def _heard(item: Json) -> Heard:
    direction = "high" if str(item["condition"]).startswith("H") else "low"
    point = (str(item["enterprise"]), str(item["tag"]))
    return Heard(point, direction, _ms(item["raised_at"]), _ms(item["received_at"]))


def _ms(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def _text(ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")
