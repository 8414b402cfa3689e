"""Back-tests: what proposed rules would have made of the past, beside today's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import maybe_time_text, time_text
from services.api.answer import answer
from services.api.asking import Configurer, Here, Registered
from services.api.backtest_job import MAX_POINTS, Job
from services.api.detector_body import DetectorBody
from services.api.detector_trials import (
    Told,
    detector_trials,
    in_force,
    main_tag,
    memberships,
)
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem
from services.api.rule_body import Limit
from services.api.rule_desk import limited_point
from services.api.rule_union import AnyProposedRule
from services.api.tenant import tenant_of
from services.api.text import Code, Moment
from services.api.window import Window
from services.domain.backtest import Backtest, Load, Trial, Tried
from services.domain.point import Point
from services.domain.rule import Condition, LimitRule
from services.runtime.clock import to_ms
from services.store import rule_list as store
from services.store.rule_list import Rule

router = LateRouter(prefix="/rules", tags=["rules"], dependencies=[Registered])
Points = dict[tuple[str, str], Point]
"""The points that are tried, by enterprise and tag."""
LONGEST_MS = 92 * 86_400_000


class BacktestBody(BaseModel):
    """What to try, over which past. Rules that are not named stay as they are today.

    A limit takes the place of today's of the same point and condition; any other rule that of the
    one whose `id` it names, or of none.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "start": "2026-01-01T00:00:00Z",
                    "end": "2026-01-31T00:00:00Z",
                    "rules": [
                        {"enterprise": "north-works", "tag": "GT-101", "condition": "H",
                         "limit": 20, "grade": 2, "deadband": 2}
                    ],
                }
            ]
        },
    )  # fmt: skip
    start: Moment
    end: Moment
    rules: Annotated[list[AnyProposedRule], Field(max_length=4 * MAX_POINTS)] = []
    without: Annotated[
        list[str], Field(max_length=4 * MAX_POINTS, description="Today's rules to do without")
    ] = []
    enterprise: Annotated[
        Code | None, Field(description="Judge every point of this enterprise that has rules, too")
    ] = None
    limits_only: Annotated[
        bool, Field(description="Leave rules that are more than a limit out of both counts")
    ] = False


@dataclass(frozen=True, slots=True)
class FloodView:
    """More than 10 alarms in ten minutes, until fewer than 5 came in ten minutes."""

    start: str
    end: str | None
    alarms: int
    peak: int


@dataclass(frozen=True, slots=True)
class LoadView:
    """What operators would have met; `by_grade`: from 1 red to 4 blue."""

    alarms: int
    by_grade: list[int]
    floods: list[FloodView]


@dataclass(frozen=True, slots=True)
class TriedView:
    """An alarm at its worst level; `ended_at` null: it stood at the end. `rule`: today's number, or
    `proposed-` and what it is. Of a rule that is more than a limit `condition` is its kind,
    `direction` and `limit` are null, and `value` is what it measured when the alarm began."""

    enterprise: str
    tag: str
    direction: str | None
    condition: str
    grade: int
    limit: float | None
    value: float | None
    raised_at: str
    ended_at: str | None
    rule: str


@dataclass(frozen=True, slots=True)
class BacktestView:
    """Both sets of rules over the same readings, each from a quiet start. `appears` and `vanishes`
    name the first 500; `left_out` counts readings over ten minutes ahead of our clock."""

    start: str
    end: str
    points: int
    readings: int
    left_out: int
    today: LoadView
    proposed: LoadView
    appearing: int
    vanishing: int
    appears: list[TriedView]
    vanishes: list[TriedView]


@router.post("/backtest", response_model=BacktestView)
async def run_backtest(here: Here, principal: Configurer, body: BacktestBody) -> Response:
    """Try rules on the stored past; nothing is put in force. Answers within two minutes."""
    start, end = _stretch(body)
    told = _told(here, principal, body)
    points = _points(here, principal, body)
    async with here.database.transaction() as connection:
        rules = await store.rules_of_points(connection, list(points))
        enterprises = () if body.limits_only else {enterprise for enterprise, _ in points}
        others = await in_force(connection, enterprises)
        others = [each for each in others if (each.enterprise, main_tag(each)) in points]
        history = await memberships(connection, others, told, start, end)
    rules = [rule for rule in rules if (rule.enterprise, rule.tag) in points]
    unknown = set(body.without) - {rule.id for rule in rules} - {rule.id for rule in others}
    if unknown:
        raise Problem(
            Kind.INVALID, f"without: no rule {min(unknown)} is in force for the points of this."
        )
    trials = _trials(points, rules, body)
    detectors = detector_trials(here, others, told, body.without, history)
    tenant, now = tenant_of(principal), here.clock.now_ms()
    job = Job(here.database.url, tenant, trials, start, end, detectors, now)
    return answer(view(await here.backtests.run(principal.username, job)))


