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
        self._sources: dict[Key, str] = {}
        """The hazard sources of loops, by enterprise and the tags on which they are seen."""

    def apply(self, loops: Iterable[Interlock], bypasses: Iterable[Kept]) -> None:
        """Take what a look at the book brought."""
        changed = False
        for each in loops:
            changed = True
            key = each.enterprise, each.tag
            before = self.loops.pop(key, None)
            if before is not None and before.state_tag is not None:
                self._by_state.pop((each.enterprise, before.state_tag), None)
            if each.valid_to is None:
                self.loops[key] = each
        for key, each in self.loops.items():
            if each.state_tag is not None:
                self._by_state[each.enterprise, each.state_tag] = key
        if changed:
            self._sources = {
                (each.enterprise, tag): each.hazard_source
                for each in self.loops.values()
                if each.hazard_source is not None
                for _, tag in each.loop.switches
            }
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

    def source_shown(self, enterprise: str, tag: str) -> str | None:
        """The hazard source of the loop whose state, or whose input's switch, this point shows."""
        return self._sources.get((enterprise, tag))

    def shown_of(self, source: str) -> frozenset[Key]:
        """The points (enterprise, tag) on which loops of a hazard source of this code are seen."""
        return frozenset(key for key, code in self._sources.items() if code == source)

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
