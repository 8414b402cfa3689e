"""``conformance``: a gateway on the platform's test-bench, good or with one fault."""

import os
import secrets
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from device_sim.bench.plan import Fault, NoPlan, Plan, quiet_of
from device_sim.bench.station import Station
from device_sim.clock import SystemClock
from device_sim.refusal import refuse
from device_sim.register.platform import Away, Json, Platform, Refused
from device_sim.secret import PASSWORD_VARIABLE
from device_sim.transport.connection import Broker, Login

USER_VARIABLE = "PARKWATCH_USER_PASSWORD"
POLL_S = 0.3
LEFT_S = 30.0


def conformance(
    enterprise: Annotated[str, typer.Option(help="Code of the enterprise.")],
    gateway: Annotated[str, typer.Option(help="Code of the gateway.")],
    fault: Annotated[Fault, typer.Option(help="What is wrong with it.")] = Fault.NONE,
    tag: Annotated[str, typer.Option(help="Test point; without one no alarm is tried.")] = "",
    duration: Annotated[int, typer.Option(min=5, max=600, help="Seconds.")] = 90,
    cut: Annotated[int, typer.Option(min=0, max=60, help="Seconds; 0: as the bench does.")] = 0,
    period: Annotated[float, typer.Option(min=0.05, help="Seconds between messages.")] = 1.0,
    url: Annotated[str, typer.Option(help="The platform.")] = "http://127.0.0.1:8000",
    user: Annotated[str, typer.Option(help=f"Who starts it; password: {USER_VARIABLE}.")] = "admin",
    host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
) -> None:
    """Play a gateway on the test-bench and print what came of it; exit 0 when all passed."""
    login = Login(f"{enterprise}.{gateway}", _secret(PASSWORD_VARIABLE))
    if fault is Fault.CREDENTIALS:
        login = Login(login.username, secrets.token_hex(8))
    platform = Platform(url, user, _secret(USER_VARIABLE))
    path = f"/enterprises/{enterprise}/gateways/{gateway}/conformance"
    try:
        platform.sign_in()
        plan = _plan(platform, enterprise, gateway, fault, tag or None)
        asked: Json = {"duration_s": duration, **({"test_tag": tag} if tag else {})}
        run = platform.post(path, asked | ({"cut_s": cut} if cut else {}))
        place, boot, clock = (enterprise, gateway), secrets.token_hex(4), SystemClock()
        station = Station(place, boot, Broker(host, port, ca), login, clock, fault)
        with _Playing(station, plan, period) as playing:
            found = _follow(platform, f"{path}/{run['id']}?lang=en", playing, duration)
    except (Away, Refused, NoPlan) as error:
        raise refuse(str(error)) from error
    _report(found)


class _Playing:
    """The gateway's thread. ``ask``: what the bench wants now."""

    def __init__(self, station: Station, plan: Plan, period_s: float) -> None:
        self.ask: Mapping[str, Any] | None = None
        self._station, self._plan, self._period_s = station, plan, period_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)

    def __enter__(self) -> "_Playing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(5.0)

    def _run(self) -> None:
        clock, tick = SystemClock(), 0
        due = clock.monotonic()
        while not self._stop.is_set():
            if clock.monotonic() >= due:
                values = self._plan.values(tick, self.ask)
                self._station.sample(self._plan.stamp(clock.now_ms()), values)
                tick, due = tick + 1, max(due + self._period_s, clock.monotonic() - 1.0)
            self._station.turn()
        self._station.close()


def _follow(platform: Platform, path: str, playing: _Playing, duration_s: int) -> Json:
    """Ask how it goes until it is over; a platform that is away for a moment is asked again."""
    clock = SystemClock()
    deadline = clock.monotonic() + duration_s + LEFT_S
    while True:
        try:
            found = platform.one(path)
            playing.ask = found["ask"]
            if found["outcome"] != "running":
                return found
        except Away:
            playing.ask = None
        if clock.monotonic() > deadline:
            raise NoPlan(f"The bench did not finish within {LEFT_S:.0f} s of its time.")
        clock.sleep(POLL_S)


def _plan(platform: Platform, enterprise: str, gateway: str, fault: Fault, tag: str | None) -> Plan:
    points = list(platform.items("/points", enterprise=enterprise, gateway=gateway))
    if not points:
        raise NoPlan(f"No point is registered with the gateway {gateway}.")
    rules = _by_tag(platform.items("/rules", enterprise=enterprise))
    return Plan([quiet_of(each, rules.get(each["tag"], [])) for each in points], fault, tag)


def _by_tag(rules: Iterable[Json]) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for rule in rules:
        found.setdefault(str(rule["tag"]), []).append(rule)
    return found


def _report(found: Json) -> None:
    for item in found["items"]:
        typer.echo(f"{item['mark']:>9}  {item['title']}: {item['text']}")
    typer.echo(f"{found['outcome']}  run {found['id']}  sha256 {found['sha256']}")
    if found["outcome"] != "passed":
        raise typer.Exit(1)


def _secret(variable: str) -> str:
    found = os.environ.get(variable, "")
    if not found:
        raise refuse(f"No password: set {variable}.")
    return found
