"""Interlocks and their open bypasses in memory, as of the register's version of the book."""

from collections.abc import Iterable

from services.domain.bypass import BypassKind, BypassState
from services.store.bypass import Kept
from services.store.interlock import Interlock

Key = tuple[str, str]
"""Enterprise and tag of a loop."""


class InterlockRegister:
    """`loops` and `bypasses` (one open one a loop) as of the register's version of the book."""

    def __init__(self) -> None:
        self.loops: dict[Key, Interlock] = {}
        self.bypasses: dict[Key, Kept] = {}
        self._by_state: dict[Key, Key] = {}

    def apply(self, loops: Iterable[Interlock], bypasses: Iterable[Kept]) -> None:
        """Take what a look at the book brought."""
        for each in loops:
            key = each.enterprise, each.tag
            before = self.loops.pop(key, None)
            if before is not None and before.state_tag is not None:
                self._by_state.pop((each.enterprise, before.state_tag), None)
            if each.valid_to is None:
                self.loops[key] = each
        for key, each in self.loops.items():
            if each.state_tag is not None:
                self._by_state[each.enterprise, each.state_tag] = key
        for kept in bypasses:
            self._take(kept)

    def of_state(self, enterprise: str, tag: str) -> Interlock | None:
        """The loop whose state is seen on this point."""
        key = self._by_state.get((enterprise, tag))
        return None if key is None else self.loops.get(key)

    def of_source(self, enterprise: str, source: str) -> list[Interlock]:
        """The loops that name a hazard source, by tag."""
        those = (e for e in self.loops.values() if e.enterprise == enterprise)
        return sorted((e for e in those if e.hazard_source == source), key=lambda e: e.tag)

    def in_outage(self, enterprise: str, loop: str, now: int) -> bool:
        """Whether its unit is shut down with approval (`now`: epoch ms)."""
        kept = self.bypasses.get((enterprise, loop))
        return (
            kept is not None
            and kept.bypass.kind is BypassKind.OUTAGE
            and kept.bypass.state(now) is BypassState.IN_FORCE
        )

    def _take(self, kept: Kept) -> None:
        key = kept.bypass.enterprise, kept.bypass.loop
        known = self.bypasses.get(key)
        if not kept.is_closed:
            self.bypasses[key] = kept
        elif known is not None and known.bypass.id == kept.bypass.id:
            del self.bypasses[key]
