"""Enterprises: the tenants of the park, and their files (一企一档)."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Annotated, Any

from fastapi import Path, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    PersonsReader,
    Reader,
    Registered,
    Registrar,
    Word,
    make_cursor,
    read_cursor,
)
from services.api.change_list import ChangeView, change_page
from services.api.day import park_day
from services.api.enterprise_body import (
    FILE,
    EnterpriseChange,
    EnterpriseDescription,
    KnownSubstance,
    NewEnterprise,
    undeclared,
)
from services.api.enterprise_view import (
    EnterpriseFileView,
    EnterpriseView,
    enterprise_view,
    file_view,
    national_code,
)
from services.api.fence import Fences, area_of, stored_shape
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.register import refresh
from services.api.text import Code
from services.api.window import Window
from services.domain.canary import is_reserved
from services.domain.drill import is_twins_code
from services.runtime.clock import to_datetime
from services.store import enterprise_file as store
from services.store import hazard_source, key_place
from services.store.national_code import NationalCodeTaken
from services.store.register import Connection, Enterprise, next_version
from services.store.register_history import HistorySubject, note

router = LateRouter(prefix="/enterprises", tags=["enterprises"], dependencies=[Registered])
EnterpriseCode = Annotated[Code, Path()]
ANOTHER = "another enterprise"
"""Whoever does not see the other is told no more."""
MOST_POSITIONS = 100_000
"""Points that are looked at when an area moves."""


def seen(here: Window, principal: Principal, code: str) -> Enterprise:
    """The enterprise, if it exists for this person."""
    found = here.register.enterprises.get(code) if principal.sees(code) else None
    if found is None:
        raise not_found("enterprise")
    return found


@router.get("", response_model=Page[EnterpriseView])
async def list_enterprises(
    here: Here, principal: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """The enterprises of the park, by code."""
    after = read_cursor(cursor, tuple[Word]) or ("",)
    codes = sorted(c for c in here.register.enterprises if c > after[0] and principal.sees(c))
    page = codes[:limit]
    following = make_cursor([page[-1]]) if len(codes) > limit else None
    views = [enterprise_view(here.register.enterprises[code]) for code in page]
    return answer(Page(views, following))


@router.post("", status_code=201, response_model=EnterpriseFileView)
async def create_enterprise(
    here: Here, principal: Registrar, new: NewEnterprise, once: OnceOnly
) -> Response:
    """Register an enterprise, with as much of its file as is known."""
    if principal.scope is not None:
        raise Problem(Kind.FORBIDDEN, "Only the park registers enterprises; ask its supervisor.")
    if is_reserved(new.code) or is_twins_code(new.code):
        raise Problem(Kind.CONFLICT, f"code: {new.code} is the platform's own; choose another.")
    _check_substances(new.substances)
    file = new.file()
    async with here.database.transaction() as connection:
        await _check_national_code(here, principal, connection, new.code, file)
        try:
            made = await store.insert_enterprise(connection, new.code, new.name, new.name_en, file)
        except NationalCodeTaken:
            raise _taken(ANOTHER) from None
        if made is None:
            raise Problem(Kind.CONFLICT, f"code: {new.code} is taken; choose another.")
        await _note(here, principal, connection, None, made)
        done = await once.keep(connection, answer(file_view(made, _today(here)), 201))
    await refresh(here.follower)
    return done


@router.get("/{code}", response_model=EnterpriseFileView)
async def get_enterprise(here: Here, principal: PersonsReader, code: EnterpriseCode) -> Response:
    """One enterprise with its whole file. Contacts are personal data: the park, regulators and the
    enterprise itself see them."""
    return answer(file_view(seen(here, principal, code), _today(here)))


@router.patch("/{code}", response_model=EnterpriseFileView)
async def change_enterprise(
    here: Here,
    principal: Registrar,
    code: EnterpriseCode,
    change: EnterpriseChange,
    once: OnceOnly,
) -> Response:
    """Change what is named, null empties. The file is checked as a whole; an area must hold the
    points that stand there already."""
    seen(here, principal, code)
    _check_substances(change.substances)
    async with here.database.transaction() as connection:
        number = await next_version(connection)
        known = await store.find_enterprise(connection, code)
        if known is None:
            raise not_found("enterprise")
        described = _changed(known, change)
        now = replace(known, name=described.name, name_en=described.name_en, file=described.file())
        await _check_own_code(connection, known, now)
        await _check_national_code(here, principal, connection, now.code, now.file)
        await _check_zones(connection, known, now)
        if now.file.get("area") != known.file.get("area"):
            await _check_points(connection, now)
        try:
            changed = await store.update_enterprise(connection, now, number)
        except NationalCodeTaken:
            raise _taken(ANOTHER) from None
        if changed is None:
            raise not_found("enterprise")
        await _note(here, principal, connection, known, changed)
        done = await once.keep(connection, answer(file_view(changed, _today(here))))
    await refresh(here.follower)
    return done


@router.get("/{code}/history", response_model=Page[ChangeView])
async def list_changes(
    here: Here,
    principal: PersonsReader,
    code: EnterpriseCode,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every change of an enterprise's file, newest first: who, when, before and after."""
    seen(here, principal, code)
    return await change_page(here, HistorySubject.ENTERPRISE, code, code, limit, cursor)


