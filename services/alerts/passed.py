"""Values of tags that our book did not know when they came: the book may be behind the field's.

The engine passes them by and acknowledges; ingest, whose book may be ahead, stores them. When the
point is learned, the stretch they lie in is judged from the store.
"""

from collections import OrderedDict
from collections.abc import Iterable

from services.domain.point import Point
from services.store.judge_again import Stretch
from services.wire.translate import Translation

NAMES_LIMIT = 100_000
"""Names remembered; the ones heard longest ago go first (their point is registered no more)."""

Name = tuple[str, str]
"""Enterprise, tag."""


class Passed:
    """From when to when (judging time, epoch ms) each unknown tag was heard."""

    def __init__(self) -> None:
        self._heard: OrderedDict[Name, tuple[int, int]] = OrderedDict()

    def note(self, found: Translation) -> None:
        """What of a delivery no point stands for."""
        for each in found.unregistered:
            name, at = (found.enterprise, each.tag), min(each.measured_at, each.received_at)
            since, until = self._heard.pop(name, (at, at))
            self._heard[name] = min(since, at), max(until, at)
        while len(self._heard) > NAMES_LIMIT:
            self._heard.popitem(last=False)

    def learn(self, points: Iterable[Point]) -> list[Stretch]:
        """These are points now: what of them was passed by."""
        found: list[Stretch] = []
        for point in points:
            heard = self._heard.pop((point.enterprise, point.tag), None)
            if heard is not None:
                found.append(Stretch(point.id, *heard))
        return found
