"""``reconcile``: the truth of a run against what a platform stored and alarmed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from device_sim.park.description import Park
from device_sim.park.sample import PARKS
from device_sim.refusal import refuse
from device_sim.register.platform import Away, Json, Platform, Refused
from device_sim.truth.kind import BY_THE_CLOCK, ENTERPRISE, KIND_OF, gateway_name
from device_sim.truth.ledger import BadTruth
from device_sim.truth.oracle import foreseen, judged
from device_sim.truth.reconciling import (
    Findings,
    Heard,
    Stored,
    compare_alarms,
    compare_readings,
)
from device_sim.truth.record import PointKey, Record, read_record
from device_sim.truth.table import table

PROGRESS_EVERY = 50
PATIENCE_S = 60.0
"""A platform that is busy with what was just sent may say so; it is asked again."""
LIMITS = frozenset({"LL", "L", "H", "HH"})
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reconcile(
    folder: Annotated[Path, typer.Argument(help="What run --truth filled.")],
    api: Annotated[str, typer.Option(help="The platform.")] = "http://127.0.0.1:8000",
    username: Annotated[str, typer.Option(help="Somebody who sees the whole park.")] = "admin",
    password_file: Annotated[Path, typer.Option(help="File with that person's password.")] = Path(
        "data/secrets/admin_password"
    ),
    within: Annotated[
        float | None,
        typer.Option(min=0, help="Seconds that an alarm may be made after it is due (runs at ×1)."),
    ] = None,
) -> None:
    """Print one table; exit 0 if nothing is lost, doubled, invented, missed, false, silent, or (where
    --within is given) late, else 1."""
    try:
        record = read_record(folder)
        park = PARKS.get(record.park)
        if park is None:
            raise BadTruth(f"No park {record.park!r}; there is {', '.join(PARKS)}.")
        if within is not None and not record.is_timed:
            raise BadTruth(
                "--within asks how late alarms were, and this was no run at ×1 or slower."
            )
        password = password_file.read_text(encoding="utf-8").strip()
        platform = Platform(api, username, password, PATIENCE_S)
        platform.sign_in()
        findings = Findings()
        _readings(findings, platform, record, park)
        within_ms = None if within is None else round(within * 1000)
        _alarms(findings, platform, record, park, within_ms)
    except OSError as error:
        raise refuse(f"{password_file}: cannot be read ({error.strerror}).") from error
    except (BadTruth, Away, Refused) as error:
        raise refuse(str(error)) from error
    for line in table(findings):
        typer.echo(line)
    if not findings.told:
        typer.echo("nothing to judge: no reading left and was acknowledged")
        raise typer.Exit(1)
    limited = ", of what was acknowledged" if findings.unsure else ""
    typer.echo(f"clean{limited}" if findings.clean else "not clean")
    if not findings.clean:
        raise typer.Exit(1)


def _readings(findings: Findings, platform: Platform, record: Record, park: Park) -> None:
    places = sorted(record.told.keys() | record.unsure.keys() | registered(platform, park))
    for place, point in enumerate(places, 1):
        told, unsure = record.told.get(point, ()), record.unsure.get(point, ())
        compare_readings(findings, point, told, stored(platform, record, point), unsure)
        if place % PROGRESS_EVERY == 0:
            typer.echo(f"{place} of {len(places)} points", err=True)


def _alarms(
    findings: Findings, platform: Platform, record: Record, park: Park, within_ms: int | None
) -> None:
    places, over = judged(record, park), record.last_left()
    heard: list[Heard] = []
    for item in alarms(platform, record):
        alarm = _heard(item)
        if alarm is None or (alarm.point, alarm.direction) not in places:
            findings.not_judged[str(item["condition"])] += 1
        elif alarm.direction not in BY_THE_CLOCK or alarm.raised_at <= over:
            heard.append(alarm)
    made = list(journaled(platform, heard))
    compare_alarms(findings, record, foreseen(record, park), made, within_ms)


def registered(platform: Platform, park: Park) -> set[PointKey]:
    """Every point of the park's enterprises in the register, but those that the platform computes:
    what nobody said may be stored anywhere."""
    return {
        (enterprise.code, str(item["tag"]))
        for enterprise in park.enterprises
        for item in platform.items("/points", enterprise=enterprise.code)
        if item.get("formula") is None
    }


def stored(platform: Platform, record: Record, point: PointKey) -> Iterator[Stored]:
    """All readings of a point within the run, as they came."""
    first, last = record.span()
    path = f"/points/{quote(point[0])}/{quote(point[1], safe='')}/readings"
    span = {"start": _text(first), "end": _text(last + 1), "resolution": "raw"}
    for item in platform.items(path, **span):
        yield Stored(
            _ms(item["measured_at"]), _ms(item["received_at"]), item["value"], item["quality"]
        )


def alarms(platform: Platform, record: Record) -> Iterator[Json]:
    """All alarms that were raised within the run."""
    first, last = record.span()
    span = {"state": "all", "since": _text(first), "until": _text(last + 1)}
    yield from platform.items("/alarms", **span)


def journaled(platform: Platform, heard: Iterable[Heard]) -> Iterator[Heard]:
    """The same, with what only the journal has: the moment at which the platform made each, and
    the worst level on its way (the alarm itself keeps the last)."""
    for place, each in enumerate(heard, 1):
        entries = list(platform.items(f"/alarms/{quote(each.id, safe='')}/journal"))
        times = [_ms(entry["noted_at"]) for entry in entries if entry["event"] == "raised"]
        for entry in entries:
            level = (entry.get("body") or {}).get("alarm") or {}
            if level.get("condition") in LIMITS:
                each = each.or_worse(str(level["condition"]), int(level["grade"]))
        yield replace(each, noted_at=min(times, default=None))
        if place % PROGRESS_EVERY == 0:
            typer.echo(f"{place} alarms", err=True)


def _heard(item: Json) -> Heard | None:
    """``None``: of a kind that nobody here foresees."""
    kind = KIND_OF.get(str(item["condition"]))
    if kind is None:
        return None
    raised, received = _ms(item["raised_at"]), _ms(item["received_at"])
    ended = item.get("cleared_at")
    return Heard(
        _place(item), kind, raised, received, None, str(item["id"]),
        str(item["condition"]), int(item["grade"]), None if ended is None else _ms(ended),
        bool(item["historical"]), bool(item["exercise"]),
    )  # fmt: skip


def _place(item: Json) -> PointKey:
    """What it is about: a point, or a gateway or enterprise where it has no tag."""
    enterprise, tag = str(item["enterprise"]), item["tag"]
    if tag is not None:
        return enterprise, str(tag)
    subject = item["subject"]
    whole = subject["type"] == "enterprise"
    return enterprise, ENTERPRISE if whole else gateway_name(str(subject["id"]))


def _ms(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def _text(ms: int) -> str:
    return (EPOCH + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds")
