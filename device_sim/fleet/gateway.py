"""A gateway that samples its instruments: periodic quantities, states when they change."""

from collections.abc import Mapping

from device_sim.message import Message, Value
from device_sim.park.description import Station

STATE_REPEAT_S = 60  # an unchanged state is told again, so that a listener can trust silence


class Gateway:
    """One station's gateway, with its boot id and sequence."""

    def __init__(self, station: Station, boot: str) -> None:
        self._station, self._boot = station, boot
        self._on_change = {card.tag for card in station.points if card.on_change}
        self._seq = 0
        self._told: dict[str, tuple[Value, int]] = {}

    def sample(self, second: int, ts_ms: int, shown: Mapping[str, Value]) -> Message | None:
        """The message of this second, ``None`` if there is nothing to say.

        ``second``: whole seconds since the start.
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
        return Message(ts_ms, self._boot, self._seq, values)

    def _news(self, tag: str, value: Value, second: int) -> bool:
        told = self._told.get(tag)
        return told is None or told[0] != value or second - told[1] >= STATE_REPEAT_S
