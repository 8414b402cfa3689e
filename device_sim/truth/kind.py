"""Kinds of alarms that the oracle knows, and what a platform calls them.

Two alarms of one subject are of one occurrence only if they are of one kind.
"""

from collections.abc import Mapping

HIGH, LOW, TRIP, BYPASS, SILENCE, CLOCK = "high", "low", "trip", "bypass", "silence", "clock"

KIND_OF: Mapping[str, str] = {
    "LL": LOW,
    "L": LOW,
    "H": HIGH,
    "HH": HIGH,
    "state": TRIP,
    "bypass_unapproved": BYPASS,
    "bypass_expired": BYPASS,
    "stale": SILENCE,
    "offline": SILENCE,
    "clock": CLOCK,
}
"""By the condition of the contract."""

ENTERPRISE = "enterprise"
"""Stands where a point's tag stands, for an alarm about a whole enterprise."""


def gateway_name(code: str) -> str:
    """The same, for an alarm about a gateway."""
    return f"gateway {code}"


BY_THE_CLOCK = frozenset({SILENCE, CLOCK})
"""Kinds that hang on when things were heard, and not only on what they say."""
