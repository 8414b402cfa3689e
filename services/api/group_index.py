"""Groups of detectors in memory: by code, and by the points that are in them."""

from collections.abc import Iterable, Mapping

from services.store.detector_group import RegisteredGroup

Key = tuple[str, str]


class GroupIndex:
    """The groups of the register, and until when their rules judge."""

    def __init__(self) -> None:
        self.by_key: dict[Key, RegisteredGroup] = {}
        self._of_point: dict[Key, list[str]] = {}
        self._judged_until: dict[Key, int] = {}

    def take(
        self, changed: Iterable[RegisteredGroup], judged_until: Mapping[Key, int | None]
    ) -> None:
        """What a look at the book brought; `judged_until` in epoch ms, None: by no rule."""
        for group in changed:
            self._leave(group.enterprise, group.code)
            if not group.removed:
                self._enter(group)
        for key, until in judged_until.items():
            if until is None:
                self._judged_until.pop(key, None)
            else:
                self._judged_until[key] = until

    def of(self, enterprise: str, tag: str) -> list[str]:
        """The codes of the groups that a point is in, in order."""
        return list(self._of_point.get((enterprise, tag), ()))

    def watched(self, enterprise: str, code: str, main: str) -> list[str] | None:
        """The points of a rule over a group, the one that it is about first; None: there is no
        such group, or that one is not in it."""
        group = self.by_key.get((enterprise, code))
        if group is None or main not in group.members:
            return None
        return [main, *(tag for tag in group.members if tag != main)]

    def judged_until(self, enterprise: str, tag: str) -> int:
        """Until when (epoch ms) a rule over a group of this point is in force; 0: there is none."""
        codes = self._of_point.get((enterprise, tag), ())
        return max((self._judged_until.get((enterprise, code), 0) for code in codes), default=0)

    def _enter(self, group: RegisteredGroup) -> None:
        self.by_key[group.enterprise, group.code] = group
        for tag in group.members:
            codes = self._of_point.setdefault((group.enterprise, tag), [])
            codes.append(group.code)
            codes.sort()

    def _leave(self, enterprise: str, code: str) -> None:
        gone = self.by_key.pop((enterprise, code), None)
        for tag in () if gone is None else gone.members:
            codes = self._of_point[enterprise, tag]
            codes.remove(code)
            if not codes:
                del self._of_point[enterprise, tag]
