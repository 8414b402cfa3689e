"""Rules that are more than a limit, tried on the past: today's, and those of a proposal."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from services.api.detector_body import DetectorBody, detector_of
from services.api.detector_check import check_detector
from services.api.detector_desk import MOST
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields
from services.api.window import Window
from services.domain.detector_kind import DetectorKind
from services.domain.detector_past import DetectorTrial, Watched, regroupings
from services.domain.detector_rule import DetectorRule
from services.domain.point import Point
from services.runtime.clock import to_datetime, to_ms
from services.store import detector_list as store
from services.store.detector_group import Membership, TooManyChanges, members_between
from services.store.detector_list import Connection, DetectorVersion

Key = tuple[str, str]
"""Enterprise and number of a rule."""
Memberships = dict[tuple[str, str], list[Membership]]
"""Who was in groups, by enterprise and code."""


@dataclass(frozen=True, slots=True)
class Told:
    """A rule of a proposal, and where in the body it is."""

    path: str
    body: DetectorBody
    version: DetectorVersion

    @classmethod
    def of(cls, here: Window, principal: Principal, path: str, body: DetectorBody) -> "Told":
        """Refuses what cannot judge, as it would be refused when put in force."""
        parameters = check_detector(here, principal, body, f"{path}.")
        name = body.id or f"proposed-{path.rpartition('.')[2]}"
        now = here.clock.now_ms()
        return cls(path, body, detector_of(body, parameters, name, 1, principal.username, now))


async def in_force(connection: Connection, enterprises: Iterable[str]) -> list[DetectorVersion]:
    """The rules of these enterprises that are in force today."""
    found: list[DetectorVersion] = []
    for enterprise in sorted(set(enterprises)):
        found += await store.detectors_page(connection, [enterprise], None, ("", ""), MOST)
    return found


async def memberships(
    connection: Connection,
    today: Iterable[DetectorVersion],
    told: Iterable[Told],
    start: int,
    end: int,
) -> Memberships:
    """Who was in the groups of these rules from `start` on and before `end` (epoch ms). Refuses more
    changes than anybody looks at."""
    named = defaultdict[str, set[str]](set)
    for rule in (*today, *(one.version for one in told)):
        if rule.group is not None:
            named[rule.enterprise].add(rule.group)
    found: Memberships = {}
    for enterprise, codes in named.items():
        first, past = to_datetime(start), to_datetime(end)
        try:
            those = await members_between(connection, enterprise, codes, first, past)
        except TooManyChanges as much:
            raise Problem(Kind.INVALID, f"start: {much}.") from None
        found |= {(enterprise, code): each for code, each in those.items()}
    return found


def detector_trials(
    here: Window,
    today: Iterable[DetectorVersion],
    told: Iterable[Told],
    without: Collection[str],
    history: Memberships,
) -> list[DetectorTrial]:
    """Each rule as it is today and as it would be. A proposed one with the `id` of one of today's
    takes its place; the others come beside them. Those over a group judge by its `history`."""
    standing = {(each.enterprise, each.id): each for each in today}
    proposed: dict[Key, DetectorVersion | None] = {
        key: None if each.id in without else each for key, each in standing.items()
    }
    taken: set[Key] = set()
    for one in told:
        key = one.version.enterprise, one.version.id
        if one.body.id is not None:
            _check_place(one, standing.get(key))
        if key in taken:
            raise invalid_fields({f"{one.path}.id": "This rule is named twice: name it once."})
        taken.add(key)
        proposed[key] = one.version
    trials = (
        DetectorTrial(
            _watched(here, standing.get(key), history), _watched(here, rule, history)
        )
        for key, rule in proposed.items()
    )  # fmt: skip
    return [trial for trial in trials if trial.today is not None or trial.proposed is not None]


def _check_place(one: Told, known: DetectorVersion | None) -> None:
    if known is None:
        told = f"No rule {one.body.id} of this point is in force; leave it out for a new rule."
        raise invalid_fields({f"{one.path}.id": told})
    if (known.kind, main_tag(known)) != (one.body.kind, one.body.tag):
        told = f"Rule {known.id} is of the kind {known.kind} for {main_tag(known)}; it keeps both."
        raise invalid_fields({f"{one.path}.id": told})


def main_tag(rule: DetectorVersion) -> str:
    """The tag of the point that a rule's alarm is about."""
    return next(iter(rule.points.values()))


def _watched(here: Window, rule: DetectorVersion | None, history: Memberships) -> Watched | None:
    """None: there is no rule, or not all of its points, without which it judges nothing. The
    members of a group are those of the time; where its history does not reach, those of today."""
    if rule is None:
        return None

    def find(tag: str) -> Point | None:
        place = here.register.place(rule.enterprise, tag)
        return None if place is None else place.point

    tags, main = dict(rule.points), main_tag(rule)
    known = () if rule.group is None else history.get((rule.enterprise, rule.group), ())
    if rule.group is not None:
        those = here.register.groups.watched(rule.enterprise, rule.group, main)
        if those is None and not known:
            return None
        # It may judge nothing now; but its point may have been in the group then.
        tags = {tag: tag for tag in those or [main]}
    found = {name: find(tag) for name, tag in tags.items()}
    points = {name: point for name, point in found.items() if point is not None}
    if len(points) < len(found):
        return None
    changes = [(to_ms(each.since), each.members) for each in known]
    about = next(iter(points.values()))
    return Watched(_rule(rule, points), points, regroupings(changes, about, points, find))


def _rule(rule: DetectorVersion, points: Mapping[str, Point]) -> DetectorRule:
    told = {
        name: value
        for name, value in rule.parameters.items()
        if value is None or isinstance(value, float | int | str)
    }
    return DetectorRule(
        rule.id,
        rule.version,
        rule.enterprise,
        DetectorKind(rule.kind),
        {name: point.id for name, point in points.items()},
        told,
        rule.grade,
        round(rule.on_delay_s * 1000),
        round(rule.off_delay_s * 1000),
    )
