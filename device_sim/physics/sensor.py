"""An instrument between the truth and the wire: lag, noise, zero, range, resolution.

T90 is the time to 90 % of a step, as GB 15322 and GB 12358 count a detector's response; that the lag
is of first order is our simplification. What a saturated cell still tells is of no one make.
"""

import math
from dataclasses import dataclass
from random import Random

LN_10 = math.log(10.0)


@dataclass(frozen=True, slots=True)
class Instrument:
    """``t90_s``: seconds to 90 % of a step (0: at once). ``noise``: standard deviation,
    ``zero``: constant offset, ``step``: smallest difference shown, ``low``/``high``: ends of
    the range, all in the point's unit.
    """

    t90_s: float
    noise: float
    step: float
    low: float
    high: float
    zero: float = 0.0


class Sensor:
    """A first-order sensor; its time constant is T90 / ln 10."""

    def __init__(self, instrument: Instrument, rng: Random, start: float) -> None:
        self._instrument, self._rng = instrument, rng
        self._felt = start

    def read(self, dt_s: float, truth: float, offset: float = 0.0, noisier: float = 1.0) -> float:
        """What it shows ``dt_s`` seconds later, the truth having been ``truth`` meanwhile.

        ``offset``: how far its zero has moved; ``noisier``: times its noise.
        """
        made = self._instrument
        # A saturated cell knows no more than a little beyond its range.
        reach = 0.1 * (made.high - made.low)
        truth = min(max(truth, made.low - reach), made.high + reach)
        kept = math.exp(-dt_s * LN_10 / made.t90_s) if made.t90_s > 0 else 0.0
        self._felt = truth + (self._felt - truth) * kept
        shown = self._felt + made.zero + made.noise * noisier * self._rng.gauss(0.0, 1.0)
        shown += offset
        shown = min(max(shown, made.low), made.high)
        # The nudge keeps a tenth a tenth where a library's log10 is off in its last place.
        places = max(0, -math.floor(math.log10(made.step) + 1e-9))
        return round(round(shown / made.step) * made.step, places)
