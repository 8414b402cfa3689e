"""A sink that sends nothing: the SHA-256 of what would be published."""

import hashlib

from device_sim.message import Outgoing


class Digest:
    """Over topic, NUL, payload and LF of each message, as a capture and ``run --hash`` have it."""

    def __init__(self) -> None:
        self._digest, self.acknowledged = hashlib.sha256(), 0

    @property
    def sha256(self) -> str:
        """Of all that was sent so far."""
        return self._digest.hexdigest()

    def send(self, message: Outgoing) -> None:
        self._digest.update(message.topic.encode() + b"\0" + message.payload + b"\n")
        self.acknowledged += 1

    def settle(self) -> None:
        """Nothing is under way."""

    def pump(self, wait_s: float) -> None:
        """Nothing is under way."""
