"""Major hazard sources: registered, graded by GB 18218-2018, kept in versions."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import Path, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    PersonsReader,
    Registered,
    Registrar,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.day import park_day
from services.api.enterprise_view import national_code
from services.api.fence import Fences
from services.api.grades import Grades
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.register import refresh
from services.api.source_body import NewSource, SourceChange, SourceDescription
from services.api.source_grade import graded, working
from services.api.source_view import SourceView, VersionView, source_view, version_view
from services.api.text import Code
from services.api.window import Window
from services.runtime.clock import to_datetime
from services.store import enterprise_file, key_place
from services.store import hazard_source as store
from services.store import register as book
from services.store.hazard_source import NEWEST, HazardSource
from services.store.national_code import NationalCodeTaken
from services.store.register import Connection

router = LateRouter(prefix="/hazard-sources", tags=["hazard sources"], dependencies=[Registered])
EnterpriseCode = Annotated[Code, Path()]
SourceCode = Annotated[Code, Path()]
SLICE = 50
"""Hazard sources looked at before others get their turn."""

VersionNumber = Annotated[int, msgspec.Meta(ge=1, le=NEWEST)]


def seen_source(here: Window, principal: Principal, enterprise: str, code: str) -> HazardSource:
    """The hazard source, if it exists for this person."""
    found = here.register.hazard_sources.get((enterprise, code))
    if found is None or not principal.sees(enterprise):
        raise not_found("hazard source")
    return found


@router.get("", response_model=Page[SourceView])
async def list_sources(
    here: Here,
    principal: PersonsReader,
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Hazard sources by enterprise and code, each with its grade and its risk now."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    known = here.register.hazard_sources
    keys = sorted(k for k in known if k > after and (scope is None or k[0] in scope))
    page = keys[:limit]
    following = make_cursor(page[-1]) if len(keys) > limit else None
    grades, views = Grades(here, scope), []
    for number, key in enumerate(page):
        views.append(_view(grades, known[key]))
        if number % SLICE == SLICE - 1:
            await asyncio.sleep(0)
    return answer(Page(views, following))


@router.post("", status_code=201, response_model=SourceView)
async def create_source(
    here: Here, principal: Registrar, new: NewSource, once: OnceOnly
) -> Response:
    """Register a hazard source; S, R and the level are computed, and the working is shown."""
    if new.enterprise not in here.register.enterprises or not principal.sees(new.enterprise):
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    made = _source(here, principal, new.enterprise, new.code, new)
    _check_national_code(here, made)
    _check_filed(here, made)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        if await store.find(connection, made.enterprise, made.code) is not None:
            raise Problem(
                Kind.CONFLICT, f"code: {made.code} is registered already; change it with PATCH."
            )
        place = await key_place.find(connection, made.enterprise, made.code)
        if place is not None and not place.removed:
            raise Problem(Kind.CONFLICT, f"code: {made.code} is a key place; choose another.")
        if await enterprise_file.has_zone(connection, made.enterprise, made.code):
            raise Problem(Kind.CONFLICT, f"code: {made.code} is a zone; choose another.")
        await _check_position(connection, made)
        done = await _put(here, connection, made, number, once, 201)
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{code}", response_model=SourceView)
async def get_source(
    here: Here, principal: PersonsReader, enterprise: EnterpriseCode, code: SourceCode
) -> Response:
    """One hazard source, with the working of its grade."""
    found = seen_source(here, principal, enterprise, code)
    return answer(_view(Grades(here, frozenset({enterprise})), found))


@router.patch("/{enterprise}/{code}", response_model=SourceView)
async def change_source(
    here: Here,
    principal: Registrar,
    enterprise: EnterpriseCode,
    code: SourceCode,
    change: SourceChange,
    once: OnceOnly,
) -> Response:
    """Change what is named, null empties; a new version, graded anew, and the old one is kept."""
    seen_source(here, principal, enterprise, code)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.find(connection, enterprise, code)
        if known is None:
            raise not_found("hazard source")
        described = _changed(known, change)
        made = replace(
            _source(here, principal, enterprise, code, described),
            version=known.version + 1,
            created_at=known.created_at,
        )
        if "national_code" in change.model_fields_set:
            _check_national_code(here, made)
        if "filed_on" in change.model_fields_set:
            _check_filed(here, made)
        if change.model_fields_set & {"lon", "lat"}:
            await _check_position(connection, made)
        done = await _put(here, connection, made, number, once, 200)
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{code}/versions", response_model=Page[VersionView])
async def list_versions(
    here: Here,
    principal: PersonsReader,
    enterprise: EnterpriseCode,
    code: SourceCode,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every version of a hazard source with the working of its time, newest first."""
    below = (read_cursor(cursor, tuple[VersionNumber]) or (NEWEST,))[0]
    seen_source(here, principal, enterprise, code)
    async with here.database.transaction() as connection:
        found = await store.versions(connection, enterprise, code, below, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].version]) if len(found) > limit else None
    return answer(Page([version_view(each) for each in page], following))