def _changed(known: Enterprise, change: EnterpriseChange) -> EnterpriseDescription:
    """As it is described after the change; refuses what does not fit together then."""
    told = change.model_dump(mode="json", by_alias=True, exclude_unset=True)
    values: dict[str, Any] = {"name": known.name, "name_en": known.name_en, **known.file, **told}
    emptied = {name for name in FILE if values.get(name) is None}
    try:
        return EnterpriseDescription.model_validate(
            {name: value for name, value in values.items() if name not in emptied}
        )
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(wrong) from None


def _check_substances(told: list[KnownSubstance] | None) -> None:
    """Those that are told now; what stood there before this was asked stands until they change."""
    wrong = undeclared(told)
    if wrong:
        raise invalid_fields(wrong)


async def _check_own_code(connection: Connection, known: Enterprise, now: Enterprise) -> None:
    """A code of 11 digits is the national one itself, also after a change; and the codes of its hazard
    sources begin with it."""
    own, national = national_code(now.code, {}), national_code(now.code, now.file)
    if own is not None and national != own:
        told = f"{own} is its code and has 11 digits: one of them is a slip"
        raise invalid_fields({"national_code": told})
    if national is None or national == national_code(known.code, known.file):
        return
    other = await hazard_source.apart_from_national(connection, now.code, national)
    if other is not None:
        code, has = other
        told = f"hazard source {code} has {has}, which does not begin with it; empty that first"
        raise invalid_fields({"national_code": told})


async def _check_national_code(
    here: Window, principal: Principal, connection: Connection, code: str, file: Mapping[str, Any]
) -> None:
    """Two enterprises never have one code. Whose it is, only who sees that one is told; who does not
    has a transaction that does not see it either, so the register is asked as well. What comes in the
    same moment the database refuses (`NationalCodeTaken`)."""
    national = national_code(code, file)
    if national is None:
        return
    known = (each for each in here.register.enterprises.values() if each.code != code)
    other = await store.with_national_code(connection, code, national) or next(
        (each.code for each in known if national_code(each.code, each.file) == national), None
    )
    if other is not None:
        raise _taken(other if principal.sees(other) else ANOTHER)


def _taken(whose: str) -> Problem:
    return Problem(Kind.CONFLICT, f"national_code: {whose} has it already; look for a slip.")


async def _check_zones(connection: Connection, known: Enterprise, now: Enterprise) -> None:
    """No two objects of an enterprise have one code, zones neither."""
    had = {zone["code"] for zone in known.file.get("zones", [])}
    for number, zone in enumerate(now.file.get("zones", [])):
        code = zone["code"]
        place = None if code in had else await key_place.find(connection, now.code, code)
        what = None if place is None or place.removed else "key place"
        if code not in had and await hazard_source.find(connection, now.code, code) is not None:
            what = "hazard source"
        if what is not None:
            told = f"zones.{number}.code: {code} is a {what}; choose another."
            raise Problem(Kind.CONFLICT, told)


async def _check_points(connection: Connection, enterprise: Enterprise) -> None:
    """No point and no hazard source is left outside of an area by moving that, no key place far
    from it."""
    if "area" not in enterprise.file:
        return
    found = await store.positions(connection, enterprise.code, MOST_POSITIONS)
    places = await key_place.of_enterprise(connection, enterprise.code)
    fences = Fences({enterprise.code: area_of(enterprise.file["area"])})

    def first_outside() -> str | None:
        told = (
            f"{tag}: {why}"
            for tag, lon, lat in found
            if (why := fences.outside(enterprise.code, lon, lat)) is not None
        )
        distant = (
            f"{each.code}: {why}"
            for each in places
            if (why := fences.far(enterprise.code, stored_shape(each.geometry))) is not None
        )
        return next(chain(told, distant), None)

    outside = await asyncio.to_thread(first_outside)
    if outside is not None:
        raise invalid_fields({"area": f"it would leave outside what stands in it now, {outside}"})


async def _note(
    here: Window,
    principal: Principal,
    connection: Connection,
    before: Enterprise | None,
    after: Enterprise,
) -> None:
    await note(
        connection,
        HistorySubject.ENTERPRISE,
        after.code,
        after.code,
        principal.username,
        to_datetime(here.clock.now_ms()),
        None if before is None else _fields(before),
        _fields(after),
    )


def _fields(enterprise: Enterprise) -> dict[str, Any]:
    return {"name": enterprise.name, "name_en": enterprise.name_en, **enterprise.file}


def _today(here: Window) -> date:
    return park_day(here.clock.now_ms())
