"""A running fleet's couriers: one for each gateway that has credentials."""

from collections.abc import Callable, Collection, Mapping

from device_sim.clock import Clock
from device_sim.fleet.world import StationKey
from device_sim.message import Outgoing
from device_sim.transport.connection import Broker, Login
from device_sim.transport.courier import KEPT, Courier
from device_sim.transport.link import FOREVER, GatewayLink
from device_sim.transport.presence import greeting, state

Note = Callable[[str], None]


class CourierDied(Exception):
    """A courier's thread ended by a defect; better to stop than to look healthy."""


class Crew:
    """Starts, feeds, watches and ends the couriers."""

    def __init__(
        self, broker: Broker, logins: Mapping[StationKey, Login], clock: Clock, note: Note
    ) -> None:
        self._clock, self._note = clock, note
        self._troubles: dict[StationKey, str | None] = {}
        self._couriers = {
            key: Courier(
                "/".join(key),
                GatewayLink(broker, login, clock, patience=FOREVER, greeting=greeting(*key, clock)),
                clock,
            )
            for key, login in logins.items()
        }

    @property
    def connected(self) -> int:
        """How many are signed in at the moment."""
        return sum(courier.trouble is None for courier in self._couriers.values())

    @property
    def crowded(self) -> bool:
        """Whether somebody's buffer is half full: a fleet faster than its broker should wait."""
        return any(courier.waiting > KEPT // 2 for courier in self._couriers.values())

    def start(self) -> None:
        """Let all of them connect."""
        for courier in self._couriers.values():
            courier.start()

    def offer(self, said: list[tuple[StationKey, Outgoing]]) -> None:
        """Hand over what the gateways say; a gateway without credentials is not heard."""
        for key, message in said:
            if key in self._couriers:
                self._couriers[key].offer(message)

    def break_links(self, down: Collection[StationKey], cut: Collection[StationKey]) -> None:
        """Keep these gateways off the broker until the next call; break the others' once."""
        for key, courier in self._couriers.items():
            courier.off_the_air = key in down
            if key in cut:
                courier.ask_to_break()

    def watch(self) -> None:
        """Tell each change of a connection once. Raises ``CourierDied``."""
        for key, courier in self._couriers.items():
            if not courier.alive:
                raise CourierDied(f"The courier of {courier.name} ended unexpectedly.")
            trouble = courier.trouble
            if key not in self._troubles or self._troubles[key] != trouble:
                self._troubles[key] = trouble
                lost = f"; {courier.dropped} messages dropped so far" if courier.dropped else ""
                self._note(f"{courier.name}: {trouble or 'connected'}{lost}")

    def stop(self, within_s: float) -> tuple[int, int]:
        """Farewells and the end; messages acknowledged, messages left unacknowledged."""
        for key, courier in self._couriers.items():
            courier.ask_to_stop(state(*key, False, self._clock.now_ms()), within_s / 2)
        deadline = self._clock.monotonic() + within_s
        for courier in self._couriers.values():
            courier.join(max(0.0, deadline - self._clock.monotonic()))
        acknowledged = sum(courier.acknowledged for courier in self._couriers.values())
        return acknowledged, sum(courier.waiting for courier in self._couriers.values())
