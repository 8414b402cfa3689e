"""``replay``: a recording of any kind through a gateway's own door."""

import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.recording.capture_file import CaptureFile
from device_sim.recording.digest import Digest
from device_sim.recording.mosquitto_file import MosquittoFile
from device_sim.recording.playback import PlayedBack, Voice, outline, play_back
from device_sim.recording.replay import Pace, Played, Sender, Sink, play
from device_sim.recording.row import BadRecording, Recording, extent_of
from device_sim.recording.source import open_recording
from device_sim.refusal import refuse
from device_sim.secret import PASSWORD_VARIABLE, password_of
from device_sim.transport.connection import Broker, Login
from device_sim.transport.link import GatewayLink, GaveUp, Patience

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
HASH_BOOT = "00000000"

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def replay(
    file: Annotated[
        Path, typer.Argument(help="CSV or Parquet, a capture, or lines of mosquitto_sub.")
    ],
    enterprise: Annotated[str, typer.Option(help="Code of the enterprise.")],
    gateway: Annotated[str, typer.Option(help="Code of the gateway.")],
    speed: Annotated[str, typer.Option(help="Times as fast as recorded, or max.")] = "1",
    rebase: Annotated[bool, typer.Option(help="Shift all times so that it ends now.")] = False,
    only: Annotated[
        str, typer.Option("--from", help="Of a capture: the recorded gateway, as E001/G01.")
    ] = "",
    leaf: Annotated[
        str, typer.Option(help="Of a capture: the dialect of topics that are not pw/v1/….")
    ] = "",
    only_hash: Annotated[
        bool, typer.Option("--hash", help="Print the SHA-256, send nothing.")
    ] = False,
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
    if leaf and leaf not in {each.leaf for each in PERSONAS.values()}:
        raise refuse(f"--leaf {leaf!r} is no dialect; there are telemetry, neuron, tb and senml.")
    pace_speed, clock = _speed(speed), SystemClock()
    if only_hash:
        tape = _tape(file, Voice(enterprise, gateway, boot or HASH_BOOT, only, leaf))
        digest = Digest()
        tape.run(Pace(None, clock.now_ms() - tape.last_ms if rebase else 0), digest, clock)
        typer.echo(digest.sha256)
        return
    login = Login(
        username or f"{enterprise}.{gateway}",
        password_of(password, password_file),
        client_id or None,
    )
    tape = _tape(file, Voice(enterprise, gateway, boot or secrets.token_hex(4), only, leaf))
    pace = Pace(pace_speed, clock.now_ms() - tape.last_ms if rebase else 0)
    patience = Patience(stalled_s=give_up_after, refused_s=min(15.0, give_up_after))
    link = GatewayLink(Broker(host, port, ca), login, clock, window=window, patience=patience)
    _live(tape, pace, link, clock)


@dataclass(frozen=True, slots=True)
class _Tape:
    """A recording and who speaks: ``size`` of its ``unit``; ``last_ms``: where it ends."""

    source: Recording | CaptureFile | MosquittoFile
    voice: Voice
    size: int
    unit: str
    last_ms: int

    def run(self, pace: Pace, sink: Sink, clock: SystemClock) -> str:
        """Play it; what came of it, in words. Exits with 1 if something was not acknowledged."""
        voice, source = self.voice, self.source
        if isinstance(source, CaptureFile | MosquittoFile):
            back = play_back(source, voice, pace, sink, clock, self._tell)
            return self._check(_captured(back, source), back.acknowledged, back.messages)
        sender = Sender(voice.enterprise, voice.gateway, voice.boot, PERSONAS["native"])
        played = play(source.rows(), sender, pace, sink, clock, self._tell)
        return self._check(_rows(played), played.acknowledged, played.rows)

    def _tell(self, sent: int) -> None:
        typer.echo(f"{sent} of {self.size} {self.unit} sent", err=True)

    def _check(self, said: str, acknowledged: int, sent: int) -> str:
        if acknowledged < sent:
            typer.echo(said)
            raise typer.Exit(1)
        return said


def _live(tape: _Tape, pace: Pace, link: GatewayLink, clock: SystemClock) -> None:
    """Over the broker; exits with 1 if it gave up, and says how far it came."""
    try:
        typer.echo(tape.run(pace, link, clock))
    except GaveUp as error:
        typer.echo(
            f"{error} {link.acknowledged} of {tape.size} {tape.unit} acknowledged.", err=True
        )
        raise typer.Exit(1) from error
    except KeyboardInterrupt as error:
        typer.echo(
            f"Stopped: {link.acknowledged} of {tape.size} {tape.unit} acknowledged.", err=True
        )
        raise typer.Exit(130) from error
    finally:
        link.close()


def _tape(file: Path, voice: Voice) -> _Tape:
    """Look at the whole file before the first message leaves."""
    try:
        source = open_recording(file)
        if isinstance(source, CaptureFile | MosquittoFile):
            held = outline(source, voice)
            return _Tape(source, voice, held.messages, "messages", held.last_ms)
        extent = extent_of(source)
        return _Tape(source, voice, extent.rows, "rows", extent.last_ms)
    except BadRecording as error:
        raise refuse(str(error)) from error


def _rows(played: Played) -> str:
    rate = played.readings / played.seconds if played.seconds > 0 else float(played.readings)
    empty = f", {played.silent} rows without a reading left out" if played.silent else ""
    return (
        f"{played.rows} rows, {played.readings} readings, {played.acknowledged} acknowledged,"
        f" {played.seconds:.2f} s, {rate:.0f} readings/s{empty}"
    )


def _captured(back: PlayedBack, source: CaptureFile | MosquittoFile) -> str:
    said = f"{back.messages} messages, {back.acknowledged} acknowledged, {back.seconds:.2f} s"
    if back.unshifted:
        said += f"; {back.unshifted} hold no stamp that could be shifted and went as recorded"
    if source.gaps:
        said += f"; the recorder lost the broker {source.gaps} times: something may be missing"
    if source.cut:
        said += "; the capture was cut short: it has no end"
    return said


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


def _check_code(what: str, code: str) -> None:
    if not _CODE.fullmatch(code):
        raise refuse(f"--{what} {code!r} must be 1 to 64 of A-Z a-z 0-9 _ -.")
