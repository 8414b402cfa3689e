"""``replay``: a CSV file through a gateway's own door."""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.recording.csv_file import BadRecording, CsvRecording, Extent, open_csv
from device_sim.recording.replay import Pace, Played, Sender, play
from device_sim.refusal import refuse
from device_sim.transport.connection import Broker, Login
from device_sim.transport.link import GatewayLink, GaveUp, Patience

PASSWORD_VARIABLE = "PARKWATCH_GATEWAY_PASSWORD"
Host = Annotated[
    str, typer.Option("--host", "--mqtt-host", envvar="PARKWATCH_MQTT_HOST", help="Broker.")
]
Port = Annotated[
    int, typer.Option("--port", "--mqtt-port", envvar="PARKWATCH_MQTT_PORT", min=1, max=65535)
]
Username = Annotated[str, typer.Option("--username", "-u", help="Default: ENTERPRISE.GATEWAY")]
Password = Annotated[
    str, typer.Option("--password", "-P", help=f"Else --password-file or {PASSWORD_VARIABLE}.")
]

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def replay(
    file: Annotated[Path, typer.Argument(help="CSV: measured_at, then one column a tag.")],
    enterprise: Annotated[str, typer.Option(help="Code of the enterprise.")],
    gateway: Annotated[str, typer.Option(help="Code of the gateway.")],
    speed: Annotated[str, typer.Option(help="Times as fast as recorded, or max.")] = "1",
    rebase: Annotated[bool, typer.Option(help="Shift all times so that it ends now.")] = False,
    host: Host = "127.0.0.1",
    port: Port = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
    username: Username = "",
    password: Password = "",
    password_file: Annotated[Path | None, typer.Option(help="File with the password.")] = None,
    client_id: Annotated[str, typer.Option(help="Only if the platform prescribes one.")] = "",
    boot: Annotated[str, typer.Option(help="Boot id; default: a new one.")] = "",
    window: Annotated[int, typer.Option(min=1, max=10_000, help="Unacknowledged at most.")] = 100,
    give_up_after: Annotated[float, typer.Option(min=1, help="Seconds without progress.")] = 60.0,
) -> None:
    """Publish a recording as a gateway would; exit 0 once all of it is acknowledged."""
    _check_code("enterprise", enterprise)
    _check_code("gateway", gateway)
    pace_speed = _speed(speed)
    login = Login(
        username or f"{enterprise}.{gateway}",
        _password(password, password_file),
        client_id or None,
    )
    recording, extent = _read(file)
    clock = SystemClock()
    sender = Sender(enterprise, gateway, boot or secrets.token_hex(4), PERSONAS["native"])
    pace = Pace(pace_speed, clock.now_ms() - extent.last_ms if rebase else 0)
    link = GatewayLink(
        Broker(host, port, ca),
        login,
        clock,
        window=window,
        patience=Patience(stalled_s=give_up_after, refused_s=min(15.0, give_up_after)),
    )
    try:
        played = play(
            recording.rows(),
            sender,
            pace,
            link,
            clock,
            lambda sent: typer.echo(f"{sent} of {extent.rows} rows sent", err=True),
        )
    except GaveUp as error:
        typer.echo(f"{error} {link.acknowledged} of {extent.rows} rows acknowledged.", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo(f"Stopped: {link.acknowledged} of {extent.rows} rows acknowledged.", err=True)
        raise typer.Exit(130) from error
    finally:
        link.close()
    _report(played)


def _report(played: Played) -> None:
    rate = played.readings / played.seconds if played.seconds > 0 else float(played.readings)
    empty = f", {played.silent} rows without a reading left out" if played.silent else ""
    typer.echo(
        f"{played.rows} rows, {played.readings} readings, {played.acknowledged} acknowledged,"
        f" {played.seconds:.2f} s, {rate:.0f} readings/s{empty}"
    )
    if played.acknowledged < played.rows:
        raise typer.Exit(1)


def _read(file: Path) -> tuple[CsvRecording, Extent]:
    """Look at the whole file before the first message leaves."""
    try:
        recording = open_csv(file)
        return recording, recording.extent()
    except BadRecording as error:
        raise refuse(str(error)) from error


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError as error:
        raise refuse(f"--speed {text!r} is neither a number nor max.") from error
    if not 0 < speed < float("inf"):
        raise refuse(f"--speed {text} must be above 0.")
    return speed


def _password(given: str, file: Path | None) -> str:
    if given:
        return given
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise refuse(f"{file}: cannot be read ({error.strerror}).") from error
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise refuse(f"No password: give --password-file, or set {PASSWORD_VARIABLE}.")
    return password


def _check_code(what: str, code: str) -> None:
    if not _CODE.fullmatch(code):
        raise refuse(f"--{what} {code!r} must be 1 to 64 of A-Z a-z 0-9 _ -.")
