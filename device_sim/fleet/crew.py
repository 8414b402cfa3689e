"""A running fleet's couriers: one for each gateway that has credentials."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from device_sim.clock import Clock
from device_sim.fleet.world import StationKey
from device_sim.message import Outgoing
from device_sim.transport.connection import Broker, Certificate, Login
from device_sim.transport.courier import KEPT, Courier
from device_sim.transport.link import FOREVER, GatewayLink
from device_sim.transport.presence import greeting, state

FAREWELL_S = 5.0
"""A courier that has settled says its farewell, which a broker may let it wait for, and closes."""

Note = Callable[[str], None]


class CourierDied(Exception):
    """A courier's thread ended by a defect; better to stop than to look healthy."""


class Crew:
    """Starts, feeds, watches and ends the couriers."""

    def __init__(
        self,
        broker: Broker,
        logins: Mapping[StationKey, Login],
        clock: Clock,
        note: Note,
        expired: Certificate | None = None,
    ) -> None:
        self._clock, self._note = clock, note
        self._broker, self._let_in = broker, set[StationKey]()
        self._expired = None if expired is None else replace(broker, shown=expired)
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

    def offer(self, said: list[tuple[StationKey, Outgoing]]) -> list[tuple[StationKey, Outgoing]]:
        """Hand over what the gateways say. What will never be sent: a gateway without credentials
        is not heard, and the oldest gives way where a buffer is full."""
        never: list[tuple[StationKey, Outgoing]] = []
        for key, message in said:
            courier = self._couriers.get(key)
            gone = message if courier is None else courier.offer(message)
            if gone is not None:
                never.append((key, gone))
        return never

    def unacknowledged(self) -> list[tuple[StationKey, Outgoing]]:
        """What nobody acknowledged, after ``stop``."""
        return [
            (key, message)
            for key, courier in self._couriers.items()
            for message in courier.unacknowledged()
        ]

    def break_links(
        self,
        down: Collection[StationKey],
        cut: Collection[StationKey],
        expired: Collection[StationKey] = (),
    ) -> None:
        """Keep these gateways off the broker until the next call; break the others' once. Who has
        an expired certificate tries to get in with it, where there is one to show."""
        for key, courier in self._couriers.items():
            tries = key in expired and self._expired is not None
            courier.way = self._expired if tries else self._broker
            courier.holding = tries
            courier.off_the_air = key in down and not tries
            if key in cut:
                courier.ask_to_break()
            if tries:
                self._ask_whether_let_in(key, courier)

    def _ask_whether_let_in(self, key: StationKey, courier: Courier) -> None:
        if courier.connected_by(self._expired) and key not in self._let_in:
            self._let_in.add(key)
            self._note(
                f"{courier.name}: the broker let it in with a certificate that has expired:"
                " it asks for none, or does not look at it"
            )

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

    def stop(self, within_s: float, *, settle: bool = False) -> tuple[int, int]:
        """Farewells and the end; messages acknowledged, messages left unacknowledged.

        ``settle``: for those the couriers have ``within_s`` and connect again, and then still
        their time to say farewell.
        """
        linger_s = within_s if settle else within_s / 2
        for key, courier in self._couriers.items():
            farewell = state(*key, False, self._clock.now_ms())
            courier.ask_to_stop(farewell, linger_s, settle=settle)
        ends_s = within_s + FAREWELL_S if settle else within_s
        deadline = self._clock.monotonic() + ends_s
        for courier in self._couriers.values():
            courier.join(max(0.0, deadline - self._clock.monotonic()))
        acknowledged = sum(courier.acknowledged for courier in self._couriers.values())
        return acknowledged, sum(courier.waiting for courier in self._couriers.values())
