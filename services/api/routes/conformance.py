"""The test-bench: a gateway is tried against the park's checklist, and the result is a record."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    Registrar,
    Spoken,
    make_cursor,
    read_cursor,
)
from services.api.bench.paper import Line, Paper, Wish, paper_of
from services.api.bench.wording import TITLES
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.routes.enterprises import EnterpriseCode, seen
from services.api.routes.gateways import GatewayCode
from services.api.text import Tag
from services.api.window import Window
from services.api.wording import Language
from services.domain.conformance import Item, Mark, Outcome, judge
from services.domain.conformance_evidence import Asked, Evidence, TrialPoint
from services.runtime.clock import to_datetime, to_ms
from services.store import conformance as store
from services.store.conformance import Run
from services.store.register import Connection

router = LateRouter(
    prefix="/enterprises/{code}/gateways/{gateway}/conformance",
    tags=["conformance"],
    dependencies=[Registered],
)
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
_Place = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

CUT_MOST_S = 10
"""How long a connection is cut where nothing else is asked for; at most a sixth of the time."""

GIVEN_UP = timedelta(seconds=60)
"""A run that goes on for so long after its end has lost its process."""


class NewConformance(BaseModel):
    """What to try. `test_tag`: the point on which its operator trips an exercise alarm; without
    one that item is not tried. `cut_s`: for how long its connection is cut; default: a sixth of
    the time, at most 10 s."""

    model_config = ConfigDict(extra="forbid")
    duration_s: int = Field(default=90, ge=5, le=600)
    cut_s: int | None = Field(default=None, ge=1, le=60)
    test_tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item of the checklist. `code` and `facts` say why, for those who word it themselves."""

    item: Item
    title: str
    mark: Mark
    code: str
    facts: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True)
class AskView:
    """What the gateway's operator is to do now: `raise` the test point's value to its limit, or
    `lower` it again."""

    do: str
    tag: str
    condition: str
    limit: float
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class ConformanceView:
    """A run of the bench. `outcome`: `running`, `passed`, `failed`, `incomplete` (nothing failed,
    something could not be tried) or `interrupted`. `phase`: `listening`, `cut`, `returned` or
    `finished`. `messages` were looked at; `passed_over` came faster than the bench looks. `record`: once finished, the JSON text that `sha256` (hex) is of; not in lists."""

    id: int
    enterprise: str
    gateway: str
    asked_by: str
    test_tag: str | None
    duration_s: int
    cut_s: int
    started_at: str
    ends_at: str
    finished_at: str | None
    outcome: Outcome
    phase: str
    messages: int
    passed_over: int
    items: list[ItemView]
    ask: AskView | None
    record: str | None
    sha256: str | None


