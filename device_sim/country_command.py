"""``country``: thousands of gateways from one process, or only the hash of what they say."""

import asyncio
import ipaddress
import json
import math
import secrets
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import SystemClock
from device_sim.country.broadcast import Broadcast, Done
from device_sim.country.flow import Flow, sha256
from device_sim.country.roll import BadRoll, Roll
from device_sim.encode.persona import PERSONAS, Persona
from device_sim.progress import Progress, of
from device_sim.refusal import refuse
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.secret import password_of
from device_sim.transport.connection import Broker, Login
from device_sim.transport.descriptors import TooFew, make_room
from device_sim.transport.line import Line
from device_sim.transport.link import Greeting
from device_sim.transport.presence import greeting
from device_sim.transport.swarm import Swarm
from device_sim.transport.tally import Tally

MIXED = "mixed"
SIGN_IN_S, SIGN_IN_A_GATEWAY_S = 30.0, 0.02
ONE_WINDOW, ONE_KEPT = 200, 50_000


def country(
    gateways: Annotated[int, typer.Option(help="One an enterprise.")] = 7_000,
    points: Annotated[int, typer.Option(help="Of all together.")] = 440_000,
    rate: Annotated[float, typer.Option(help="Readings a second of all together.")] = 10_000.0,
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Times real time.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 1,
    only_hash: Annotated[
        bool, typer.Option("--hash", help="Print the SHA-256, send nothing.")
    ] = False,
    persona: Annotated[
        str, typer.Option(help="native, neuron, tb, senml, or mixed: each in turn.")
    ] = "native",
    duration: Annotated[float, typer.Option(min=0.1, help="Simulated seconds.")] = 60.0,
    host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
    state_dir: Annotated[Path, typer.Option(help="Where the gateways' credentials are.")] = Path(
        "data/sim"
    ),
    as_one: Annotated[
        str, typer.Option(help="One user that may speak for all; only over loopback.")
    ] = "",
    password_file: Annotated[Path | None, typer.Option(help="Of that user.")] = None,
    result: Annotated[Path | None, typer.Option(help="New file for the figures, JSON.")] = None,
) -> None:
    """Simulate a country; exit 0 once all of it is acknowledged."""
    if not math.isfinite(duration):
        raise refuse(f"--duration {duration}: a country speaks for a finite number of seconds.")
    try:
        roll = Roll(gateways, points, rate)
    except BadRoll as error:
        raise refuse(str(error)) from error
    personas = _personas(persona)
    if only_hash:
        progress = Progress(of("country", round(duration)), SystemClock(), _say)
        typer.echo(sha256(Flow(roll, seed, f"{seed:08x}", personas), duration, progress)[0])
        return
    tally, clock = Tally(), SystemClock()
    try:
        lines = (
            _one(as_one, password_file, host, tally) if as_one else _each(roll, state_dir, tally)
        )
        make_room(len(lines))
    except (BadKeys, TooFew) as error:
        raise refuse(str(error)) from error
    flow = Flow(roll, seed, secrets.token_hex(4), personas)
    swarm = Swarm(Broker(host, port, ca), lines, clock, _say)
    run = _Run(Broadcast(flow, swarm, lines, tally, clock, _say), swarm, lines, duration, speed)
    done = asyncio.run(run.live())
    if done is None:
        raise typer.Exit(1)
    _report(done, speed, duration, result)


@dataclass(frozen=True, slots=True)
class _Run:
    """From the first sign-in to the last farewell."""

    broadcast: Broadcast
    swarm: Swarm
    lines: Sequence[Line]
    duration: float
    speed: float

    async def live(self) -> Done | None:
        """``None``, and a sentence, if not everybody was let in."""
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with asyncio.TaskGroup() as group:
            swarming = group.create_task(self.swarm.run())
            try:
                return await self._speak(stop)
            finally:
                swarming.cancel()
                await self.broadcast.leave()

    async def _speak(self, stop: asyncio.Event) -> Done | None:
        wanted = len(self.lines)
        took_s = await self.broadcast.sign_in(SIGN_IN_S + wanted * SIGN_IN_A_GATEWAY_S, stop)
        if stop.is_set():
            return None
        if self.swarm.up < wanted:
            _say(
                f"Only {self.swarm.up} of {wanted} signed in after {took_s:.0f} s,"
                f" {self.swarm.refused} were refused: nothing was published."
            )
            return None
        _say(f"{wanted} connections signed in within {took_s:.1f} s")
        return await self.broadcast.speak(self.duration, self.speed, took_s, stop)


def _personas(name: str) -> list[Persona]:
    if name == MIXED:
        return list(PERSONAS.values())
    if name not in PERSONAS:
        raise refuse(f"No persona {name!r}; there are {', '.join(PERSONAS)} and {MIXED}.")
    return [PERSONAS[name]]


def _each(roll: Roll, state_dir: Path, tally: Tally) -> list[Line]:
    """A line for each gateway with its own credentials."""
    keys, clock = KeyFile(state_dir), SystemClock()
    found = [(key, keys.get(*key)) for key in roll.places()]
    lines = [
        Line("/".join(key), login, greeting(*key, clock), clock, tally)
        for key, login in found
        if login is not None
    ]
    if len(lines) < roll.gateways:
        raise refuse(
            f"{state_dir} has credentials of {len(lines)} of {roll.gateways} gateways:"
            " register the others, take fewer, or let one user speak for all with --as-one."
        )
    return lines


def _one(username: str, password_file: Path | None, host: str, tally: Tally) -> list[Line]:
    """The only line, of somebody who may speak for all."""
    if not _is_loopback(host):
        raise refuse(f"--as-one is for a broker on this machine; {host} is not a loopback address.")
    login = Login(username, password_of("", password_file))
    _say(
        f"All gateways speak through the one user {username}: a measure of messages,"
        " not of connections."
    )
    clock = SystemClock()
    return [Line(username, login, Greeting(), clock, tally, window=ONE_WINDOW, kept=ONE_KEPT)]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _report(done: Done, speed: float, duration: float, result: Path | None) -> None:
    reached = min(speed, duration / done.seconds) if done.seconds else speed
    typer.echo(
        f"{done.gateways} gateways, {done.messages} messages, {done.acknowledged} of"
        f" {done.offered} readings acknowledged in {done.seconds:.1f} s:"
        f" {done.rate:.0f} readings/s, {reached:.2f} times real time;"
        f" PUBACK p50 {done.puback_p50_ms} ms, p99 {done.puback_p99_ms} ms"
    )
    if done.dropped or done.broken:
        typer.echo(
            f"{done.broken} connections broke, {done.sent_again} messages sent again,"
            f" {done.dropped} dropped from full stores"
        )
    if result is not None:
        try:
            result.write_text(json.dumps(done.as_dict(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise refuse(f"{result}: cannot be written ({error.strerror}).") from error
    if done.acknowledged < done.offered:
        raise typer.Exit(1)


def _say(line: str) -> None:
    typer.echo(line, err=True)
