"""``run``: a fleet in a scenario, published or only hashed."""

import secrets
import threading
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import CourierDied, Crew
from device_sim.fleet.fleet import Fleet, stream_hash
from device_sim.fleet.pacing import beats
from device_sim.fleet.scenario import BadScenario, Scenario, load
from device_sim.fleet.world import StationKey
from device_sim.refusal import refuse
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.signals import stop_event
from device_sim.transport.connection import Broker, Login

PROGRESS_EVERY_S = 60
DRAIN_S = 10.0


def run(
    scenario: Annotated[str, typer.Argument(help="Name in the library, or a YAML file.")],
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Times real time.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 1,
    only_hash: Annotated[
        bool, typer.Option("--hash", help="Print the SHA-256, send nothing.")
    ] = False,
    duration: Annotated[int, typer.Option(min=0, help="Simulated seconds; 0: as written.")] = 0,
    host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
    state_dir: Annotated[Path, typer.Option(help="Where the gateways' credentials are.")] = Path(
        "data/sim"
    ),
) -> None:
    """Simulate a fleet; at speeds above 1 the stamps begin in the past and end now."""
    try:
        spec = load(scenario)
        seconds = duration or spec.duration_s
        if only_hash:
            typer.echo(stream_hash(spec, seed, PERSONAS["native"], seconds))
            return
        fleet = Fleet(spec, seed, secrets.token_hex(4), PERSONAS["native"])
        logins = _logins(fleet, KeyFile(state_dir))
    except (BadScenario, BadKeys) as error:
        raise refuse(str(error)) from error
    if not logins:
        raise refuse(
            f"No credentials in {state_dir}: register the park with the demo command first."
        )
    _publish(fleet, spec, Broker(host, port, ca), logins, seconds, speed)


def _publish(
    fleet: Fleet,
    spec: Scenario,
    broker: Broker,
    logins: dict[StationKey, Login],
    seconds: int,
    speed: float,
) -> None:
    clock, stop = SystemClock(), threading.Event()
    stop_event(stop)
    crew = Crew(broker, logins, clock, lambda line: typer.echo(line, err=True))
    crew.start()
    # What is simulated ahead of the clock would be refused as a clock that runs ahead.
    start_ms = clock.now_ms() - round(seconds * (1 - 1 / speed) * 1000) if speed > 1 else None
    done = 0
    try:
        for _ in beats(clock, stop, 1 / speed):
            while crew.crowded and not stop.is_set():
                stop.wait(0.05)
            stamp = clock.now_ms() if start_ms is None else start_ms + done * 1000
            crew.offer(fleet.tick(stamp))
            crew.watch()
            done += 1
            if done % PROGRESS_EVERY_S == 0:
                typer.echo(f"{spec.name}: {done} of {seconds} s", err=True)
            if done >= seconds:
                break
    except CourierDied as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        acknowledged, left = crew.stop(DRAIN_S)
        typer.echo(f"{done} s simulated, {acknowledged} messages acknowledged, {left} not")
    if left:
        raise typer.Exit(1)


def _logins(fleet: Fleet, keys: KeyFile) -> dict[StationKey, Login]:
    found: dict[StationKey, Login] = {}
    for enterprise, station in fleet.park.stations():
        login = keys.get(enterprise.code, station.gateway)
        if login is not None:
            found[(enterprise.code, station.gateway)] = login
    return found
