"""Rules that are more than a limit: what they say, and what is asked of one that is to judge.

A rule watches points under names; the first is its main point: its alarm is about that one,
and stands at its tag, whatever the others are (a vote of a group, too). A rule that compares or
counts votes may name a registered group instead: then it watches whoever is in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.domain.claim import Scalar
from services.domain.detector import Detector
from services.domain.detector_group import DetectorGroups
from services.domain.detector_kind import MOST_POINTS, PARAMETERS, DetectorKind
from services.domain.detector_maker import BadRule, Express, made
from services.domain.point import Point
from services.domain.unit import meaning

__all__ = ["BadRule", "DetectorKind", "DetectorRule", "Express", "build", "validated"]

WORST_GRADE, MILDEST_GRADE = 1, 4


@dataclass(frozen=True, slots=True)
class DetectorRule:
    """One version of a rule. `points`: names to numbers of points, the main one first; of one over
    a `group` (its code) only that one, for the others are those of the group at any time.
    `parameters`: those of `PARAMETERS` for its kind, what is left out by its default. Delays in
    milliseconds; `valid_from`, `valid_to`, `valid_until` as for a limit (epoch ms)."""

    id: str
    version: int
    enterprise: str
    kind: DetectorKind
    points: Mapping[str, int] = field(hash=False)
    parameters: Mapping[str, Scalar] = field(hash=False)
    grade: int
    on_delay_ms: int = 0
    off_delay_ms: int = 0
    latch: bool = False
    realarm_ms: int | None = None
    valid_from: int = 0
    valid_to: int | None = None
    owner: str | None = None
    valid_until: int | None = None
    message: str | None = None
    group: str | None = None

    @property
    def main(self) -> int:
        """The point that its alarm is about. Raises StopIteration for a rule without points."""
        return next(iter(self.points.values()))

    @property
    def condition(self) -> str:
        """What its alarm names."""
        return self.kind.value


_NAMES: Mapping[DetectorKind, tuple[int, int, str]] = {
    DetectorKind.DEVIATION: (2, 8, "A deviation compares 2 to 8 points."),
    DetectorKind.STUCK: (1, 2, "A stuck point is judged alone or with one witness."),
    DetectorKind.VOTING: (2, MOST_POINTS, f"A vote needs a group of 2 to {MOST_POINTS} points."),
    DetectorKind.EXPRESSION: (1, MOST_POINTS, f"An expression names 1 to {MOST_POINTS} points."),
}
_ALONE = (1, 1, "This kind of rule watches one point.")
_QUANTITIES = frozenset(
    {
        DetectorKind.RATE,
        DetectorKind.DEVIATION,
        DetectorKind.STUCK,
        DetectorKind.SIGNAL_BAND,
        DetectorKind.VOTING,
        DetectorKind.FORECAST,
    }
)
_ONE_UNIT = frozenset({DetectorKind.DEVIATION, DetectorKind.VOTING})
OF_GROUPS = _ONE_UNIT
"""The kinds that may name a group."""


def validated(
    kind: DetectorKind,
    points: Mapping[str, Point],
    parameters: Mapping[str, Scalar],
    grade: int,
    express: Express,
) -> dict[str, Scalar]:
    """The parameters with their defaults filled in. Raises BadRule for what cannot judge.

    `points` are the registered points under the rule's names, the main one first.
    """
    if not WORST_GRADE <= grade <= MILDEST_GRADE:
        raise BadRule("grade", "A grade is 1 (red) to 4 (blue).")
    _check_points(kind, points)
    found = _fitted(kind, parameters)
    made(kind, points, found, express)
    return found


def build(rule: DetectorRule, points: Mapping[str, Point], express: Express) -> Detector:
    """The detector of a rule over its registered points. Raises BadRule, as `validated`."""
    found = validated(rule.kind, points, rule.parameters, rule.grade, express)
    return made(rule.kind, points, found, express)


def watched(
    rule: DetectorRule, groups: DetectorGroups, points: Mapping[int, Point]
) -> dict[str, int]:
    """The numbers of the points that a rule watches, the main one first, by their names in it.
    Those of its group that the register has not any more are left out.

    Raises BadRule where its group is gone, or its own point no member of it.
    """
    if rule.group is None:
        return dict(rule.points)
    group = groups.find(rule.enterprise, rule.group)
    if group is None:
        raise BadRule("group", f"There is no group {rule.group}.")
    (name, main), *_ = rule.points.items()
    if main not in group.members:
        raise BadRule("group", f"{name} is not in the group {rule.group}.")
    others = (points[each] for each in group.members if each != main and each in points)
    return {name: main} | {point.tag: point.id for point in others}


def _check_points(kind: DetectorKind, points: Mapping[str, Point]) -> None:
    fewest, most, sentence = _NAMES.get(kind, _ALONE)
    if not fewest <= len(points) <= most:
        raise BadRule("points", sentence)
    if len({point.id for point in points.values()}) < len(points):
        raise BadRule("points", "A point is named twice: name each one once.")
    if len({point.enterprise for point in points.values()}) > 1:
        raise BadRule("points", "All points of a rule belong to one enterprise.")
    for name, point in points.items():
        if kind in _QUANTITIES and point.has_states:
            raise BadRule(f"points.{name}", f"{point.tag} has states: this rule needs a quantity.")
        if kind is DetectorKind.STATE and not point.has_states:
            raise BadRule(f"points.{name}", f"{point.tag} is a quantity: it has no states.")
    units = {meaning(point.unit): point.unit for point in points.values()}
    if kind in _ONE_UNIT and len(units) > 1:
        told = ", ".join(sorted(units.values()))
        raise BadRule(
            "points", f"The points have different units ({told}): compare like with like."
        )


def _fitted(kind: DetectorKind, parameters: Mapping[str, Scalar]) -> dict[str, Scalar]:
    wanted = {parameter.name: parameter for parameter in PARAMETERS[kind]}
    for name in parameters:
        if name not in wanted:
            known = ", ".join(wanted) or "none"
            told = f"A rule of the kind {kind} has no such parameter; it has: {known}."
            raise BadRule(f"parameters.{name}", told)
    found: dict[str, Scalar] = {}
    for name, parameter in wanted.items():
        try:
            value = parameter.fit(parameters.get(name))
        except ValueError as fault:
            raise BadRule(f"parameters.{name}", str(fault)) from None
        if value is not None:
            found[name] = value
    return found
