"""The ear: how long we have listened to the field, which is not how long our clock has run.

Silence is only counted while we could have heard something: not while the engine was down, held
up, cut off from the broker, or behind with what it had heard already.
"""

from dataclasses import dataclass

STEP_MS = 2_000
"""Between two looks at the clock at most so much counts: a longer pause means we were deaf."""


@dataclass(slots=True)
class Ear:
    """`at` is the time listened so far (ms), `wall` our clock when we last looked (epoch ms)."""

    at: int = 0
    wall: int | None = None

    def listen(self, now: int, hearing: bool = True) -> None:
        """Our clock says `now`; whether we could hear since we last looked."""
        if self.wall is not None and hearing:
            self.at += max(0, min(now - self.wall, STEP_MS))
        self.wall = (
            now if self.wall is None or now > self.wall or self._set_back(now) else self.wall
        )

    def wall_of(self, at: int) -> int:
        """When (epoch ms) a moment of listening was, as far as we listened since."""
        return (self.wall or 0) - (self.at - at)

    def _set_back(self, now: int) -> bool:
        return self.wall is not None and self.wall - now > STEP_MS
