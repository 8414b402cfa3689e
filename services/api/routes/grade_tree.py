"""The park as a tree: enterprises, hazard sources and key places, equipment, points, each with its
grade."""

import asyncio
from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import Query, Request, Response

from services.api.alarm_view import time_text
from services.api.answer import Page
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Reader,
    Registered,
    Spoken,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.grades import Grades, SourceState
from services.api.late_route import LateRouter
from services.api.text import Code
from services.api.unchanged import TAGGED, tagged
from services.api.window import Window
from services.api.wording import Language, sentence
from services.domain.drill import is_twin
from services.domain.grade_tree import Mark
from services.store.key_place import KeyPlace
from services.store.register import Enterprise

router = LateRouter(tags=["hazard sources"], dependencies=[Registered])


@dataclass(frozen=True, slots=True)
class GradeView:
    """`grade` of the worst active alarm, 1 red to 4 blue, null when none; `worst` is that alarm and
    `why` its sentence. Alarms off the board are counted apart."""

    grade: int | None
    active: int
    off_board: int
    worst: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class PointNode(GradeView):
    """A point that has alarms."""

    tag: str


@dataclass(frozen=True, slots=True)
class EquipmentNode(GradeView):
    """A piece of equipment, with those of its points that have alarms."""

    name: str
    points: int
    alarming: list[PointNode]


@dataclass(frozen=True, slots=True)
class SourceNode(GradeView):
    """A hazard source. `registered` false: only points name it, so that it has no level.
    `risk_index` 0 to 100 and its `risk_level`, 1 to 4, are of our index."""

    code: str
    name: str | None
    name_en: str | None
    registered: bool
    level: int | None
    r: float | None
    risk_level: int
    risk_index: float
    points: int
    points_online: int | None
    equipment: list[EquipmentNode]


@dataclass(frozen=True, slots=True)
class PlaceNode(GradeView):
    """A key place: a pipe corridor, fire water, a power feed, a road, a gate. Its points may be of
    a hazard source, too."""

    code: str
    kind: str
    name: str
    name_en: str | None
    points: int
    points_online: int | None


@dataclass(frozen=True, slots=True)
class EnterpriseNode(GradeView):
    """An enterprise; its grade counts what is of none of its hazard sources and places, too."""

    code: str
    name: str
    name_en: str | None
    hazard_sources: list[SourceNode]
    places: list[PlaceNode]


@dataclass(frozen=True, slots=True)
class Tree(Page[EnterpriseNode]):
    """Enterprises by code. `park` is null for those who see a part of it; `live` false: no engine
    answers, this is as last known."""

    park: GradeView | None
    live: bool
    at: str


@router.get("/tree", response_model=Tree, responses=TAGGED)
async def get_tree(
    request: Request,
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Grades up the tree, from the live state: also while the database is away. Its tag (ETag) is
    over grades, alarms, risk levels and configuration."""
    scope = narrowed(principal, enterprise)
    after = (read_cursor(cursor, tuple[Word]) or ("",))[0]
    known = here.register.enterprises
    field = (code for code in known if not is_twin(code))
    codes = sorted(c for c in field if c > after and (scope is None or c in scope))
    grades, sources, found = Grades(here, scope), here.register.sources(), []
    for code in codes[:limit]:
        found.append(_enterprise(grades, known[code], sources.get(code, []), language))
        await asyncio.sleep(0)
    park = _standing(here, grades.tree.park, language)
    body = Tree(
        items=found,
        next=make_cursor([codes[limit - 1]]) if len(codes) > limit else None,
        park=GradeView(**park) if scope is None else None,
        live=here.vitals.live,
        at=time_text(here.clock.now_ms()),
    )
    return tagged(request, body, _lasting(asdict(body)) | {"language": language})


def _lasting(body: dict[str, Any]) -> dict[str, Any]:
    """All of it without what changes by itself from one second to the next."""
    del body["at"]
    for enterprise in body["items"]:
        for source in enterprise["hazard_sources"]:
            del source["risk_index"], source["points_online"]
        for place in enterprise["places"]:
            del place["points_online"]
    return body


def _enterprise(
    grades: Grades, enterprise: Enterprise, sources: list[str], language: Language
) -> EnterpriseNode:
    here, tree = grades.here, grades.tree
    return EnterpriseNode(
        **_standing(here, tree.enterprises.get((enterprise.code,), Mark()), language),
        code=enterprise.code,
        name=enterprise.name,
        name_en=enterprise.name_en,
        hazard_sources=[_source(grades, enterprise.code, code, language) for code in sources],
        places=[
            _place(grades, each, language) for each in here.register.key_places.of(enterprise.code)
        ],
    )


def _place(grades: Grades, place: KeyPlace, language: Language) -> PlaceNode:
    state = grades.place(place)
    return PlaceNode(
        **_standing(grades.here, state.mark, language),
        code=place.code,
        kind=place.kind,
        name=place.name,
        name_en=place.name_en,
        points=state.points,
        points_online=state.online,
    )


def _source(grades: Grades, enterprise: str, code: str, language: Language) -> SourceNode:
    here = grades.here
    known = here.register.hazard_sources.get((enterprise, code))
    state = grades.named(enterprise, code) if known is None else grades.source(known)
    return SourceNode(
        **_standing(here, state.mark, language),
        code=code,
        name=None if known is None else known.name,
        name_en=None if known is None else known.name_en,
        registered=known is not None,
        level=None if known is None else known.level,
        r=None if known is None else known.r,
        risk_level=state.risk.level,
        risk_index=state.risk.value,
        points=state.sensors,
        points_online=state.online,
        equipment=_equipment(grades, enterprise, code, state, language),
    )


def _equipment(
    grades: Grades, enterprise: str, source: str, state: SourceState, language: Language
) -> list[EquipmentNode]:
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for place in state.places:
        if place.equipment is not None:
            tags[place.equipment].append(place.point.tag)
    here, tree = grades.here, grades.tree
    return [
        EquipmentNode(
            **_standing(here, tree.equipment.get((enterprise, source, name), Mark()), language),
            name=name,
            points=len(those),
            alarming=[
                PointNode(**_standing(here, tree.points[enterprise, tag], language), tag=tag)
                for tag in those
                if (enterprise, tag) in tree.points
            ],
        )
        for name, those in sorted(tags.items())
    ]


def _standing(here: Window, mark: Mark, language: Language) -> dict[str, Any]:
    """The fields of a `GradeView`."""
    worst = None if mark.worst is None else here.replica.open.get(mark.worst.id)
    return {
        "grade": mark.grade,
        "active": mark.active,
        "off_board": mark.off_board,
        "worst": None if mark.worst is None else mark.worst.id,
        "why": None if worst is None else sentence(worst, language),
    }
