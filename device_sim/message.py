"""What a gateway says once: a time, a place in its own sequence, and values by tag."""

from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = float | bool | str
"""A number in the point's unit, a boolean, or the name of a state."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one gateway, before a dialect gives it bytes.

    ``ts_ms``: epoch milliseconds, UTC, of the sampling. ``boot``: changes whenever the
    gateway starts; ``seq``: +1 with every message since then. ``values``: tag → value;
    ``qualities``: of those that are not good (``uncertain``, ``bad``). ``broken``: the gateway
    writes NaN where it should leave a value out.
    """

    ts_ms: int
    boot: str
    seq: int
    values: dict[str, Value]
    qualities: dict[str, str] = field(default_factory=dict)
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes on their way to a topic."""

    topic: str
    payload: bytes
    retain: bool = False
    readings: int = 0
