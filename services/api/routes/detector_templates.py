"""What standards and practice propose for a point beside limits, and rules made of it by choice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.answer import Page, answer
from services.api.asking import Configurer, Here, OnceOnly, Reader, Registered
from services.api.detector_body import DETECTORS, detector_of, detector_parts, detector_view
from services.api.detector_check import check_detector
from services.api.detector_desk import check_room, new_id
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields
from services.api.routes.points import EnterpriseCode, PointTag, seen
from services.api.rule_union import DetectorView
from services.api.text import Code, Number
from services.api.window import Window
from services.domain.detector_kind import DetectorKind
from services.domain.detector_template import ProposedDetector, propose_detectors
from services.domain.point import Point
from services.store import detector_list as store
from services.store.detector_list import Connection, DetectorVersion
from services.store.rule_list import lock_book

router = LateRouter(tags=["templates"], dependencies=[Registered])
GROUP = (
    "Code of a registered group that the point is in: `vote` is over it, then; without it, over the "
    "detectors of the point's hazard source"
)
RespondS = Annotated[
    Number | None,
    Field(gt=0, le=86_400, description="Operator's and action's time, in seconds (levels)"),
]


@dataclass(frozen=True, slots=True)
class ProposedDetectorView:
    """A rule of the template: its kind's fields as `POST /rules` takes them, its name here, where
    it comes from, and which rule stands for it already."""

    name: str
    kind: str
    fields: dict[str, Any]
    grade: int
    on_delay_s: float
    off_delay_s: float
    latch: bool
    source: str
    basis: str
    trust: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class DetectorTemplate:
    """What there is to propose for a point beside limits."""

    enterprise: str
    tag: str
    proposals: list[ProposedDetectorView]


class DetectorChoice(BaseModel):
    """Which of the proposals to put in force, by their names; none applies itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"names": ["vote"]}]})
    names: Annotated[list[str], Field(min_length=1, max_length=10)]
    respond_s: RespondS = None
    group: Annotated[Code | None, Field(description=GROUP)] = None


@router.get("/points/{enterprise}/{tag}/template/detectors", response_model=DetectorTemplate)
async def get_detector_template(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: PointTag,
    respond_s: Annotated[
        float | None,
        Query(gt=0, le=86_400, description="Operator's and action's time, in seconds (levels)"),
    ] = None,
    group: Annotated[Code | None, Query(description=GROUP)] = None,
) -> Response:
    """What standards and practice propose beside limits; it applies itself to nothing."""
    point = seen(here, principal, enterprise, tag).point
    found = propose_detectors(point, _near(here, point, group), respond_s, group)
    async with here.database.transaction() as connection:
        standing = await _standing(connection, point)
    shown = [_view(each, standing) for each in found]
    return answer(DetectorTemplate(enterprise, tag, shown))


@router.post(
    "/points/{enterprise}/{tag}/template/detectors",
    status_code=201,
    response_model=Page[DetectorView],
)
async def apply_detector_template(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    choice: DetectorChoice,
    once: OnceOnly,
) -> Response:
    """Put the chosen proposals in force, all or none; each rule keeps its source and basis."""
    point = seen(here, principal, enterprise, tag).point
    near = _near(here, point, choice.group)
    chosen = _chosen(point, propose_detectors(point, near, choice.respond_s, choice.group), choice)
    rules = [_rule(here, principal, point, each) for each in chosen]
    async with here.database.transaction() as connection:
        await lock_book(connection)
        standing = await _standing(connection, point)
        taken = {each.name: rule for each in chosen if (rule := _stands(each, standing))}
        if taken:
            told = ", ".join(f"{name} (rule {rule})" for name, rule in taken.items())
            raise Problem(
                Kind.CONFLICT,
                f"names: {tag} has rules already for {told}: change those, or leave these out.",
            )
        await check_room(connection, enterprise, len(rules))
        await store.insert_detector(connection, *rules)
        page = Page([detector_view(rule) for rule in rules], None)
        return await once.keep(connection, answer(page, 201))


def _near(here: Window, point: Point, group: str | None) -> list[Point]:
    """Among whom it votes: those of the group that is named, else of its hazard source."""
    if group is not None:
        return _members(here, point, group)
    if point.hazard_source is None:
        return []
    name = point.enterprise, point.hazard_source
    places = (place.point for place in here.register.all_places())
    return [each for each in places if (each.enterprise, each.hazard_source) == name]


def _members(here: Window, point: Point, group: str) -> list[Point]:
    if (point.enterprise, group) not in here.register.groups.by_key:
        told = f"{point.enterprise} has no group {group}; register the group first."
        raise invalid_fields({"group": told})
    tags = here.register.groups.watched(point.enterprise, group, point.tag)
    if tags is None:
        raise invalid_fields({"group": f"{point.tag} is not in the group {group}."})
    places = (here.register.place(point.enterprise, tag) for tag in tags)
    return [place.point for place in places if place is not None]


async def _standing(connection: Connection, point: Point) -> list[DetectorVersion]:
    """The rules in force about a point."""
    found = await store.detectors_page(connection, [point.enterprise], point.tag, ("", ""), 1000)
    return [rule for rule in found if next(iter(rule.points.values())) == point.tag]


def _stands(proposed: ProposedDetector, standing: Sequence[DetectorVersion]) -> str | None:
    """The number of the rule that does the same already: of its kind, and for the same states."""
    for rule in standing:
        states = proposed.parameters.get("states")
        if rule.kind == proposed.kind and rule.parameters.get("states") == states:
            return rule.id
    return None


def _chosen(
    point: Point, found: Sequence[ProposedDetector], choice: DetectorChoice
) -> list[ProposedDetector]:
    offered = {each.name: each for each in found}
    for name in choice.names:
        if name not in offered:
            known = ", ".join(offered) or "nothing"
            raise Problem(
                Kind.INVALID, f"names: the template of {point.tag} has no {name}; it has {known}."
            )
    return [offered[name] for name in dict.fromkeys(choice.names)]


def _rule(
    here: Window, principal: Principal, point: Point, proposed: ProposedDetector
) -> DetectorVersion:
    body = DETECTORS[proposed.kind].model_validate(
        {
            "kind": proposed.kind.value,
            "enterprise": point.enterprise,
            "tag": point.tag,
            "grade": proposed.grade,
            "on_delay_s": proposed.on_delay_s,
            "off_delay_s": proposed.off_delay_s,
            "latch": proposed.latch,
            **_fields(proposed),
        }
    )
    parameters = check_detector(here, principal, body)
    rule = detector_of(body, parameters, new_id(), 1, principal.username, here.clock.now_ms())
    return replace(rule, source=proposed.source, basis=proposed.basis)


def _fields(proposed: ProposedDetector) -> dict[str, object]:
    """The fields of its kind's body that the template fills in."""
    kind = DetectorKind(proposed.kind)
    among: dict[str, object] = {}
    if proposed.group is not None:
        among["group"] = proposed.group
    elif proposed.others:
        among["others"] = [each.tag for each in proposed.others]
    told = detector_parts(kind, proposed.parameters)
    return among | {name: value for name, value in told.items() if value is not None}


def _view(proposed: ProposedDetector, standing: Sequence[DetectorVersion]) -> ProposedDetectorView:
    return ProposedDetectorView(
        name=proposed.name,
        kind=proposed.kind,
        fields=_fields(proposed),
        grade=proposed.grade,
        on_delay_s=proposed.on_delay_s,
        off_delay_s=proposed.off_delay_s,
        latch=proposed.latch,
        source=proposed.source,
        basis=proposed.basis,
        trust=proposed.trust,
        rule=_stands(proposed, standing),
    )
