"""A 4–20 mA loop: what a transmitter says in current, and what currents mean.

NAMUR NE 43: measuring from 3.8 to 20.5 mA; 3.6 mA and less, or 21 mA and more, is a fault.
"""

LIVE_ZERO_MA, FULL_MA = 4.0, 20.0
LEAST_MEASURED_MA, MOST_MEASURED_MA = 3.8, 20.5
FAULT_LOW_MA, FAULT_HIGH_MA = 3.6, 21.0
INHIBITED_MA = 3.8


def current_ma(value: float, low: float, high: float) -> float:
    """The current for a value of a range, within what NE 43 leaves for measuring."""
    wanted = LIVE_ZERO_MA + (FULL_MA - LIVE_ZERO_MA) * (value - low) / (high - low)
    return min(max(wanted, LEAST_MEASURED_MA), MOST_MEASURED_MA)


def value_of(milliampere: float, low: float, high: float) -> float:
    """What a gateway makes of a current, by the straight line through 4 and 20 mA."""
    return low + (high - low) * (milliampere - LIVE_ZERO_MA) / (FULL_MA - LIVE_ZERO_MA)


def is_fault(milliampere: float) -> bool:
    """Whether the current says that the transmitter is faulty."""
    return milliampere <= FAULT_LOW_MA or milliampere >= FAULT_HIGH_MA
