"""``record``: what is published on a broker, into a capture that ``replay`` plays."""

import asyncio
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import Clock, SystemClock
from device_sim.progress import Progress
from device_sim.recording.capture_file import Captured, CaptureWriter
from device_sim.recording.row import BadRecording
from device_sim.refusal import refuse
from device_sim.secret import password_of
from device_sim.transport.connection import Broker, Login
from device_sim.transport.listener import Listener, NotHeard, listen
from device_sim.transport.packet import Received

EVERYTHING = "pw/v1/+/+/+"
AGAIN_S = 1.0


def record(
    file: Annotated[Path, typer.Argument(help="New file; gzipped if its name ends in .gz.")],
    username: Annotated[
        str, typer.Option("--username", "-u", help="A user that may hear the topics.")
    ],
    topic: Annotated[
        list[str] | None, typer.Option(help="What to hear, several times if needed.")
    ] = None,
    password: Annotated[str, typer.Option("--password", "-P")] = "",
    password_file: Annotated[Path | None, typer.Option(help="File with the password.")] = None,
    seconds: Annotated[float, typer.Option(min=0, help="0: until it is interrupted.")] = 0.0,
    messages: Annotated[int, typer.Option(min=0, help="At most; 0: no bound.")] = 0,
    host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
) -> None:
    """Record MQTT byte for byte; where the connection broke, the capture says so."""
    login = Login(username, password_of(password, password_file))
    clock, topics = SystemClock(), topic or [EVERYTHING]
    try:
        with CaptureWriter(file, clock.now_ms(), topics) as writer:
            progress = Progress(
                lambda done: f"{done} messages", clock, lambda line: typer.echo(line, err=True)
            )
            tape = _Tape(writer, clock, messages, progress)
            asyncio.run(_hear(Broker(host, port, ca), login, topics, tape, seconds))
    except (BadRecording, NotHeard) as error:
        raise refuse(str(error)) from error
    except OSError as error:
        raise refuse(f"{file}: cannot be written ({error.strerror}).") from error
    broken = f", {writer.gaps} gaps" if writer.gaps else ""
    typer.echo(f"{writer.messages} messages{broken}  sha256 {writer.sha256}")
    if writer.gaps:
        raise typer.Exit(1)


@dataclass(slots=True)
class _Tape:
    """Writes until it holds as many as are wanted; 0: no bound."""

    writer: CaptureWriter
    clock: Clock
    wanted: int
    progress: Progress
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, message: Received) -> None:
        """On disk (as far as the system holds it) before it is acknowledged."""
        if self.stop.is_set():
            return
        self.writer.write(
            Captured(self.clock.now_ms(), message.topic, message.payload, message.retain)
        )
        self.progress(self.writer.messages)
        if self.wanted and self.writer.messages >= self.wanted:
            self.stop.set()


async def _hear(
    broker: Broker, login: Login, topics: list[str], tape: _Tape, seconds: float
) -> None:
    """Again and again until it is over; a first attempt that reaches nobody is the last."""
    loop, begun = asyncio.get_running_loop(), False
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, tape.stop.set)
    if seconds:
        loop.call_later(seconds, tape.stop.set)

    def ready() -> None:
        nonlocal begun
        begun = True
        typer.echo(f"recording {' '.join(topics)}", err=True)

    while not tape.stop.is_set():
        try:
            listener = Listener(login, topics, tape.take)
            why = await listen(broker, listener, tape.stop, tape.clock, ready)
        except NotHeard as error:
            why = str(error)
        if not why:
            return
        if not begun:
            raise NotHeard(f"Nothing was recorded: {why}.")
        tape.writer.gap(tape.clock.now_ms(), why)
        typer.echo(f"{why}; trying again", err=True)
        await asyncio.sleep(AGAIN_S)
