"""``demo``: the sample park registered and alive at real time, until told to stop."""

import secrets
import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from device_sim.clock import SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import CourierDied, Crew
from device_sim.fleet.fleet import Fleet
from device_sim.fleet.pacing import beats
from device_sim.fleet.scenario import BadScenario, load
from device_sim.fleet.stream import Stream
from device_sim.fleet.world import StationKey
from device_sim.park.description import Park
from device_sim.park.sample import PARKS
from device_sim.refusal import refuse
from device_sim.register.enrolment import Enrolment
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.register.platform import Away, Platform, Refused
from device_sim.register.protection import Protection
from device_sim.signals import stop_event
from device_sim.transport.connection import Broker, Login

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 15.0
FAREWELL_S = 3.0
LOCAL_TIME = timezone(timedelta(hours=8))  # the park lives in China Standard Time
Done = TypeVar("Done")
SETTLE_S = 10.0  # how long the story waits for the first connections


def demo(
    api: Annotated[str, typer.Option(help="The platform.")] = "http://127.0.0.1:8000",
    mqtt_host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    mqtt_port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
    username: Annotated[str, typer.Option(help="Who registers the park.")] = "admin",
    password_file: Annotated[Path, typer.Option(help="File with that person's password.")] = Path(
        "data/secrets/admin_password"
    ),
    state_dir: Annotated[
        Path | None,
        typer.Option(help="Where gateways' credentials are kept; default: sim/ beside it."),
    ] = None,
    scenario: Annotated[str, typer.Option(help="Name in the library, or a YAML file.")] = "demo",
    seed: Annotated[int, typer.Option(min=0)] = 1,
) -> None:
    """Register the sample park where it is missing, then run its fleet at real time."""
    stop = threading.Event()
    stop_event(stop)
    try:
        spec = load(scenario)
        park = PARKS.get(spec.park)
        if park is None:
            raise BadScenario(f"No park {spec.park!r}; there is {', '.join(PARKS)}.")
        keys = KeyFile(state_dir or password_file.parent / "sim")
        logins = _register(park, keys, api, (username, password_file), stop)
        flow = Stream(spec, seed, secrets.token_hex(4), PERSONAS["native"])
    except (BadScenario, BadKeys) as error:
        raise refuse(str(error)) from error
    if stop.is_set():
        return
    fleet = flow.fleet
    fleet.world.hold(keys.held)
    guard = threading.Thread(
        target=_protect,
        args=(park, keys, api, (username, password_file), fleet, stop),
        daemon=True,
    )
    guard.start()
    try:
        _live(flow, Broker(mqtt_host, mqtt_port, ca), logins, stop)
    finally:
        stop.set()
        guard.join(FAREWELL_S)


def _register(
    park: Park, keys: KeyFile, api: str, who: tuple[str, Path], stop: threading.Event
) -> dict[StationKey, Login]:
    """Try until it is done or ``stop`` is set; the credentials of gateways that may speak."""

    def enrol() -> dict[StationKey, Login]:
        platform = Platform(api, who[0], _password(who[1]))
        return Enrolment(platform, keys, _say, _today()).enrol(park)

    return _patiently(enrol, stop) or {}


def _protect(
    park: Park,
    keys: KeyFile,
    api: str,
    who: tuple[str, Path],
    fleet: Fleet,
    stop: threading.Event,
) -> None:
    """Beside the running fleet: what protects the park, and the bypasses that the field shows."""

    def protect() -> None:
        platform = Platform(api, who[0], _password(who[1]))
        Protection(platform, keys, _say, SystemClock()).protect(park, _today(), stop)
        fleet.world.hold(keys.held)

    try:
        _patiently(protect, stop)
    except BadKeys as error:
        _say(str(error))


def _today() -> date:
    return datetime.fromtimestamp(SystemClock().now_ms() / 1000, LOCAL_TIME).date()


def _patiently(work: Callable[[], Done], stop: threading.Event) -> Done | None:
    """Try until it is done or ``stop`` is set; each new trouble is said once."""
    wait_s, told = FIRST_WAIT_S, ""
    while not stop.is_set():
        pause_s = wait_s
        try:
            return work()
        except Away as away:
            trouble = str(away)
            pause_s = max(wait_s, away.wait_s or 0.0)
        except Refused as no:
            trouble = str(no)
        if trouble != told:
            told = trouble
            _say(f"{trouble}; trying again")
        stop.wait(min(pause_s, 60.0))
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)
    return None


def _password(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Away(f"{file}: cannot be read ({error.strerror})") from error


def _live(
    flow: Stream, broker: Broker, logins: dict[StationKey, Login], stop: threading.Event
) -> None:
    clock = SystemClock()
    crew = Crew(broker, logins, clock, _say)
    crew.start()
    _await_connections(crew, len(logins), stop)
    _say(f"{flow.fleet.park.name_en}: {len(logins)} gateways alive")
    try:
        for _ in beats(clock, stop, 1.0):
            crew.offer(flow.tick(clock.now_ms()))
            crew.break_links(flow.down(), flow.cut())
            crew.watch()
    except CourierDied as error:
        _say(str(error))
        raise typer.Exit(1) from error
    finally:
        acknowledged, left = crew.stop(FAREWELL_S)
        _say(f"{acknowledged} messages acknowledged, {left} not")


def _await_connections(crew: Crew, wanted: int, stop: threading.Event) -> None:
    """So that the story is seen from its beginning; a broker that is away is not waited for."""
    for _ in range(round(SETTLE_S / 0.1)):
        if crew.connected >= wanted or stop.wait(0.1):
            return


def _say(line: str) -> None:
    typer.echo(line, err=True)
