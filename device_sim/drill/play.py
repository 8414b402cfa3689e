"""One drill, second by second at real time, until it is over or somebody ends it."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import replace

from device_sim.clock import Clock
from device_sim.drill.orders import Order, Orders, Stage, played
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import CourierDied, Crew
from device_sim.fleet.pacing import beats
from device_sim.fleet.stream import Stream
from device_sim.fleet.world import StationKey
from device_sim.message import Outgoing
from device_sim.register.platform import Away, Refused
from device_sim.transport.connection import Broker

ASK_EVERY_S = 2
FAREWELL_S = 3.0
Note = Callable[[str], None]


def play(
    order: Order, stage: Stage, orders: Orders, broker: Broker, clock: Clock, stop: threading.Event,
    note: Note,
) -> str | None:  # fmt: skip
    """How it came to its end: ``ended``, ``failed``, or ``None`` where it was ended from outside."""
    spec = played(order.scenario)
    flow = Stream(spec, secrets.randbelow(2**31), secrets.token_hex(4), PERSONAS["native"])
    logins = {as_twin(key, stage): login for key, login in stage.logins.items()}
    crew, watch = Crew(broker, logins, clock, note), _Watch(order, orders)
    crew.start()
    watch.start()
    second = 0
    try:
        for _ in beats(clock, stop, 1.0):
            crew.offer([spoken(key, each, stage) for key, each in flow.tick(clock.now_ms())
                        if key in stage.logins])  # fmt: skip
            crew.break_links(_twins(flow.down(), stage), _twins(flow.cut(), stage))
            crew.watch()
            second += 1
            if second >= spec.duration_s:
                return "ended"
            if watch.over.is_set():
                return None
    except CourierDied as error:
        note(str(error))
        return "failed"
    finally:
        watch.enough.set()
        crew.stop(FAREWELL_S)
        watch.join()
    return "failed"


class _Watch(threading.Thread):
    """Asks beside the beat whether the drill goes on: a platform that answers slowly must not make
    a plant fall silent. ``over``: somebody ended it. One that does not answer has not ended it."""

    def __init__(self, order: Order, orders: Orders) -> None:
        super().__init__(name="drill", daemon=True)
        self._order, self._orders = order, orders
        self.over, self.enough = threading.Event(), threading.Event()

    def run(self) -> None:
        while not self.enough.wait(ASK_EVERY_S):
            try:
                found = self._orders.next()
            except (Away, Refused):
                continue
            if found is None or found.number != self._order.number:
                self.over.set()
                return


def as_twin(key: StationKey, stage: Stage) -> StationKey:
    """Who says it in the drill."""
    return stage.twin[key[0]], key[1]


def _twins(keys: set[StationKey], stage: Stage) -> set[StationKey]:
    return {as_twin(key, stage) for key in keys if key in stage.logins}


def spoken(key: StationKey, message: Outgoing, stage: Stage) -> tuple[StationKey, Outgoing]:
    """The same bytes under the twin's topic."""
    twin = as_twin(key, stage)
    topic = message.topic.replace(f"/{key[0]}/", f"/{twin[0]}/", 1)
    return twin, replace(message, topic=topic)
