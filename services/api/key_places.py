"""The key places in memory, by their codes and by the points that watch them."""

from collections.abc import Iterable

from services.store.key_place import KeyPlace

Key = tuple[str, str]


class KeyPlaces:
    """As of the register's version of the book; what was removed is not in it."""

    def __init__(self) -> None:
        self._known: dict[Key, KeyPlace] = {}
        self._watched: dict[Key, set[str]] = {}
        """Codes of places by enterprise and tag."""
        self._of: dict[str, set[str]] = {}
        """Codes by enterprise."""

    def apply(self, changed: Iterable[KeyPlace]) -> None:
        """Take the versions that are in force now."""
        for place in changed:
            self._drop(place.enterprise, place.code)
            if not place.removed:
                self._take(place)

    def get(self, enterprise: str, code: str) -> KeyPlace | None:
        return self._known.get((enterprise, code))

    def after(
        self, after: Key, scope: frozenset[str] | None, limit: int, kind: str | None = None
    ) -> list[KeyPlace]:
        """Those of these enterprises (None: all) in the order of (enterprise, code), after one."""
        found = (
            key
            for key, place in self._known.items()
            if key > after
            and (scope is None or key[0] in scope)
            and (kind is None or kind == place.kind)
        )
        return [self._known[key] for key in sorted(found)[:limit]]

    def of(self, enterprise: str) -> list[KeyPlace]:
        """An enterprise's places, by code."""
        return [self._known[enterprise, code] for code in self.codes_of(enterprise)]

    def codes_of(self, enterprise: str) -> tuple[str, ...]:
        """The codes of an enterprise's places."""
        return tuple(sorted(self._of.get(enterprise, ())))

    def watched_by(self, enterprise: str, tag: str) -> tuple[str, ...]:
        """The codes of the places that this point watches."""
        return tuple(sorted(self._watched.get((enterprise, tag), ())))

    def _take(self, place: KeyPlace) -> None:
        self._known[place.enterprise, place.code] = place
        self._of.setdefault(place.enterprise, set()).add(place.code)
        for tag in place.points:
            self._watched.setdefault((place.enterprise, tag), set()).add(place.code)

    def _drop(self, enterprise: str, code: str) -> None:
        known = self._known.pop((enterprise, code), None)
        if known is None:
            return
        self._of[enterprise].discard(code)
        for tag in known.points:
            self._watched[enterprise, tag].discard(code)