def _source(
    here: Window, principal: Principal, enterprise: str, code: str, described: SourceDescription
) -> HazardSource:
    """The first version; refuses what cannot be graded."""
    found = graded(described)
    now = to_datetime(here.clock.now_ms())
    return HazardSource(
        enterprise=enterprise,
        code=code,
        version=1,
        name=described.name,
        name_en=described.name_en,
        unit_type=described.unit_type.value,
        exposed_people=described.exposed_people,
        substances=described.holdings(),
        working=working(found),
        s=float(found.s),
        r=float(found.r),
        level=found.level,
        particulars=described.particulars(),
        created_at=now,
        valid_from=now,
        valid_to=None,
        changed_by=principal.username,
        reason=described.reason,
    )


def _check_national_code(here: Window, made: HazardSource) -> None:
    """Its first 11 digits are the enterprise's, where the register has those; and no source of
    another enterprise has all of it. Whose that is, is not told."""
    enterprise = here.register.enterprises[made.enterprise]
    own = national_code(enterprise.code, enterprise.file)
    sent = made.particulars.get("national_code")
    if own is not None and sent is not None and not sent.startswith(own):
        raise invalid_fields({"national_code": f"it must begin with the enterprise's {own}"})
    others = here.register.hazard_sources.values()
    if sent is not None and any(
        each.particulars.get("national_code") == sent
        for each in others
        if each.enterprise != made.enterprise
    ):
        raise _taken()


def _taken() -> Problem:
    told = "national_code: a hazard source of another enterprise has it already; look for a slip."
    return Problem(Kind.CONFLICT, told)


def _check_filed(here: Window, made: HazardSource) -> None:
    today, filed = park_day(here.clock.now_ms()), made.particulars.get("filed_on")
    if filed is not None and date.fromisoformat(filed) > today:
        told = f"{filed} lies ahead: it is the day on which it was filed, and today is {today}"
        raise invalid_fields({"filed_on": told})


async def _check_position(connection: Connection, made: HazardSource) -> None:
    fences = await Fences.of(connection, [made.enterprise])
    place = made.particulars
    told = fences.outside(made.enterprise, place.get("lon"), place.get("lat"))
    if told is not None:
        raise invalid_fields({"lon": told})


async def _put(
    here: Window,
    connection: Connection,
    made: HazardSource,
    number: int,
    once: OnceOnly,
    status: int,
) -> Response:
    other = await store.with_national_code(connection, made)
    if other is not None:
        raise Problem(Kind.CONFLICT, f"national_code: {other} has it already; look for a slip.")
    try:
        await store.put(connection, made, number)
    except NationalCodeTaken:
        raise _taken() from None
    grades = Grades(here, frozenset({made.enterprise}))
    return await once.keep(connection, answer(_view(grades, made), status))


def _changed(known: HazardSource, change: SourceChange) -> SourceDescription:
    """As it is described after the change; refuses what does not fit together then."""
    values: dict[str, Any] = {
        "name": known.name,
        "name_en": known.name_en,
        "unit_type": known.unit_type,
        "exposed_people": known.exposed_people,
        "substances": known.substances,
        **known.particulars,
        **change.model_dump(mode="json", by_alias=True, exclude_unset=True),
    }
    try:
        return SourceDescription.model_validate(values)
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(wrong) from None


def _view(grades: Grades, source: HazardSource) -> SourceView:
    state = grades.source(source)
    return source_view(source, state.mark.grade, state.risk.level)
