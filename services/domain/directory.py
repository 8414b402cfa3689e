"""The register as the services hold it in memory: points by name and number, rules by point."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.domain.bypass_permit import BypassPermit
from services.domain.detector_group import DetectorGroup, DetectorGroups
from services.domain.detector_rule import DetectorRule
from services.domain.point import Point
from services.domain.rule import LimitRule
from services.domain.sharing import Sharing
from services.domain.shelving_policy import ShelvingPolicy
from services.domain.suppression_rule import SuppressionRule


@dataclass(slots=True)
class Directory:
    """All registered points and all versions of their limit rules, up to a book version."""

    version: int = 0
    by_name: dict[str, dict[str, Point]] = field(default_factory=dict)
    """By enterprise and tag."""
    by_id: dict[int, Point] = field(default_factory=dict)
    derived: dict[int, Point] = field(default_factory=dict)
    """Of them those that we compute."""
    rules: dict[int, list[LimitRule]] = field(default_factory=dict)
    detectors: dict[tuple[str, str], DetectorRule] = field(default_factory=dict)
    """By enterprise and id: the rules in force that are more than a limit."""
    groups: DetectorGroups = field(default_factory=DetectorGroups)
    shelving: ShelvingPolicy = field(default_factory=ShelvingPolicy)
    """What the park allows to be taken off the board by hand."""
    suppressions: dict[tuple[str, str], SuppressionRule] = field(default_factory=dict)
    """By enterprise and id: the rules in force by which alarms are suppressed by design."""
    permits: dict[tuple[str, str], BypassPermit] = field(default_factory=dict)
    """By enterprise and id: the approved bypasses of interlocks that are not closed."""
    _sharing: Sharing = field(default_factory=Sharing, repr=False, compare=False)

    def find(self, enterprise: str, tag: str) -> Point | None:
        """The point of this name, if it is registered."""
        of_enterprise = self.by_name.get(enterprise)
        return None if of_enterprise is None else of_enterprise.get(tag)

    def share(self, point: Point) -> Point:
        """The same point, its texts and numbers being those of its neighbours where they are
        equal: what is read by the thousand lets go of its own at once."""
        self._sharing.point(point)
        return point

    def put(self, point: Point) -> None:
        """Add a point, or replace its older description."""
        self.share(point)
        self.by_name.setdefault(point.enterprise, {})[point.tag] = point
        self.by_id[point.id] = point
        if point.formula is not None:
            self.derived[point.id] = point

    def remove(self, point: Point) -> None:
        """Forget a point and its rules."""
        of_enterprise = self.by_name.get(point.enterprise, {})
        of_enterprise.pop(point.tag, None)
        if not of_enterprise:
            self.by_name.pop(point.enterprise, None)
        self.by_id.pop(point.id, None)
        self.derived.pop(point.id, None)
        self.rules.pop(point.id, None)

    def put_rule(self, rule: LimitRule) -> None:
        """Add a version of a rule, or replace the same version (when it got its end)."""
        point = self.by_id.get(rule.point_id)
        if point is not None and point.enterprise == rule.enterprise:
            self._sharing.rule(rule, point)
        versions = self.rules.get(rule.point_id)
        if versions is None:
            self.rules[rule.point_id] = [rule]
            return
        same = (v for v in versions if v.version == rule.version and v.id == rule.id)
        known = next(same, None)
        if known is not None:
            versions.remove(known)
        versions.append(rule)

    def put_detector(self, rule: DetectorRule) -> None:
        """Take a version of a rule that is more than a limit; one with an end takes it away."""
        key = rule.enterprise, rule.id
        known = self.detectors.get(key)
        if known is not None and known.version > rule.version:
            return
        if rule.valid_to is None:
            self.detectors[key] = rule
        elif known is not None:
            del self.detectors[key]

    def put_suppression(self, rule: SuppressionRule) -> None:
        """Take a version of a rule of suppression; one with an end takes it away."""
        key = rule.enterprise, rule.id
        known = self.suppressions.get(key)
        if known is not None and known.version > rule.version:
            return
        if rule.valid_to is None:
            self.suppressions[key] = rule
        else:
            self.suppressions.pop(key, None)

    def put_permit(self, permit: BypassPermit) -> None:
        """Take an approved bypass as it stands; a closed one is forgotten."""
        key = permit.enterprise, permit.id
        if permit.closed:
            self.permits.pop(key, None)
        else:
            self.permits[key] = permit

    def permits_of(self, enterprise: str, tag: str) -> list[BypassPermit]:
        """The approvals of a bypass that is seen on this point, in force or not."""
        those = (each for each in self.permits.values() if each.enterprise == enterprise)
        return [each for each in those if tag in each.points]

    def in_force(self, point_id: int) -> list[LimitRule]:
        """The versions in force now: those without an end."""
        return [rule for rule in self.rules.get(point_id, ()) if rule.valid_to is None]

    def in_force_at(self, point_id: int, at: int) -> list[LimitRule]:
        """The versions that judge an instant of the past (epoch ms).

        A rule that had a version at that time is judged by it. A rule that did not exist yet
        is judged by the version in force now, so that a replayed past meets today's rules.
        """
        chosen: list[LimitRule] = []
        for versions in _by_rule(self.rules.get(point_id, ())).values():
            then = [v for v in versions if v.valid_from <= at and (v.valid_to or at + 1) > at]
            existed = any(v.valid_from <= at for v in versions)
            now = [v for v in versions if v.valid_to is None]
            chosen += then if existed else now
        return chosen


@dataclass(frozen=True, slots=True)
class GoneGateway:
    """A gateway that was taken out of the register, by the change of this book version."""

    enterprise: str
    code: str
    version: int

    def carried(self, point: Point) -> bool:
        """Whether the point is registered as this gateway's."""
        return (point.enterprise, point.gateway) == (self.enterprise, self.code)


@dataclass(frozen=True, slots=True)
class BookChange:
    """What one look at the book brought: the points, groups and rules that are new, changed or gone,
    and the gateways that are gone."""

    version: int
    points: tuple[Point, ...] = ()
    removed_points: tuple[Point, ...] = ()
    rules: tuple[LimitRule, ...] = ()
    gone_gateways: tuple[GoneGateway, ...] = ()
    detectors: tuple[DetectorRule, ...] = ()
    shelving: ShelvingPolicy | None = None
    """The policy in force, where the change tells it."""
    groups: tuple[DetectorGroup, ...] = ()
    suppressions: tuple[SuppressionRule, ...] = ()
    permits: tuple[BypassPermit, ...] = ()

    def apply(self, directory: Directory) -> set[int]:
        """Bring a directory up to this version; the numbers of the points that were touched."""
        for point in self.removed_points:
            directory.remove(point)
        for point in self.points:
            directory.put(point)
        for rule in self.rules:
            if rule.point_id in directory.by_id:
                directory.put_rule(rule)
        for detector in self.detectors:
            directory.put_detector(detector)
        if self.shelving is not None:
            directory.shelving = self.shelving
        for group in self.groups:
            directory.groups.put(group)
        for suppression in self.suppressions:
            directory.put_suppression(suppression)
        for permit in self.permits:
            directory.put_permit(permit)
        directory.version = self.version
        touched = {p.id for p in (*self.points, *self.removed_points)}
        return touched | {rule.point_id for rule in self.rules}


def _by_rule(versions: Iterable[LimitRule]) -> dict[str, list[LimitRule]]:
    grouped: dict[str, list[LimitRule]] = {}
    for version in versions:
        grouped.setdefault(version.id, []).append(version)
    return grouped