def _stretch(body: BacktestBody) -> tuple[int, int]:
    start, end = to_ms(body.start), to_ms(body.end)
    if not start < end:
        raise Problem(Kind.INVALID, "start: it must be before end.")
    if end - start > LONGEST_MS:
        raise Problem(Kind.INVALID, "end: a back-test covers 92 days at most; ask for fewer.")
    return start, end


def _told(here: Window, principal: Principal, body: BacktestBody) -> list[Told]:
    """The proposed rules that are more than a limit."""
    found = [
        Told.of(here, principal, f"rules.{place}", rule)
        for place, rule in enumerate(body.rules)
        if isinstance(rule, DetectorBody)
    ]
    if found and body.limits_only:
        raise Problem(Kind.INVALID, f"limits_only: {found[0].path} is more than a limit.")
    return found


def _points(here: Window, principal: Principal, body: BacktestBody) -> Points:
    points: Points = {}
    for rule in body.rules:
        name = rule.enterprise, rule.tag
        if isinstance(rule, DetectorBody):
            place = here.register.place(*name)
            assert place is not None, "a proposed rule was held against the register"
            points[name] = place.point
        else:
            points[name] = limited_point(here, principal, *name)
    if body.enterprise is not None and principal.sees(body.enterprise):
        now = here.clock.now_ms()
        for place in here.register.all_places():
            name = place.point.enterprise, place.point.tag
            if name[0] == body.enterprise and here.register.is_judged(*name, now):
                points[name] = place.point
    if not points:
        raise Problem(
            Kind.INVALID, "rules: name rules to try, or an enterprise that has rules in force."
        )
    if len(points) > MAX_POINTS:
        raise Problem(
            Kind.INVALID, f"rules: a back-test covers {MAX_POINTS:,} points at most; name fewer."
        )
    return points


def _trials(points: Points, rules: Iterable[Rule], body: BacktestBody) -> list[Trial]:
    today: dict[tuple[str, str], list[LimitRule]] = defaultdict(list)
    for rule in rules:
        name = rule.enterprise, rule.tag
        today[name].append(_limit_rule(rule, points[name], rule.id))
    proposed = {
        name: {r.condition: r for r in today[name] if r.id not in body.without} for name in points
    }
    for one in body.rules:
        if isinstance(one, DetectorBody):
            continue
        name = one.enterprise, one.tag
        standing = next((r.id for r in today[name] if r.condition is one.condition), "")
        rule_id = standing or f"proposed-{one.condition}"
        proposed[name][one.condition] = _limit_rule(one, points[name], rule_id)
    return [
        Trial(point, tuple(today[name]), tuple(proposed[name].values()))
        for name, point in points.items()
        if today[name] or proposed[name]
    ]


def _limit_rule(said: Rule | Limit, point: Point, rule_id: str) -> LimitRule:
    return LimitRule(
        rule_id,
        1,
        point.enterprise,
        point.id,
        Condition(said.condition),
        said.limit,
        said.grade,
        said.deadband,
        round(said.on_delay_s * 1000),
        round(said.off_delay_s * 1000),
    )


def view(found: Backtest) -> BacktestView:
    """A result as outsiders see it."""
    return BacktestView(
        start=time_text(found.start),
        end=time_text(found.end),
        points=found.points,
        readings=found.readings,
        left_out=found.left_out,
        today=_load(found.today),
        proposed=_load(found.proposed),
        appearing=found.appearing,
        vanishing=found.vanishing,
        appears=[_tried(each) for each in found.appears],
        vanishes=[_tried(each) for each in found.vanishes],
    )


def _load(load: Load) -> LoadView:
    floods = [
        FloodView(time_text(each.start), maybe_time_text(each.end), each.alarms, each.peak)
        for each in load.floods
    ]
    return LoadView(load.alarms, list(load.by_grade), floods)


def _tried(each: Tried) -> TriedView:
    times: dict[str, Any] = {
        "raised_at": time_text(each.raised_at),
        "ended_at": maybe_time_text(each.ended_at),
    }
    names = ("enterprise", "tag", "direction", "condition", "grade", "limit", "value", "rule")
    return TriedView(**{name: getattr(each, name) for name in names}, **times)
