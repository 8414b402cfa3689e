"""Enterprises: the tenants of the park."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict

from services.api.alarm_view import moment_text
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
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.text import Code, Name
from services.api.window import Window
from services.domain.canary import is_reserved
from services.store import register as store
from services.store.register import Enterprise

router = APIRouter(prefix="/enterprises", tags=["enterprises"])
EnterpriseCode = Annotated[Code, Path()]


class NewEnterprise(BaseModel):
    """A new tenant; its code stands in its gateways' topics."""

    model_config = ConfigDict(extra="forbid")
    code: Code
    name: Name
    name_en: Name | None = None


class EnterpriseChange(BaseModel):
    """What changes; whatever is not named stays."""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    name_en: Name | None = None


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """A tenant."""

    code: str
    name: str
    name_en: str | None
    created_at: str


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
    return answer(Page([_view(here.register.enterprises[code]) for code in page], following))


@router.post("", status_code=201, response_model=EnterpriseView)
async def create_enterprise(
    here: Here, principal: Registrar, new: NewEnterprise, once: OnceOnly
) -> Response:
    """Register an enterprise."""
    if principal.scope is not None:
        raise Problem(Kind.FORBIDDEN, "Only the park registers enterprises; ask its supervisor.")
    if is_reserved(new.code):
        raise Problem(Kind.CONFLICT, f"code: {new.code} is the platform's own; choose another.")
    async with here.database.transaction() as connection:
        made = await store.insert_enterprise(connection, new.code, new.name, new.name_en)
        if made is None:
            raise Problem(Kind.CONFLICT, f"code: {new.code} is taken; choose another.")
        done = await once.keep(connection, answer(_view(made), 201))
    await refresh(here.follower)
    return done


@router.get("/{code}", response_model=EnterpriseView)
async def get_enterprise(here: Here, principal: Reader, code: EnterpriseCode) -> Response:
    """One enterprise."""
    return answer(_view(seen(here, principal, code)))


@router.patch("/{code}", response_model=EnterpriseView)
async def change_enterprise(
    here: Here,
    principal: Registrar,
    code: EnterpriseCode,
    change: EnterpriseChange,
    once: OnceOnly,
) -> Response:
    """Another name."""
    known = seen(here, principal, code)
    name = change.name or known.name
    name_en = change.name_en if "name_en" in change.model_fields_set else known.name_en
    async with here.database.transaction() as connection:
        changed = await store.update_enterprise(connection, code, name, name_en)
        if changed is None:
            raise not_found("enterprise")
        done = await once.keep(connection, answer(_view(changed)))
    await refresh(here.follower)
    return done


def _view(enterprise: Enterprise) -> EnterpriseView:
    return EnterpriseView(
        enterprise.code,
        enterprise.name,
        enterprise.name_en,
        moment_text(enterprise.created_at),
    )
