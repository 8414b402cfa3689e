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
    writes NaN where it should leave a value out. ``exercise``: it is said in a drill. ``units``: the
    unit in which each number is said, where the gateway knows it; ``contrary``: the tags of which
    that is not the unit of the point.
    """

    ts_ms: int
    boot: str
    seq: int
    values: dict[str, Value]
    qualities: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    exercise: bool = False
    units: dict[str, str] = field(default_factory=dict)
    contrary: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Bytes on their way to a topic. ``number``: of the message in its fleet's truth, where it goes
    whole; 0: it is none of these."""

    topic: str
    payload: bytes
    retain: bool = False
    readings: int = 0
    number: int = 0