@router.post("", status_code=202, response_model=ConformanceView)
async def start_conformance(
    here: Here,
    principal: Registrar,
    spoken: Spoken,
    code: EnterpriseCode,
    gateway: GatewayCode,
    new: NewConformance,
    once: OnceOnly,
) -> Response:
    """Try a live gateway; one run of it at a time. Its connection is cut once, and what the test
    point raises meanwhile is an exercise."""
    _known(here, principal, code, gateway)
    cut_s = min(CUT_MOST_S, new.duration_s // 6) if new.cut_s is None else new.cut_s
    if cut_s * 4 > new.duration_s:
        raise Problem(Kind.INVALID, "cut_s: a quarter of duration_s at most.")
    if not here.vitals.services_ready:
        raise Problem(Kind.ENGINE_AWAY, "Readings are not taken now: try it again in a moment.")
    if not here.bench.reserve():
        raise Problem(Kind.TOO_MANY, "So many gateways are being tried: wait for one to finish.")
    begun = False
    try:
        async with here.database.transaction() as connection:
            test = await _test_point(here, connection, code, gateway, new.test_tag)
            run = await _start(here, connection, principal, (code, gateway), new, cut_s)
            asked = _asked(here, run, test)
            done = await once.keep(connection, answer(_new(run, asked, spoken), 202))
        here.bench.begin(run, asked)
        begun = True
    finally:
        if not begun:
            here.bench.release()
    await refresh(here.follower)
    return done


@router.get("", response_model=Page[ConformanceView])
async def list_conformance(
    here: Here,
    principal: Reader,
    spoken: Spoken,
    code: EnterpriseCode,
    gateway: GatewayCode,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """The runs of a gateway, newest first."""
    seen(here, principal, code)
    before = read_cursor(cursor, tuple[_Place])
    async with here.database.transaction() as connection:
        number = before[0] if before else None
        found = await store.runs(connection, code, gateway, number, limit + 1)
    views = [_view(here, each, spoken, whole=False) for each in found[:limit]]
    following = make_cursor([views[-1].id]) if len(found) > limit else None
    return answer(Page(views, following))


@router.get("/{number}", response_model=ConformanceView)
async def show_conformance(
    here: Here,
    principal: Reader,
    spoken: Spoken,
    code: EnterpriseCode,
    gateway: GatewayCode,
    number: Number,
) -> Response:
    """How a run goes, or what it came to; with its record once it is finished."""
    seen(here, principal, code)
    async with here.database.transaction() as connection:
        found = await store.find(connection, code, gateway, number)
    if found is None:
        raise not_found("run")
    return answer(_view(here, found, spoken, whole=True))


def _known(here: Window, principal: Principal, code: str, gateway: str) -> None:
    seen(here, principal, code)
    if (code, gateway) not in here.register.gateways:
        raise not_found("gateway")


async def _test_point(
    here: Window, connection: Connection, code: str, gateway: str, tag: str | None
) -> TrialPoint | None:
    """The point and its limit. Refuses one on which a test could hide something, or trip nothing."""
    if tag is None:
        return None
    place = here.register.place(code, tag)
    if place is None or place.point.gateway not in (None, gateway):
        raise Problem(Kind.INVALID, "test_tag: this gateway has no such point.")
    if any(each.enterprise == code and each.tag == tag for each in here.replica.open.values()):
        raise Problem(Kind.CONFLICT, "test_tag: it has an open alarm; choose another point.")
    limit = await store.first_limit(connection, code, tag)
    if limit is None:
        raise Problem(Kind.INVALID, "test_tag: it has no limit to trip; post a rule first.")
    return TrialPoint(tag, limit.condition, limit.limit, place.point.unit)


async def _start(
    here: Window,
    connection: Connection,
    principal: Principal,
    place: tuple[str, str],
    new: NewConformance,
    cut_s: int,
) -> Run:
    now = to_datetime(here.clock.now_ms())
    asked: dict[str, object] = {
        "enterprise": place[0],
        "gateway": place[1],
        "asked_by": principal.username,
        "test_tag": new.test_tag,
        "duration_s": new.duration_s,
        "cut_s": cut_s,
        "started_at": now,
        "ends_at": now + timedelta(seconds=new.duration_s),
        "progress": "{}",
    }
    run = await store.start(connection, asked, now - GIVEN_UP)
    if run is None:
        raise Problem(
            Kind.CONFLICT, "This gateway is being tried already: wait for its run to finish."
        )
    return run


def _asked(here: Window, run: Run, test: TrialPoint | None) -> Asked:
    return Asked(
        started_at=to_ms(run.started_at),
        ends_at=to_ms(run.ends_at),
        cut_ms=run.cut_s * 1000,
        can_cut=here.bench.can_cut,
        test=test,
    )


def _new(run: Run, asked: Asked, language: Language) -> ConformanceView:
    evidence = Evidence()
    findings = judge(asked, evidence, asked.started_at)
    paper = paper_of(run, asked, evidence, findings, asked.started_at)
    return _shown(run, paper, Outcome.RUNNING, language, None)


def _view(here: Window, run: Run, language: Language, *, whole: bool) -> ConformanceView:
    outcome = Outcome(run.outcome)
    if outcome is Outcome.RUNNING and to_datetime(here.clock.now_ms()) > run.ends_at + GIVEN_UP:
        outcome = Outcome.INTERRUPTED
    paper = None if run.progress == "{}" else msgspec.json.decode(run.progress, type=Paper)
    return _shown(run, paper, outcome, language, run.record if whole else None)


def _shown(
    run: Run, paper: Paper | None, outcome: Outcome, language: Language, record: str | None
) -> ConformanceView:
    ask = paper.ask if paper is not None and outcome is Outcome.RUNNING else None
    return ConformanceView(
        id=run.id,
        enterprise=run.enterprise,
        gateway=run.gateway,
        asked_by=run.asked_by,
        test_tag=run.test_tag,
        duration_s=run.duration_s,
        cut_s=run.cut_s,
        started_at=moment_text(run.started_at),
        ends_at=moment_text(run.ends_at),
        finished_at=None if run.finished_at is None else moment_text(run.finished_at),
        outcome=outcome,
        phase=paper.phase if paper is not None else "listening",
        messages=paper.messages if paper is not None else 0,
        passed_over=paper.passed_over if paper is not None else 0,
        items=[] if paper is None else [_item(each, language) for each in paper.items],
        ask=None if ask is None else _ask(ask, language),
        record=record,
        sha256=run.sha256,
    )


def _item(line: Line, language: Language) -> ItemView:
    zh, en = TITLES[line.item]
    is_zh = language is Language.ZH
    text = line.zh if is_zh else line.en
    return ItemView(line.item, zh if is_zh else en, line.mark, line.code, line.facts, text)


def _ask(wish: Wish, language: Language) -> AskView:
    text = wish.zh if language is Language.ZH else wish.en
    return AskView(wish.do, wish.tag, wish.condition, wish.limit, wish.unit, text)
