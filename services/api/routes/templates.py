"""Rule templates: what the standards propose for a point, and rules made of it by choice."""

from dataclasses import asdict, dataclass, replace
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.answer import Page, answer
from services.api.asking import Configurer, Here, OnceOnly, Reader
from services.api.late_route import LateRouter
from services.api.loosening import told_laxer
from services.api.problem import Kind, Problem
from services.api.routes.points import EnterpriseCode, PointTag, seen
from services.api.rule_body import NewRule, RuleView, rule_of
from services.api.rule_body import view as rule_view
from services.api.rule_desk import limited_point, new_id
from services.api.rule_set import check_set
from services.api.text import Number
from services.domain.concentration import Reference, conflicts
from services.domain.gas import DENSITY_SOURCE, MASS_SOURCE, Figure, Gas, Trust
from services.domain.gas_table import GASES, find_gas
from services.domain.point import Point
from services.domain.rule import Condition
from services.domain.template import NoTemplate, Plant, Proposal, Proposed, propose
from services.store import rule_list as store
from services.store.rule_list import Rule

router = LateRouter(tags=["templates"])
Celsius = Annotated[float, Field(ge=-60, le=100, allow_inf_nan=False)]
Quantity = Annotated[float, Field(allow_inf_nan=False)]
Source = Annotated[str, Field(min_length=1, max_length=40, examples=["IEC", "NFPA"])]


@dataclass(frozen=True, slots=True)
class ProposedView:
    """A limit of the template, in the point's unit; `rule`: what stands for its condition already.

    `trust`: whether the figure was `read` in the standard, `restated` by others, `computed` by us,
    or is `unproved`. `latch`: the standard wants it kept until it is acknowledged.
    """

    condition: str
    limit: float
    grade: int
    deadband: float
    on_delay_s: float
    off_delay_s: float
    latch: bool
    source: str
    basis: str
    trust: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class TemplateView:
    """What the standards propose for a point; without proposals, `why_not` says what to do."""

    enterprise: str
    tag: str
    kind: str
    unit: str
    substance: str | None
    proposals: list[ProposedView]
    why_not: str | None


