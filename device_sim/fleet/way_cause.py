"""The causes on the way from a gateway to the broker: what becomes of messages, clocks and links.

They spoil what was truly measured, and are a layer of their own (``device_sim.way``): the plant
knows nothing of them.
"""

from typing import Annotated, Literal

from pydantic import Field

from device_sim.fleet.cause import Name, Names, Number, Positive, Share, Span

MOST_BYTES = 2_000_000


class WayCause(Span):
    """``gateways``: as ``E001/G01``, with ``*`` and ``?``."""

    gateways: Names


class Loss(WayCause):
    """A share of the messages never leaves."""

    cause: Literal["loss"]
    share: Share


class Duplicate(WayCause):
    """A share of the messages is sent ``copies`` times more, each up to ``within_s`` later."""

    cause: Literal["duplicate"]
    share: Share
    copies: Annotated[int, Field(ge=1, le=10)] = 1
    within_s: Annotated[int, Field(ge=0, le=600)] = 5


class Reorder(WayCause):
    """A share of the messages is held back for 1 to ``within_s`` seconds: others overtake it."""

    cause: Literal["reorder"]
    share: Share
    within_s: Annotated[int, Field(ge=1, le=600)] = 10


class Delay(WayCause):
    """Everything comes ``by_s`` seconds later, in its order."""

    cause: Literal["delay"]
    by_s: Annotated[int, Field(ge=1, le=86_400)]


class ClockStep(WayCause):
    """The gateway's clock is wrong by ``by_s`` seconds, ahead or (negative) behind."""

    cause: Literal["clock_step"]
    by_s: Number


class ClockSkew(WayCause):
    """The gateway's clock gains ``s_per_h`` seconds an hour, or (negative) loses them."""

    cause: Literal["clock_skew"]
    s_per_h: Number


class Offline(WayCause):
    """No link; the gateway keeps the newest ``kept`` messages and sends them afterwards, oldest
    first, ``burst`` a second; new ones wait behind them. ``kept: 0``: it has no store."""

    cause: Literal["offline"]
    until_s: Positive
    kept: Annotated[int, Field(ge=0, le=100_000)] = 7_200
    burst: Annotated[int, Field(ge=1, le=10_000)] = 50


class CertificateExpired(WayCause):
    """The gateway's certificate has run out: its sign-in fails until it is renewed. What it
    measures meanwhile is kept and sent as after ``Offline``."""

    cause: Literal["certificate_expired"]
    until_s: Positive
    kept: Annotated[int, Field(ge=0, le=100_000)] = 7_200
    burst: Annotated[int, Field(ge=1, le=10_000)] = 50


class ReconnectStorm(WayCause):
    """The link breaks every ``every_s`` seconds before the last ``unsure`` acknowledgements came
    back, so those messages are sent again."""

    cause: Literal["reconnect_storm"]
    every_s: Annotated[int, Field(ge=1, le=3_600)] = 5
    unsure: Annotated[int, Field(ge=0, le=100)] = 3


class Truncate(WayCause):
    """A share of the payloads ends in the middle."""

    cause: Literal["truncate"]
    share: Share


class Oversized(WayCause):
    """A share of the payloads is blown up to ``bytes`` with blanks; the contract ends at 262,144."""

    cause: Literal["oversized"]
    share: Share
    bytes: Annotated[int, Field(gt=262_144, le=MOST_BYTES)] = 300_000


class NotANumber(WayCause):
    """In a share of the messages one number is written as NaN."""

    cause: Literal["nan"]
    share: Share


class WrongUnit(WayCause):
    """These tags' numbers come in another unit than the registered one (kPa as MPa, °C as °F)."""

    cause: Literal["wrong_unit"]
    tags: Names


class UnknownTag(WayCause):
    """Each message holds one more value under ``tag``, which nobody registered."""

    cause: Literal["unknown_tag"]
    tag: Name
