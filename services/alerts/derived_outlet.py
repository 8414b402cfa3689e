"""What derived points read, on its way to the broker: as if our own gateway had sent it.

So there is one way for every reading: ingest stores it, and the engine judges it, when the broker
gives it to them. It is on our own disk before the deliveries that led to it are acknowledged, and is
published again after a kill; its identity is that of a reading, so twice is once.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Protocol

import msgspec

from services.domain.directory import Directory
from services.domain.formula import GATEWAY
from services.domain.reading import Reading

A_MESSAGE = 500
"""Readings of one message."""

_encoder = msgspec.json.Encoder()


class Outbox(Protocol):
    """Takes messages for good: `MqttOutbox`."""

    def send(self, topic: str, payload: bytes, item: tuple[Reading, ...]) -> bool:
        """Publish; whether there was room."""
        ...

    def waiting(self) -> list[tuple[Reading, ...]]:
        """What the broker has not acknowledged yet."""
        ...


class DerivedOutlet:
    """Readings of derived points in, messages out."""

    def __init__(self, outbox: Outbox, directory: Directory) -> None:
        self._outbox = outbox
        self._directory = directory

    def send(self, readings: Iterable[Reading]) -> None:
        """Publish them, in their order within each enterprise; of points that are gone, nothing."""
        by_id = self._directory.by_id
        known = [(by_id[each.point_id], each) for each in readings if each.point_id in by_id]
        known.sort(key=lambda pair: pair[0].enterprise)
        for enterprise, of_one in groupby(known, key=lambda pair: pair[0].enterprise):
            topic = f"pw/v1/{enterprise}/{GATEWAY}/telemetry"
            pairs = list(of_one)
            for start in range(0, len(pairs), A_MESSAGE):
                part = pairs[start : start + A_MESSAGE]
                payload = _encoder.encode([_message(point.tag, each) for point, each in part])
                self._outbox.send(topic, payload, tuple(each for _, each in part))

    def unsent(self) -> list[Reading]:
        """What the broker has not acknowledged yet."""
        return [each for item in self._outbox.waiting() for each in item]


def _message(tag: str, reading: Reading) -> dict[str, object]:
    value = {"v": reading.value, "q": reading.quality.name.lower()}
    return {"ts": reading.measured_at, "values": {tag: value}}
