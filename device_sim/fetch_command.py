"""``fetch``: stored readings of a platform into a recording that ``replay`` plays."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import SystemClock
from device_sim.conformance_command import USER_VARIABLE
from device_sim.progress import Progress
from device_sim.recording.cell import parse_time
from device_sim.recording.row import BadRecording
from device_sim.recording.stored import Span, stored, tags_of, write
from device_sim.refusal import refuse
from device_sim.register.platform import Away, Platform, Refused
from device_sim.secret import password_of


def fetch(
    file: Annotated[Path, typer.Argument(help="New file: .parquet, else CSV.")],
    enterprise: Annotated[str, typer.Option(help="Code of the enterprise.")],
    start: Annotated[str, typer.Option("--start", help="RFC 3339 with an offset.")],
    end: Annotated[str, typer.Option("--end", help="Not included.")],
    username: Annotated[str, typer.Option("--username", "-u", help="Who may see the points.")],
    gateway: Annotated[str, typer.Option(help="Only points of this gateway.")] = "",
    tag: Annotated[list[str] | None, typer.Option(help="Only these points.")] = None,
    api: Annotated[str, typer.Option(help="The platform.")] = "http://127.0.0.1:8000",
    password_file: Annotated[Path | None, typer.Option(help=f"Else {USER_VARIABLE}.")] = None,
) -> None:
    """Ask for all readings of a stretch of time, a reading a row, in order of time."""
    for name, text in (("--start", start), ("--end", end)):
        try:
            parse_time(text)
        except ValueError as error:
            raise refuse(f"{name}: {error}.") from error
    given = "" if password_file else os.environ.get(USER_VARIABLE, "")
    if not given and password_file is None:
        raise refuse(f"No password: give --password-file, or set {USER_VARIABLE}.")
    platform = Platform(api, username, password_of(given, password_file))
    try:
        platform.sign_in()
        tags = tag or tags_of(platform, enterprise, gateway)
        if not tags:
            raise refuse(f"{enterprise} has no such point, or {username} may not see it.")
        progress = Progress(
            lambda done: f"{done} readings so far", SystemClock(), lambda x: typer.echo(x, err=True)
        )
        found = stored(platform, enterprise, tags, Span(start, end))
        count = write(file, progress.over(found), _stamp)
    except (Away, Refused, BadRecording) as error:
        raise refuse(str(error)) from error
    typer.echo(f"{count} readings of {len(tags)} points")


def _stamp(at_ms: int) -> str:
    """RFC 3339 in UTC, to the millisecond."""
    seconds, parts = divmod(at_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{parts:03}Z"
