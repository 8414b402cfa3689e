"""The rules of a file for `parkwatch replay`, held against the register as `POST /rules` would."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
from pydantic import ValidationError

from services.api.detector_body import DETECTORS, DetectorBody
from services.domain.detector_kind import DetectorKind
from services.domain.detector_past import DetectorTrial, Regrouping, Watched, regroupings
from services.domain.detector_rule import BadRule, DetectorRule, validated, watched
from services.domain.directory import Directory
from services.domain.point import Point
from services.domain.rule import Condition
from services.runtime.clock import to_ms
from services.stack.refusal import Refusal
from services.store.detector_group import Membership
from services.wire.expression import watch

Memberships = Mapping[tuple[str, str], Sequence[Membership]]
"""Who was in groups, by enterprise and code."""
Whole = Annotated[float, msgspec.Meta(ge=0)]


class Proposed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A limit of the file, as `POST /rules` takes it."""

    enterprise: str
    tag: str
    condition: Condition
    limit: float
    grade: Annotated[int, msgspec.Meta(ge=1, le=4)]
    deadband: Whole = 0.0
    on_delay_s: Whole = 0.0
    off_delay_s: Whole = 0.0
    kind: str = "limit"


@dataclass(frozen=True, slots=True)
class ProposedRules:
    """What a file proposes: limits, and rules that are more than a limit."""

    limits: tuple[Proposed, ...] = ()
    detectors: tuple[DetectorBody, ...] = ()


def read(path: Path) -> ProposedRules:
    """The rules of a JSON list. Raises Refusal."""
    try:
        every = msgspec.json.decode(path.read_bytes(), type=list[dict[str, object]])
        limits = [each for each in every if not _is_more(each)]
        more = [each for each in every if _is_more(each)]
        return ProposedRules(
            tuple(msgspec.convert(limits, type=list[Proposed])), tuple(map(_body, more))
        )
    except OSError as error:
        raise Refusal(f"{path} cannot be read ({error.strerror}): name a JSON file.") from error
    except msgspec.MsgspecError as error:
        raise Refusal(
            f"{path} is no list of rules ({error}): give what POST /rules takes, in brackets."
        ) from error


def groups_named(directory: Directory, proposed: ProposedRules) -> dict[str, set[str]]:
    """The codes of the groups that today's rules or those of the file are over, by enterprise."""
    found = defaultdict[str, set[str]](set)
    today = ((rule.enterprise, rule.group) for rule in directory.detectors.values())
    told = ((body.enterprise, body.group_named()) for body in proposed.detectors)
    for enterprise, code in (*today, *told):
        if code is not None:
            found[enterprise].add(code)
    return found


def detector_trials(
    directory: Directory, proposed: ProposedRules, history: Memberships | None = None
) -> list[DetectorTrial]:
    """Today's rules that are more than a limit, and those of the file: one with the `id` of one of
    today's takes its place, the others come beside them. Those over a group judge by its `history`,
    and by the members of today where that does not reach. Raises Refusal."""
    known = history or {}
    now = {
        key: watched
        for key, rule in directory.detectors.items()
        if (watched := _registered(directory, rule, known)) is not None
    }
    then = dict(now)
    for place, body in enumerate(proposed.detectors):
        new = _watched(directory, body, body.id or f"proposed-{place}", known)
        key = body.enterprise, new.rule.id
        standing = now.get(key)
        if body.id is not None and (standing is None or not _same(standing, new)):
            raise Refusal(
                f"No {body.kind} rule {body.id} of {body.tag} is in force: correct the file, or "
                "leave the id out for a new rule."
            )
        if body.id is not None and then[key] is not standing:
            raise Refusal(f"Rule {body.id} is in the file twice: name it once.")
        then[key] = new
    return [DetectorTrial(now.get(key), watched) for key, watched in then.items()]


def _same(known: Watched, new: Watched) -> bool:
    return (known.rule.kind, known.main.id) == (new.rule.kind, new.main.id)


def _is_more(told: Mapping[str, object]) -> bool:
    return str(told.get("kind")) in set(DetectorKind)


def _body(told: Mapping[str, object]) -> DetectorBody:
    kind = DetectorKind(str(told["kind"]))
    try:
        return DETECTORS[kind].model_validate(dict(told))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Refusal(
            f"A {kind} rule of the file is wrong ({field}: {first['msg']}): give what POST /rules "
            "takes."
        ) from error


def _watched(directory: Directory, body: DetectorBody, name: str, history: Memberships) -> Watched:
    points: dict[str, Point] = {}
    for of_point, tag in _tags(directory, body).items():
        point = directory.find(body.enterprise, tag)
        if point is None:
            raise Refusal(f"{body.enterprise} has no point {tag}: correct the file.")
        points[of_point] = point
    if body.tag not in body.tags().values() or body.unfit():
        raise Refusal(
            f"The points of the {body.kind} rule for {body.tag} are wrong: name each once, and "
            f"{body.tag} among them."
        )
    try:
        told = validated(body.of_kind, points, body.parameters(), body.grade, watch)
    except BadRule as wrong:
        raise Refusal(
            f"The {body.kind} rule for {body.tag} cannot judge ({body.field_of(wrong.path)}: "
            f"{wrong.text.rstrip('.')}): correct the file."
        ) from wrong
    rule = DetectorRule(
        name,
        1,
        body.enterprise,
        body.of_kind,
        {of_point: point.id for of_point, point in points.items()},
        told,
        body.grade,
        round(body.on_delay_s * 1000),
        round(body.off_delay_s * 1000),
    )
    return Watched(
        rule, points, _later(directory, history, body.enterprise, body.group_named(), points)
    )


def _later(
    directory: Directory,
    history: Memberships,
    enterprise: str,
    code: str | None,
    points: Mapping[str, Point],
) -> tuple[Regrouping, ...]:
    """Who is in its group later than at the beginning; none of a rule without a group."""
    known = () if code is None else history.get((enterprise, code), ())
    changes = [(to_ms(each.since), each.members) for each in known]
    main = next(iter(points.values()))
    return regroupings(changes, main, points, partial(directory.find, enterprise))


def _tags(directory: Directory, body: DetectorBody) -> dict[str, str]:
    """The tags of its points by their names in the rule: its own, or those of its group."""
    code = body.group_named()
    if code is None:
        return body.tags()
    group = directory.groups.find(body.enterprise, code)
    if group is None:
        raise Refusal(f"{body.enterprise} has no group {code}: correct the file.")
    members = [point.tag for n in group.members if (point := directory.by_id.get(n)) is not None]
    if body.tag not in members:
        raise Refusal(f"{body.tag} is not in the group {code}: correct the file.")
    return {tag: tag for tag in (body.tag, *members)}


def _registered(directory: Directory, rule: DetectorRule, history: Memberships) -> Watched | None:
    """None: not all of its points are registered; then it judges nothing live, either. One whose own
    point is not in its group now may have judged then."""
    try:
        numbers = watched(rule, directory.groups, directory.by_id)
    except BadRule:
        if rule.group is None or (rule.enterprise, rule.group) not in history:
            return None
        numbers = dict(rule.points)
    found = {name: directory.by_id.get(number) for name, number in numbers.items()}
    points = {name: point for name, point in found.items() if point is not None}
    if len(points) < len(found):
        return None
    return Watched(rule, points, _later(directory, history, rule.enterprise, rule.group, points))
