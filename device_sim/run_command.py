"""``run``: a fleet in a scenario, published or only hashed; its truth into files."""

import secrets
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from device_sim.clock import SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import CourierDied, Crew
from device_sim.fleet.pacing import beats
from device_sim.fleet.scenario import BadScenario, Scenario, load
from device_sim.fleet.stream import Stream, run_headless
from device_sim.fleet.world import StationKey
from device_sim.park.description import Park
from device_sim.refusal import refuse
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.signals import stop_event
from device_sim.transport.connection import Broker, Login
from device_sim.truth.ledger import BadTruth, Ledger

PROGRESS_EVERY_S = 60
DRAIN_S = 10.0


def run(
    scenario: Annotated[str, typer.Argument(help="Name in the library, or a YAML file.")],
    speed: Annotated[float, typer.Option(min=0.01, max=1000, help="Times real time.")] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bytes.")] = 1,
    only_hash: Annotated[
        bool, typer.Option("--hash", help="Print the SHA-256, send nothing.")
    ] = False,
    persona: Annotated[
        str, typer.Option(help="Dialect of the gateways: native, neuron, tb, senml.")
    ] = "native",
    truth: Annotated[
        Path | None, typer.Option(help="New folder for every reading, departure and cause.")
    ] = None,
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
    if persona not in PERSONAS:
        raise refuse(f"No persona {persona!r}; there are {', '.join(PERSONAS)}.")
    try:
        spec = load(scenario)
        seconds, identity = duration or spec.duration_s, _Identity(seed, persona)
        flow = Stream(spec, seed, secrets.token_hex(4), PERSONAS[persona])
        logins = {} if only_hash else _logins(flow.fleet.park, KeyFile(state_dir))
        if not logins and not only_hash:
            raise refuse(
                f"No credentials in {state_dir}: register the park with the demo command first."
            )
        with ExitStack() as open_files:
            ledger = open_files.enter_context(Ledger(truth)) if truth is not None else None
            if only_hash:
                typer.echo(_headless(spec, seconds, ledger, identity))
                return
            flow.heard_by(ledger)
            run_ = _Run(spec, flow, seconds, identity, ledger)
            run_.publish(Broker(host, port, ca), logins, speed)
    except (BadScenario, BadKeys, BadTruth) as error:
        raise refuse(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Identity:
    """What makes one run of a scenario another than the next."""

    seed: int
    persona: str

    def with_(self, **more: Any) -> dict[str, Any]:
        """For the manifest."""
        return {"seed": self.seed, "persona": self.persona, **more}


def _headless(spec: Scenario, seconds: int, ledger: Ledger | None, identity: _Identity) -> str:
    """The hash of the stream; with a ledger its truth, too."""
    found = run_headless(spec, identity.seed, PERSONAS[identity.persona], seconds, ledger)
    if ledger is not None:
        _seal(ledger, spec, spec.start_ms, seconds, identity.with_(stream_sha256=found))
    return found


def _seal(
    ledger: Ledger, spec: Scenario, start_ms: int, seconds: int, run_: dict[str, Any]
) -> None:
    manifest = ledger.seal(spec, start_ms, seconds, run_)
    counts = ", ".join(f"{number} {name}" for name, number in manifest["counts"].items())
    typer.echo(f"{spec.name}: {counts}", err=True)


class _Run:
    """A fleet over a broker, from its first second to its last."""

    def __init__(
        self,
        spec: Scenario,
        flow: Stream,
        seconds: int,
        identity: _Identity,
        ledger: Ledger | None,
    ) -> None:
        self._spec, self._flow, self._seconds = spec, flow, seconds
        self._identity, self._ledger = identity, ledger
        self._clock, self._stop = SystemClock(), threading.Event()
        self._done = 0

    def publish(self, broker: Broker, logins: dict[StationKey, Login], speed: float) -> None:
        """Exit 1 if something was left unacknowledged."""
        clock, stop = self._clock, self._stop
        stop_event(stop)
        crew = Crew(broker, logins, clock, lambda line: typer.echo(line, err=True))
        crew.start()
        # What is simulated ahead of the clock would be refused as a clock that runs ahead.
        past_s = self._seconds * (1 - 1 / speed) if speed > 1 else 0.0
        start_ms = clock.now_ms() - round(past_s * 1000)
        try:
            for _ in beats(clock, stop, 1 / speed):
                while crew.crowded and not stop.is_set():
                    stop.wait(0.05)
                stamp = start_ms + self._done * 1000 if speed > 1 else clock.now_ms()
                self._second(crew, stamp)
                if self._done >= self._seconds:
                    break
        except CourierDied as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from error
        finally:
            acknowledged, left = crew.stop(DRAIN_S)
            typer.echo(
                f"{self._done} s simulated, {acknowledged} messages acknowledged, {left} not"
            )
        self._flow.finish(clock.now_ms())
        if self._ledger is not None:
            kept = self._identity.with_(acknowledged=acknowledged, unacknowledged=left)
            _seal(self._ledger, self._spec, start_ms, self._done, kept)
        if left:
            raise typer.Exit(1)

    def _second(self, crew: Crew, stamp_ms: int) -> None:
        crew.offer(self._flow.tick(stamp_ms))
        crew.break_links(self._flow.down(), self._flow.cut())
        crew.watch()
        self._done += 1
        if self._done % PROGRESS_EVERY_S == 0:
            typer.echo(f"{self._spec.name}: {self._done} of {self._seconds} s", err=True)


def _logins(park: Park, keys: KeyFile) -> dict[StationKey, Login]:
    found: dict[StationKey, Login] = {}
    for enterprise, station in park.stations():
        login = keys.get(enterprise.code, station.gateway)
        if login is not None:
            found[(enterprise.code, station.gateway)] = login
    return found
