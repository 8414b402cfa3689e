"""The status of a hazard source: what the regulator pulls."""

from dataclasses import asdict, dataclass

from fastapi import Request, Response

from services.api.alarm_view import AlarmView, maybe_time_text
from services.api.alarm_view import view as alarm_view
from services.api.asking import Here, PersonsReader, Registered, Spoken
from services.api.grades import Grades, Interlock, SourceState
from services.api.late_route import LateRouter
from services.api.risk_body import most, weights_of
from services.api.routes.hazard_sources import EnterpriseCode, SourceCode, seen_source
from services.api.routes.values import ValueView, value_view
from services.api.source_view import ResponsibleView, responsible_view
from services.api.unchanged import TAGGED, tagged
from services.api.window import Window
from services.api.wording import Language, sentence
from services.api.wording_risk import (
    DEFINITION,
    calm_text,
    factor_text,
    unknown_text,
    unwatched_text,
)
from services.store.hazard_source import HazardSource

router = LateRouter(prefix="/hazard-sources", tags=["hazard sources"], dependencies=[Registered])


@dataclass(frozen=True, slots=True)
class ContributionView:
    """What a factor adds to the index; `uncapped`: what it would without `most`."""

    factor: str
    value: float
    uncapped: float
    most: float
    text: str


@dataclass(frozen=True, slots=True)
class IndexView:
    """The risk index, 0 to 100: the sum of the contributions, at most 100. `level` 1 (red) to 4."""

    index: float
    level: int
    contributions: list[ContributionView]
    thresholds: list[float]
    weights_version: int
    definition: str


@dataclass(frozen=True, slots=True)
class InterlockView:
    """An interlock: its state as last heard (null: unknown), and whether it protects no more (`out`:
    it is not `fitted`, too). `loop`: whether it is in the register of interlocks, with `sil` and
    `voting`; `bypass_until`: until when a bypass of it is approved; `in_outage`: its unit is shut
    down with approval."""

    tag: str
    name: str | None
    name_en: str | None
    state: str | None
    known_at: str | None
    out: bool
    loop: bool
    fitted: bool
    sil: int | None
    voting: str | None
    in_outage: bool
    bypass_until: str | None


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why the grade is what it is (`alarm`: the worst active one), and why the risk is; `note`:
    what keeps that from being the whole truth (no engine answers, or it has no points)."""

    alarm: str | None
    grade: str
    risk: list[str]
    note: str | None


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """`grade`: 1 red to 4 blue, of the worst active alarm, null when none; alarms of the past, of
    a test and off the board count in no grade. `risk_level`: 1 to 4, of our index. `level`: the
    static one of GB 18218. `online_rate`: the share of its points that are online now; null: it
    has none, or nobody knows. `live` false: no engine answers, this is as last known."""

    enterprise: str
    code: str
    name: str
    name_en: str | None
    unit_type: str
    level: int | None
    s: float
    r: float
    version: int
    grade: int | None
    risk_level: int
    risk: IndexView
    why: WhyView
    active: int
    off_board: int
    alarms: list[AlarmView]
    interlocks: list[InterlockView]
    points: int
    points_online: int | None
    online_rate: float | None
    responsible: ResponsibleView
    values: list[ValueView]
    live: bool
    at: str


@router.get("/{enterprise}/{code}/status", response_model=SourceStatus, responses=TAGGED)
async def source_status(
    request: Request,
    here: Here,
    principal: PersonsReader,
    enterprise: EnterpriseCode,
    code: SourceCode,
    language: Spoken,
) -> Response:
    """How a hazard source stands now. Its tag (ETag) is over grade, risk level, alarms, interlocks
    and configuration; newest values, ages and the online rate may differ under the same tag."""
    source = seen_source(here, principal, enterprise, code)
    state = Grades(here, frozenset({enterprise})).source(source)
    body = _status(here, source, state, language)
    over = (
        body.grade,
        body.risk_level,
        [_lasting(each) for each in body.alarms],
        [(e.tag, e.state, e.out, e.sil, e.voting, e.bypass_until) for e in body.interlocks],
        (body.version, body.risk.weights_version, body.points, body.live, language),
    )
    return tagged(request, body, over)


def _lasting(alarm: AlarmView) -> dict[str, object]:
    """An alarm without what says only how far its record is."""
    values = asdict(alarm)
    del values["recorded"]
    return values


def _status(
    here: Window, source: HazardSource, state: SourceState, language: Language
) -> SourceStatus:
    now = here.clock.now_ms()
    points = state.sensors
    return SourceStatus(
        enterprise=source.enterprise,
        code=source.code,
        name=source.name,
        name_en=source.name_en,
        unit_type=source.unit_type,
        level=source.level,
        s=source.s,
        r=source.r,
        version=source.version,
        grade=state.mark.grade,
        risk_level=state.risk.level,
        risk=_index(here, state, language),
        why=_why(here, state, language),
        active=state.mark.active,
        off_board=state.mark.off_board,
        alarms=[alarm_view(a, here.replica.is_recorded(a), language) for a in state.alarms],
        interlocks=[_interlock(here, each) for each in state.interlocks],
        points=points,
        points_online=state.online,
        online_rate=None if state.online is None or not points else state.online / points,
        responsible=responsible_view(source),
        values=[value_view(here, place, now) for place in state.places],
        live=here.vitals.live,
        at=maybe_time_text(now) or "",
    )


def _index(here: Window, state: SourceState, language: Language) -> IndexView:
    kept = here.register.weights
    weights = weights_of(kept)
    limits = most(weights)
    return IndexView(
        index=state.risk.value,
        level=state.risk.level,
        contributions=[
            ContributionView(
                each.factor,
                each.value,
                each.uncapped,
                limits[each.factor],
                factor_text(each.factor, each.value, language),
            )
            for each in state.risk.contributions
        ],
        thresholds=list(weights.thresholds),
        weights_version=0 if kept is None else kept.version,
        definition=DEFINITION[language],
    )


def _why(here: Window, state: SourceState, language: Language) -> WhyView:
    worst = state.mark.worst
    alarm = None if worst is None else here.replica.open.get(worst.id)
    return WhyView(
        alarm=None if worst is None else worst.id,
        grade=calm_text(language) if alarm is None else sentence(alarm, language),
        risk=[
            factor_text(each.factor, each.value, language)
            for each in state.risk.contributions
            if each.value > 0
        ],
        note=_note(here, state, language),
    )


def _note(here: Window, state: SourceState, language: Language) -> str | None:
    """What keeps the rest from being the whole truth."""
    if not here.vitals.live:
        return unknown_text(language)
    return None if state.places else unwatched_text(language)


def _interlock(here: Window, interlock: Interlock) -> InterlockView:
    loop, place = interlock.loop, interlock.place
    if loop is None:
        assert place is not None  # it is a loop or a point
        point = place.point
        tag, name, name_en = point.tag, point.name, point.name_en
    else:
        tag, name, name_en = loop.tag, loop.name, loop.name_en
    kept = here.register.interlocks.bypasses.get((loop.enterprise, loop.tag)) if loop else None
    return InterlockView(
        tag,
        name,
        name_en,
        interlock.state,
        maybe_time_text(interlock.at),
        interlock.is_out,
        loop is not None,
        loop is None or loop.fitted,
        None if loop is None else loop.sil,
        None if loop is None else loop.voting,
        interlock.in_outage,
        None if kept is None else maybe_time_text(kept.bypass.until),
    )
