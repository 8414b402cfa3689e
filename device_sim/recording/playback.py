"""Play a capture through one gateway's own door: the payloads are the recorded bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from device_sim.clock import Clock
from device_sim.message import Outgoing
from device_sim.recording.capture_file import Captured
from device_sim.recording.rebase import shifted
from device_sim.recording.replay import PROGRESS_EVERY_S, Pace, Sink, wait
from device_sim.recording.row import BadRecording

ROOT = "pw/v1/"
STATE = "state"


class Source(Protocol):
    """A capture of whatever kind; ``cut`` and ``gaps`` once it has been read through."""

    cut: bool
    gaps: int

    def messages(self) -> Iterator[Captured]: ...


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose voice a playback has. ``only``: the recorded gateway (``E001/G01``) that is played;
    ``leaf``: the dialect of topics that are not ours; ``boot``: of what is shifted in time."""

    enterprise: str
    gateway: str
    boot: str
    only: str = ""
    leaf: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a capture holds of what the voice plays; times are epoch ms."""

    messages: int
    first_ms: int
    last_ms: int
    gateways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlayedBack:
    """``unshifted``: messages without a stamp that could be moved, played as they were."""

    messages: int
    unshifted: int
    acknowledged: int
    seconds: float


def route(topic: str, voice: Voice) -> str | None:
    """The topic under which a recorded one is played; ``None`` for what is not to be played: other
    gateways, and what gateways say of themselves, which the link says anew."""
    levels = topic.split("/")
    if topic.startswith(ROOT) and len(levels) == 5:
        leaf = levels[4]
        if leaf == STATE or (voice.only and "/".join(levels[2:4]) != voice.only):
            return None
    elif voice.leaf and not topic.startswith("pw/"):
        leaf = voice.leaf
    else:
        return None
    return f"{ROOT}{voice.enterprise}/{voice.gateway}/{leaf}"


def outline(source: Source, voice: Voice) -> Outline:
    """Read it through once. Raises ``BadRecording``, also if nothing is to be played or several
    gateways would speak with one voice."""
    gateways = set[str]()
    count, first, last = 0, 0, 0
    for message in source.messages():
        if route(message.topic, voice) is None:
            continue
        count += 1
        first = message.at_ms if count == 1 else min(first, message.at_ms)
        last = message.at_ms if count == 1 else max(last, message.at_ms)
        if message.topic.startswith(ROOT):
            gateways.add("/".join(message.topic.split("/")[2:4]))
    if not count:
        raise BadRecording(
            "There is nothing to play: name the recorded gateway with --from, or the dialect of"
            " topics of another platform with --leaf."
        )
    if len(gateways) > 1:
        names = ", ".join(sorted(gateways)[:5])
        raise BadRecording(f"{len(gateways)} gateways speak in it; name one with --from: {names}.")
    return Outline(count, first, last, tuple(gateways))


def play_back(
    source: Source,
    voice: Voice,
    pace: Pace,
    sink: Sink,
    clock: Clock,
    progress: Callable[[int], None] = lambda sent: None,
) -> PlayedBack:
    """Send every message in its recorded distance, then wait for all acknowledgements."""
    began, told = clock.monotonic(), clock.monotonic()
    first_ms: int | None = None
    sent = unshifted = 0
    for message in source.messages():
        topic = route(message.topic, voice)
        if topic is None:
            continue
        first_ms = message.at_ms if first_ms is None else first_ms
        if pace.speed is not None:
            wait(sink, clock, began + (message.at_ms - first_ms) / 1000 / pace.speed)
        payload = message.payload
        if pace.shift_ms:
            moved = shifted(topic.rpartition("/")[2], payload, pace.shift_ms, voice.boot)
            unshifted += moved is None
            payload = payload if moved is None else moved
        sink.send(Outgoing(topic, payload))
        sent += 1
        if clock.monotonic() - told >= PROGRESS_EVERY_S:
            told = clock.monotonic()
            progress(sent)
    sink.settle()
    return PlayedBack(sent, unshifted, sink.acknowledged, clock.monotonic() - began)