class TemplateChoice(BaseModel):
    """What the plant knows, and which of the proposals to put in force; by default all of them."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"conditions": ["H", "HH"]}]}
    )
    conditions: Annotated[list[Condition], Field(min_length=1, max_length=4)] | None = None
    normal_high: Annotated[
        Number | None, Field(description="Upper limit of normal working, in the point's unit")
    ] = None
    design_pressure: Number | None = None
    reference_c: Annotated[
        Celsius, Field(description="Temperature that conversions rest on, degrees Celsius")
    ] = 20.0
    lel: Annotated[Source | None, Field(description="Whose LEL; by default the first")] = None


@dataclass(frozen=True, slots=True)
class FigureView:
    """A number with its unit, who says so, and how sure that is."""

    value: float
    unit: str
    source: str
    trust: str
    basis: str | None


@dataclass(frozen=True, slots=True)
class GasView:
    """A gas of the library: the figure we use first, then the others. `conflicts`: the sets of
    figures that ought to be one number and are not. `aegl`: levels 1 to 3 for 60 minutes; those of
    `aegl_not_recommended` are null because there is none to recommend, others because we have no
    figure. `relative_density`: air is 1; `density`: `lighter`, `near` or `heavier`, by that."""

    cas: str
    formula: str
    name: str
    name_zh: str
    molar_mass: float
    mass: FigureView
    density: str
    relative_density: FigureView
    lel: list[FigureView]
    oel: list[FigureView]
    idlh: list[FigureView]
    aegl: list[FigureView | None]
    aegl_not_recommended: list[int]
    conflicts: list[list[FigureView]]


@router.get("/gases", response_model=Page[GasView])
async def list_gases(here: Here, principal: Reader) -> Response:
    """The gas library: every figure with its source, and where sources contradict each other."""
    return answer(Page([_gas(gas) for gas in GASES], None))


@router.get("/points/{enterprise}/{tag}/template", response_model=TemplateView)
async def get_template(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: PointTag,
    normal_high: Annotated[Quantity | None, Query()] = None,
    design_pressure: Annotated[Quantity | None, Query()] = None,
    reference_c: Annotated[Celsius, Query()] = 20.0,
    lel: Annotated[Source | None, Query()] = None,
) -> Response:
    """What the standards propose as limits of a point; it applies itself to nothing."""
    point = seen(here, principal, enterprise, tag).point
    found = propose(point, Plant(normal_high, design_pressure), _reference(point, reference_c, lel))
    async with here.database.transaction() as connection:
        standing = await store.rules_standing(connection, enterprise, tag)
    return answer(_template(point, found, standing))


@router.post("/points/{enterprise}/{tag}/template", status_code=201, response_model=Page[RuleView])
async def apply_template(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    choice: TemplateChoice,
    once: OnceOnly,
) -> Response:
    """Put the chosen proposals in force, all or none; each rule keeps its source and basis."""
    seen(here, principal, enterprise, tag)
    point = limited_point(here, principal, enterprise, tag)
    chosen = _chosen(point, choice)
    now = here.clock.now_ms()
    rules = [_rule(point, each, principal.username, now) for each in chosen]
    async with here.database.transaction() as connection:
        await store.lock_book(connection)
        standing = await store.rules_standing(connection, enterprise, tag)
        taken = {each: standing[each] for each in (r.condition for r in rules) if each in standing}
        if taken:
            named = ", ".join(f"{each} (rule {rule})" for each, rule in taken.items())
            raise Problem(
                Kind.CONFLICT,
                f"conditions: {tag} has rules already for {named}: change those, "
                "or leave these conditions out.",
            )
        await check_set(connection, *rules)
        await store.insert_rule(connection, *rules)
        page = Page([rule_view(rule, told_laxer(here, rule)) for rule in rules], None)
        return await once.keep(connection, answer(page, 201))


def _reference(point: Point, celsius: float, lel: str | None) -> Reference | None:
    """What conversions rest on; None where the substance is not in the library."""
    gas = find_gas(point.substance or "")
    if gas is None:
        return None
    reference = Reference.of(gas, celsius)
    if lel is None:
        return reference
    for figure in gas.lel:
        if figure.source.casefold().startswith(lel.casefold()):
            return replace(reference, lel=figure)
    known = ", ".join(figure.source for figure in gas.lel) or "none"
    raise Problem(
        Kind.INVALID, f"lel: the library has no LEL of {gas.name} by {lel}; it has: {known}."
    )


def _chosen(point: Point, choice: TemplateChoice) -> list[Proposed]:
    plant = Plant(choice.normal_high, choice.design_pressure)
    found = propose(point, plant, _reference(point, choice.reference_c, choice.lel))
    if isinstance(found, NoTemplate):
        raise Problem(Kind.INVALID, found.reason)
    if choice.conditions is None:
        return list(found)
    offered = {each.condition: each for each in found}
    missing = [each for each in choice.conditions if each not in offered]
    if missing:
        raise Problem(
            Kind.INVALID,
            f"conditions: the template of {point.tag} has no {missing[0]}; "
            f"it has {', '.join(offered)}.",
        )
    return [offered[each] for each in dict.fromkeys(choice.conditions)]


def _rule(point: Point, proposed: Proposed, author: str, now: int) -> Rule:
    body = NewRule(
        enterprise=point.enterprise,
        tag=point.tag,
        condition=proposed.condition,
        limit=proposed.limit,
        grade=proposed.grade,
        deadband=proposed.deadband,
        on_delay_s=proposed.on_delay_s,
        off_delay_s=proposed.off_delay_s,
        latch=proposed.latch,
    )
    rule = rule_of(body, new_id(), 1, author, now)
    return replace(rule, source=proposed.source, basis=proposed.basis)


def _template(point: Point, found: Proposal, standing: dict[str, str]) -> TemplateView:
    why_not = found.reason if isinstance(found, NoTemplate) else None
    proposals = () if isinstance(found, NoTemplate) else found
    return TemplateView(
        enterprise=point.enterprise,
        tag=point.tag,
        kind=point.kind,
        unit=point.unit,
        substance=point.substance,
        proposals=[
            ProposedView(**asdict(each), rule=standing.get(each.condition)) for each in proposals
        ],
        why_not=why_not,
    )


def _gas(gas: Gas) -> GasView:
    return GasView(
        cas=gas.cas,
        formula=gas.formula,
        name=gas.name,
        name_zh=gas.name_zh,
        molar_mass=gas.molar_mass,
        mass=_figure(Figure(gas.molar_mass, "g/mol", MASS_SOURCE, Trust.COMPUTED)),
        density=gas.density,
        relative_density=_figure(
            Figure(round(gas.relative_density, 2), "1", DENSITY_SOURCE, Trust.COMPUTED)
        ),
        lel=[_figure(each) for each in gas.lel],
        oel=[_figure(each) for each in gas.oel],
        idlh=[_figure(each) for each in gas.idlh],
        aegl=[None if each is None else _figure(each) for each in gas.aegl],
        aegl_not_recommended=sorted(gas.not_recommended),
        conflicts=[[_figure(each) for each in those] for those in conflicts(gas)],
    )


def _figure(figure: Figure) -> FigureView:
    return FigureView(figure.value, figure.unit, figure.source, figure.trust, figure.basis)
