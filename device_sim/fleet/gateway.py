"""A gateway that samples its instruments: periodic quantities, states when they change."""

import hashlib
from collections.abc import Mapping

from device_sim.message import Message, Value
from device_sim.park.description import Station

STATE_REPEAT_S = 60  # an unchanged state is told again, so that a listener can trust silence


class Gateway:
    """One station's gateway, with its boot id and sequence."""

    def __init__(self, station: Station, boot: str) -> None:
        self._station, self._boot, self._first_boot = station, boot, boot
        self._on_change = {card.tag for card in station.points if card.on_change}
        self._seq = 0
        self._told: dict[str, tuple[Value, int]] = {}
        self._starts = 0

    def lose_power(self) -> None:
        """When it comes back it has a new boot id, counts from one and has told nothing."""
        if self._seq:
            self._starts += 1
            digest = hashlib.sha256(f"{self._first_boot}:{self._starts}".encode())
            self._boot, self._seq = digest.hexdigest()[:8], 0
            self._told.clear()

    def sample(
        self,
        second: int,
        ts_ms: int,
        shown: Mapping[str, Value],
        worse: Mapping[str, str] | None = None,
    ) -> Message | None:
        """The message of this second, ``None`` if there is nothing to say.

        ``second``: whole seconds since the start; ``worse``: qualities that are not good.
        """
        due = second % self._station.period_s == 0
        values: dict[str, Value] = {}
        for tag, value in shown.items():
            if tag in self._on_change:
                if self._news(tag, value, second):
                    values[tag] = value
                    self._told[tag] = (value, second)
            elif due:
                values[tag] = value
        if not values:
            return None
        self._seq += 1
        qualities = {tag: told for tag, told in (worse or {}).items() if tag in values}
        return Message(ts_ms, self._boot, self._seq, values, qualities)

    def _news(self, tag: str, value: Value, second: int) -> bool:
        told = self._told.get(tag)
        return told is None or told[0] != value or second - told[1] >= STATE_REPEAT_S
