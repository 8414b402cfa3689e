"""``drill``: waits for an instructor's word and plays scenarios on gateways made for it."""

import os
import threading
from pathlib import Path
from typing import Annotated

import typer

from device_sim.clock import SystemClock
from device_sim.drill.orders import Orders
from device_sim.drill.play import ASK_EVERY_S, play
from device_sim.fleet.scenario import BadScenario
from device_sim.refusal import refuse
from device_sim.register.platform import Away, Platform, Refused
from device_sim.signals import stop_event
from device_sim.transport.connection import Broker

USER_VARIABLE = "PARKWATCH_USER_PASSWORD"


def drill(
    api: Annotated[str, typer.Option(help="The platform.")] = "http://127.0.0.1:8000",
    mqtt_host: Annotated[str, typer.Option(help="Broker.")] = "127.0.0.1",
    mqtt_port: Annotated[int, typer.Option(min=1, max=65535)] = 1883,
    ca: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) to know the broker by; then over TLS.")
    ] = None,
    username: Annotated[str, typer.Option(help="A supervisor or administrator.")] = "admin",
    password_file: Annotated[
        Path | None, typer.Option(help=f"File with that person's password; else {USER_VARIABLE}.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the platform calls this simulator.")] = "sim",
) -> None:
    """Play what an instructor starts from the console; every message is an exercise."""
    stop = threading.Event()
    stop_event(stop)
    orders = Orders(Platform(api, username, _password(password_file)), name)
    broker, told = Broker(mqtt_host, mqtt_port, ca), ""
    while not stop.is_set():
        try:
            _turn(orders, broker, stop)
            told = ""
        except (Away, Refused, BadScenario) as error:
            if str(error) != told:
                told = str(error)
                _say(f"{told}; trying again")
        stop.wait(ASK_EVERY_S)


def _turn(orders: Orders, broker: Broker, stop: threading.Event) -> None:
    """Look once for something to play, and play it."""
    order = orders.next()
    if order is None:
        return
    if order.running:
        # Ours, of before we were started again: nobody plays it any more.
        orders.end(order, "failed")
        return
    stage = orders.begin(order)
    _say(f"Drill {order.number}: {order.scenario}, {len(stage.logins)} gateways")
    outcome = play(order, stage, orders, broker, SystemClock(), stop, _say)
    if outcome is not None:
        orders.end(order, outcome)
    _say(f"Drill {order.number}: {outcome or 'ended from outside'}")


def _password(file: Path | None) -> str:
    if file is None:
        found = os.environ.get(USER_VARIABLE, "")
        if not found:
            raise refuse(f"No password: give --password-file, or set {USER_VARIABLE}.")
        return found
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise refuse(f"{file}: cannot be read ({error.strerror}).") from error


def _say(line: str) -> None:
    typer.echo(line, err=True)
