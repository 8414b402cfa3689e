"""The messages of a simulated gateway: native JSON with time, boot and seq, normal values."""

from collections.abc import Iterator

from bench.order import Sender

LOW, HIGH = 1.0, 99.0
"""Below every limit of the benchmarks' points, and above."""


class Workload:
    """Endless messages of one sender, each with the next tags of its list, times rising."""

    def __init__(self, sender: Sender) -> None:
        self._values = list(_templates(sender))
        self._boot = sender.boot
        self._seq = 0
        self._last_at = 0

    def message(self, now_ms: int, extra: str = "") -> bytes:
        """The next message. `extra`: further members of "values", with a leading comma."""
        place = self._seq % len(self._values)
        # A tag returns with every round: never twice with the same time.
        self._last_at = max(now_ms, self._last_at + (place == 0))
        return self._text(self._last_at, self._values[place] + extra)

    def only(self, now_ms: int, values: str) -> bytes:
        """A message with just these members of "values"."""
        self._last_at = max(now_ms, self._last_at + 1)
        return self._text(self._last_at, values)

    @property
    def last_at(self) -> int:
        """The time of the last message, epoch ms."""
        return self._last_at

    def _text(self, at: int, values: str) -> bytes:
        self._seq += 1
        head = f'{{"ts":{at},"boot":"{self._boot}","seq":{self._seq},"values":{{'
        return f"{head}{values}}}}}".encode()


def _templates(sender: Sender) -> Iterator[str]:
    tags = sender.tags
    for first in range(0, len(tags), sender.readings):
        part = tags[first : first + sender.readings]
        yield ",".join(f'"{tag}":{30 + index % 40 + 0.25}' for index, tag in enumerate(part))
