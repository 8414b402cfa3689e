"""A group of detectors: points of an enterprise that watch one place, or measure one thing twice.

A group says who is whose neighbour, among whom an alarm came first, and over whom a rule votes or
compares. A redundant one only says that its points measure the same: it has no first-out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.domain.point import Point, PointKind
from services.domain.unit import meaning

MOST_MEMBERS = 100
"""Points of one group."""
MOST_REDUNDANT = 8
"""Points that measure the same."""
MOST_GROUPS = 1_000
"""Groups of one enterprise."""


class GroupKind(StrEnum):
    """What holds the points of a group together."""

    GAS = "gas"
    FIRE = "fire"
    MIXED = "mixed"
    """Whatever watches one place: a column, a tank farm's dike, a compressor house."""
    REDUNDANT = "redundant"
    """They measure the same thing: a pair, or two out of three."""


_OF_KIND: Mapping[GroupKind, frozenset[PointKind]] = {
    GroupKind.GAS: frozenset({PointKind.COMBUSTIBLE_GAS, PointKind.TOXIC_GAS, PointKind.OXYGEN}),
    GroupKind.FIRE: frozenset({PointKind.FIRE, PointKind.SMOKE}),
}


class BadGroup(ValueError):
    """Points that are no such group: `path` names the field, `text` is one sentence that says why."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path, self.text = path, text


@dataclass(frozen=True, slots=True)
class DetectorGroup:
    """A group as the book has it. `members`: the numbers of its points, in the order of their
    tags. `removed`: it is taken out of the register by this."""

    enterprise: str
    code: str
    kind: GroupKind
    members: tuple[int, ...] = ()
    removed: bool = False

    @property
    def has_first_out(self) -> bool:
        """Whether one of its alarms can be the first of many: redundant points have one cause."""
        return self.kind is not GroupKind.REDUNDANT


def check(kind: GroupKind, points: Sequence[Point], paired: Mapping[str, str]) -> None:
    """Hold the points of a group against its kind and the other groups. Raises BadGroup.

    `paired`: the code of the other redundant group that a tag is in already.
    """
    if len(points) > MOST_MEMBERS:
        raise BadGroup("members", f"A group has {MOST_MEMBERS} points at most.")
    for place, point in enumerate(points):
        if any(point.id == other.id for other in points[:place]):
            raise BadGroup(f"members.{place}", f"{point.tag} is named twice: name it once.")
        fitting = _OF_KIND.get(kind)
        if fitting is not None and point.kind not in fitting:
            known = ", ".join(sorted(fitting))
            told = (
                f"{point.tag} is of the kind {point.kind}; a group of the kind {kind} has {known}."
            )
            raise BadGroup(f"members.{place}", told)
    if kind is GroupKind.REDUNDANT:
        _check_redundant(points, paired)


def _check_redundant(points: Sequence[Point], paired: Mapping[str, str]) -> None:
    if not 2 <= len(points) <= MOST_REDUNDANT:
        told = f"2 to {MOST_REDUNDANT} points measure the same; this names {len(points)}."
        raise BadGroup("members", told)
    first = points[0]
    for place, point in enumerate(points):
        if (point.kind, meaning(point.unit)) != (first.kind, meaning(first.unit)):
            told = (
                f"{point.tag} ({point.kind}, {point.unit}) and {first.tag} ({first.kind}, "
                f"{first.unit}) do not measure the same."
            )
            raise BadGroup(f"members.{place}", told)
        if point.tag in paired:
            told = f"{point.tag} is redundant in the group {paired[point.tag]} already."
            raise BadGroup(f"members.{place}", told)


@dataclass(slots=True)
class DetectorGroups:
    """All groups, by enterprise and code, and by the points that are in them."""

    by_key: dict[tuple[str, str], DetectorGroup] = field(default_factory=dict)
    _of_point: dict[int, tuple[DetectorGroup, ...]] = field(default_factory=dict)

    def put(self, group: DetectorGroup) -> None:
        """Take a group as it is now, or take it away."""
        key = group.enterprise, group.code
        known = self.by_key.pop(key, None)
        for member in () if known is None else known.members:
            self._leave(member, group.code)
        if group.removed:
            return
        self.by_key[key] = group
        for member in group.members:
            both = (*self.of(member), group)
            self._of_point[member] = tuple(sorted(both, key=lambda each: each.code))

    def find(self, enterprise: str, code: str) -> DetectorGroup | None:
        """The group of this code."""
        return self.by_key.get((enterprise, code))

    def of(self, point_id: int | None) -> tuple[DetectorGroup, ...]:
        """The groups that a point is in, in the order of their codes."""
        return () if point_id is None else self._of_point.get(point_id, ())

    def first_out_of(self, point_id: int | None) -> DetectorGroup | None:
        """The group among whose alarms one of this point may be the first: of several the one
        whose code comes first."""
        return next((each for each in self.of(point_id) if each.has_first_out), None)

    def changed(self, now: Iterable[DetectorGroup]) -> list[DetectorGroup]:
        """What has to be put so that these and no others are the groups."""
        present = {(each.enterprise, each.code): each for each in now if not each.removed}
        new = [each for key, each in present.items() if self.by_key.get(key) != each]
        gone = [key for key in self.by_key if key not in present]
        return new + [DetectorGroup(*key, self.by_key[key].kind, removed=True) for key in gone]

    def _leave(self, member: int, code: str) -> None:
        left = tuple(each for each in self.of(member) if each.code != code)
        if left:
            self._of_point[member] = left
        else:
            self._of_point.pop(member, None)
