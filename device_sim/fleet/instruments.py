"""Which instrument stands behind a point, by what it measures and how far.

T90: combustible ≤ 30 s and toxic ≤ 60 s are what GB 15322 and GB 12358 allow, usual
heads are twice as quick. A gas detector's zero stands a little above 0, as they do.
"""

import math

from device_sim.park.description import PointCard
from device_sim.physics.sensor import Instrument

_T90_S = {
    "combustible_gas": 15.0,
    "toxic_gas": 30.0,
    "oxygen": 15.0,
    "temperature": 20.0,
    "pressure": 1.0,
    "level": 2.0,
    "flow": 2.0,
    "humidity": 30.0,
}
ANALYSER_T90_S = 20.0
"""Of an oxygen analyser with its sample line (a process analyser is no gas detector)."""
_NOISE_OF_SPAN = {
    "combustible_gas": 0.003,
    "toxic_gas": 0.004,
    "oxygen": 0.001,
    "temperature": 0.0003,
    "pressure": 0.0008,
    "level": 0.0005,
    "flow": 0.003,
    "humidity": 0.002,
    "wind_speed": 0.0015,
    "wind_direction": 0.003,
}
_ZERO_OF_SPAN = {"combustible_gas": 0.008, "toxic_gas": 0.012}
_STEPS = 1_000  # smallest difference shown: about a thousandth of the span


def instrument(card: PointCard) -> Instrument:
    """The instrument of a point that measures a quantity.

    Raises ``ValueError`` for one without a range.
    """
    if card.low is None or card.high is None:
        raise ValueError(f"{card.tag} has no range")
    span = card.high - card.low
    return Instrument(
        t90_s=ANALYSER_T90_S if _analyses(card) else _T90_S.get(card.kind, 0.0),
        noise=_NOISE_OF_SPAN.get(card.kind, 0.001) * span,
        step=10.0 ** math.floor(math.log10(span / _STEPS * 1.000001)),
        low=card.low,
        high=card.high,
        zero=_ZERO_OF_SPAN.get(card.kind, 0.0) * span,
    )


def _analyses(card: PointCard) -> bool:
    return card.kind == "analog" and card.unit == "vol%"
