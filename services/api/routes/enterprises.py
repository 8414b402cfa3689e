"""Enterprises: the tenants of the park, and their files (一企一档)."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
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
    NewEnterprise,
)
from services.api.enterprise_view import (
    EnterpriseFileView,
    EnterpriseView,
    enterprise_view,
    file_view,
    national_code,
)
from services.api.fence import Fences, area_of
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.register import refresh
from services.api.text import Code
from services.api.window import Window
from services.domain.canary import is_reserved
from services.runtime.clock import to_datetime
from services.store import enterprise_file as store
from services.store.register import Connection, Enterprise, next_version
from services.store.register_history import HistorySubject, note

router = APIRouter(prefix="/enterprises", tags=["enterprises"])
EnterpriseCode = Annotated[Code, Path()]
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
    if is_reserved(new.code):
        raise Problem(Kind.CONFLICT, f"code: {new.code} is the platform's own; choose another.")
    file = new.file()
    async with here.database.transaction() as connection:
        made = await store.insert_enterprise(connection, new.code, new.name, new.name_en, file)
        if made is None:
            raise Problem(Kind.CONFLICT, f"code: {new.code} is taken; choose another.")
        await _check_national_code(connection, made)
        await _note(here, principal, connection, None, made)
        done = await once.keep(connection, answer(file_view(made, _today(here)), 201))
    await refresh(here.follower)
    return done


@router.get("/{code}", response_model=EnterpriseFileView)
async def get_enterprise(here: Here, principal: Reader, code: EnterpriseCode) -> Response:
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
    async with here.database.transaction() as connection:
        number = await next_version(connection)
        known = await store.find_enterprise(connection, code)
        if known is None:
            raise not_found("enterprise")
        described = _changed(known, change)
        now = replace(known, name=described.name, name_en=described.name_en, file=described.file())
        await _check_national_code(connection, now)
        if now.file.get("area") != known.file.get("area"):
            await _check_points(connection, now)
        changed = await store.update_enterprise(connection, now, number)
        if changed is None:
            raise not_found("enterprise")
        await _note(here, principal, connection, known, changed)
        done = await once.keep(connection, answer(file_view(changed, _today(here))))
    await refresh(here.follower)
    return done


@router.get("/{code}/history", response_model=Page[ChangeView])
async def list_changes(
    here: Here,
    principal: Reader,
    code: EnterpriseCode,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every change of an enterprise's file, newest first: who, when, before and after."""
    seen(here, principal, code)
    return await change_page(here, HistorySubject.ENTERPRISE, code, code, limit, cursor)


def _changed(known: Enterprise, change: EnterpriseChange) -> EnterpriseDescription:
    """As it is described after the change; refuses what does not fit together then."""
    told = change.model_dump(mode="json", exclude_unset=True)
    values: dict[str, Any] = {"name": known.name, "name_en": known.name_en, **known.file, **told}
    emptied = {name for name in FILE if values.get(name) is None}
    try:
        return EnterpriseDescription.model_validate(
            {name: value for name, value in values.items() if name not in emptied}
        )
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(wrong) from None


async def _check_national_code(connection: Connection, enterprise: Enterprise) -> None:
    """Two enterprises never have one code."""
    national = national_code(enterprise.code, enterprise.file)
    if national is None:
        return
    other = await store.with_national_code(connection, enterprise.code, national)
    if other is not None:
        raise Problem(Kind.CONFLICT, f"national_code: {other} has it already; look for a slip.")


async def _check_points(connection: Connection, enterprise: Enterprise) -> None:
    """No point and no hazard source is left outside of an area by moving that."""
    if "area" not in enterprise.file:
        return
    found = await store.positions(connection, enterprise.code, MOST_POSITIONS)
    fences = Fences({enterprise.code: area_of(enterprise.file["area"])})

    def first_outside() -> str | None:
        told = (
            f"{tag}: {why}"
            for tag, lon, lat in found
            if (why := fences.outside(enterprise.code, lon, lat)) is not None
        )
        return next(told, None)

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
