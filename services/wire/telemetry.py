"""What every payload format is read into: messages of tag values, and what was refused of them."""

from dataclasses import dataclass

from services.domain.reading import Quality

PAYLOAD_LIMIT = 256 * 1024
"""Bytes of a payload; beyond it the gateway must send smaller messages."""

TAG_LIMIT = 128
STATE_LIMIT = 64
BOOT_LIMIT = 64
SHOWN = 48
"""Characters of foreign text that a reason quotes."""


class Poison(ValueError):
    """A payload that cannot be used at all; the text is one sentence that says what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, unsafe_hash=True)
class TagValue:
    """One value of one tag. `ts` is epoch ms, None where the gateway gave no time.

    A number, a boolean or the name of a state; None (a gateway's `null`) is always BAD.
    """

    tag: str
    value: float | bool | str | None
    quality: Quality = Quality.GOOD
    ts: int | None = None


@dataclass(slots=True, unsafe_hash=True)
class DeviceValue(TagValue):
    """A value of a device behind the gateway: `device/tag` where that is registered, else `tag`."""

    device: str = ""


@dataclass(slots=True, unsafe_hash=True)
class UnitValue(TagValue):
    """A value that names its unit, as SenML writes it; None: nothing is said about it.

    `offset` (ms, from the time of receipt) where the time is relative; `ts` is None then.
    """

    unit: str | None = None
    offset: int | None = None


@dataclass(slots=True, unsafe_hash=True)
class TelemetryMessage:
    """One message of a gateway; an array payload holds several.

    `ts` (epoch ms) is the message's own time, already put into its values. `boot` and `seq`
    identify it where both are given. `refused` holds a sentence for each thing not usable.
    `transcoded`: the text was GB18030, not UTF-8.
    """

    ts: int | None
    boot: str | None
    seq: int | None
    values: tuple[TagValue, ...]
    refused: tuple[str, ...] = ()
    transcoded: bool = False


class TimeRefusal(str):
    """A sentence that says that a value was refused because of its time."""

    __slots__ = ()


def is_name(text: str, limit: int) -> bool:
    """1 to `limit` printable characters: no controls, no surrogates, nothing invisible."""
    return 1 <= len(text) <= limit and text.isprintable()


def shown(thing: object) -> str:
    """Foreign text or numbers, safe and short enough to stand in a reason or a log line."""
    text = repr(thing[:SHOWN]) if isinstance(thing, str) else str(thing)
    safe = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return safe if len(safe) <= SHOWN + 8 else safe[:SHOWN] + "…"
