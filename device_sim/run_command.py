"""``run``: a fleet in a scenario, published or only hashed; its truth into files."""

import secrets
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from device_sim.clock import Clock, SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import CourierDied, Crew
from device_sim.fleet.pacing import beats
from device_sim.fleet.scenario import BadScenario, Scenario, load
from device_sim.fleet.stream import Stream, run_headless
from device_sim.fleet.world import StationKey
from device_sim.message import Outgoing
from device_sim.park.description import Park
from device_sim.progress import Progress, of
from device_sim.refusal import refuse
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.signals import stop_event
from device_sim.transport.connection import Broker, Certificate, Login
from device_sim.truth.ledger import BadTruth, Ledger
from device_sim.way.departure import Fate

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
    cert: Annotated[
        Path | None, typer.Option(help="The gateways' certificate (PEM), for a broker that asks.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    expired_cert: Annotated[
        Path | None, typer.Option(help="What a gateway shows while its certificate has expired.")
    ] = None,
    expired_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    settle: Annotated[
        float,
        typer.Option(min=0, help="Seconds to wait at the end for what is not acknowledged yet."),
    ] = 30.0,
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
            broker = Broker(host, port, ca, _certificate(ca, cert, key))
            shown = _certificate(ca, expired_cert, expired_key)
            run_.publish(broker, logins, speed, shown, settle)
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
    persona, progress = PERSONAS[identity.persona], _progress(spec, seconds, SystemClock())
    found = run_headless(spec, identity.seed, persona, seconds, ledger, progress)
    if ledger is not None:
        _seal(ledger, spec, spec.start_ms, seconds, identity.with_(stream_sha256=found))
    return found


def _seal(
    ledger: Ledger, spec: Scenario, start_ms: int, seconds: int, run_: dict[str, Any]
) -> None:
    manifest = ledger.seal(spec, start_ms, seconds, run_)
    counts = ", ".join(f"{number} {name}" for name, number in manifest["counts"].items())
    typer.echo(f"{spec.name}: {counts}", err=True)


def _progress(spec: Scenario, seconds: int, clock: Clock) -> Progress:
    return Progress(of(spec.name, seconds), clock, lambda line: typer.echo(line, err=True))


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
        self._progress = _progress(spec, seconds, self._clock)

    def publish(
        self,
        broker: Broker,
        logins: dict[StationKey, Login],
        speed: float,
        expired: Certificate | None,
        settle_s: float,
    ) -> None:
        """Exit 1 if something was left unacknowledged."""
        clock, stop = self._clock, self._stop
        stop_event(stop)
        crew = Crew(broker, logins, clock, lambda line: typer.echo(line, err=True), expired)
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
            # Who is interrupted does not wait; who is through asks for every acknowledgement.
            whole = self._done >= self._seconds
            acknowledged, left = crew.stop(settle_s if whole else DRAIN_S, settle=whole)
            typer.echo(
                f"{self._done} s simulated, {acknowledged} messages acknowledged, {left} not"
            )
        self._flow.finish(clock.now_ms())
        self._give_up(crew.unacknowledged(), Fate.UNACKNOWLEDGED, clock.now_ms())
        if self._ledger is not None:
            kept = self._identity.with_(speed=speed, acknowledged=acknowledged, unacknowledged=left)
            _seal(self._ledger, self._spec, start_ms, self._done, kept)
        if left:
            raise typer.Exit(1)

    def _give_up(self, gone: list[tuple[StationKey, Outgoing]], fate: Fate, at_ms: int) -> None:
        if self._ledger is not None:
            for key, message in gone:
                self._ledger.give_up(key, message.number, fate, at_ms)

    def _second(self, crew: Crew, stamp_ms: int) -> None:
        self._give_up(crew.offer(self._flow.tick(stamp_ms)), Fate.NOT_SENT, stamp_ms)
        crew.break_links(self._flow.down(), self._flow.cut(), self._flow.expired())
        crew.watch()
        self._done += 1
        self._progress(self._done)


def _certificate(ca: Path | None, chain: Path | None, key: Path | None) -> Certificate | None:
    """Both files, or none; there is no showing one without TLS."""
    if chain is None and key is None:
        return None
    if chain is None or key is None or ca is None:
        raise refuse("A certificate needs its key, and --ca to know the broker by.")
    for file in (chain, key):
        if not file.is_file():
            raise refuse(f"{file}: cannot be read.")
    return Certificate(chain, key)


def _logins(park: Park, keys: KeyFile) -> dict[StationKey, Login]:
    found: dict[StationKey, Login] = {}
    for enterprise, station in park.stations():
        login = keys.get(enterprise.code, station.gateway)
        if login is not None:
            found[(enterprise.code, station.gateway)] = login
    return found
