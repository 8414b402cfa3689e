"""What can be wrong with an instrument, and what people do to one.

Poisoning, drift, warm-up, bump test and calibration are those of gas detectors in use (IEC 60079-29-2);
the failure currents are NAMUR NE 43. How much and how fast is a scenario's word, or ours here, and of no
one make.
"""

import math
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of fault that a field instrument has, and the three procedures."""

    DRIFT = "drift"
    BIAS = "bias"
    STUCK = "stuck"
    NOISY = "noisy"
    POISONED = "poisoned"
    SATURATED = "saturated"
    LOOSE_WIRE = "loose_wire"
    FAULT_LOW = "fault_low"
    FAULT_HIGH = "fault_high"
    DEAD = "dead"
    WARM_UP = "warm_up"
    BUMP_TEST = "bump_test"
    CALIBRATION = "calibration"


PROCEDURES = frozenset({Kind.WARM_UP, Kind.BUMP_TEST, Kind.CALIBRATION})
"""Nothing is broken in these; but what is shown is not what is in the air."""

SIZED = frozenset({Kind.DRIFT, Kind.BIAS, Kind.NOISY, Kind.POISONED, Kind.BUMP_TEST})
"""Kinds that need a size; the others have none, or take one that goes without saying."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """One thing that is the matter with an instrument for a time.

    ``size`` by kind: drift: the point's unit an hour; bias: the point's unit; noisy: times its
    noise; poisoned: share of its sensitivity that is left in the end; bump test and
    calibration: test gas in the point's unit; loose wire: seconds from one end of the range
    to the other and back. Poisoning takes its effect with the time constant ``POISON_S``.
    """

    kind: Kind
    size: float = 0.0


POISON_S = 60.0
LOOSE_S = 30.0
"""A loose wire's period where none is given."""
COLD_SHARE = 0.3
"""How far above its zero a head begins that has just got its power, as share of its span."""
WARM_UP_S = 60.0
ZERO_GAS_UNTIL, SPAN_GAS_UNTIL = 0.3, 0.6
"""Shares of a calibration: zero gas, span gas, and then the air again, until it is back in it."""


def left_of_sensitivity(to: float, ill_s: float) -> float:
    """Share of the sensitivity that poison has left after ``ill_s`` seconds."""
    return to + (1.0 - to) * math.exp(-ill_s / POISON_S)


def cold_share(warm_s: float) -> float:
    """How far above its zero a head still stands ``warm_s`` after it got its power."""
    return COLD_SHARE * math.exp(-3.0 * warm_s / WARM_UP_S)


def swung_high(ill_s: float, period_s: float) -> bool:
    """Which end of its range a loose wire shows now."""
    return ill_s % period_s < period_s / 2
