"""API keys: how programs of regulators and enterprises sign in; given out by the park."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

import structlog
from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    UserAdmin,
    Word,
    make_cursor,
    read_cursor,
)
from services.api.eviction import evict
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.text import Code, Name
from services.api.window import Window
from services.domain import api_key as key_text
from services.domain.api_key import MOST_DAYS, SCOPES, KeyScope
from services.runtime.clock import to_datetime
from services.store import api_key as store
from services.store import sign_in_session
from services.store.api_key import KeyRow

router = LateRouter(prefix="/api-keys", tags=["users"])
Prefix = Annotated[str, Path(pattern=r"^[a-z2-7]{8}$", examples=["k3v7qm2x"])]
_log = structlog.get_logger()


class NewKey(BaseModel):
    """What the key is for; `enterprise` exactly for role `enterprise`. A regulator's reads only."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    role: Literal["regulator", "enterprise"]
    enterprise: Code | None = None
    scopes: Annotated[list[KeyScope], Field(min_length=1, max_length=len(KeyScope))]
    days: Annotated[
        int, Field(ge=1, le=MOST_DAYS, strict=True, description="How long it is good for")
    ]


@dataclass(frozen=True, slots=True)
class KeyView:
    """A key without itself; its prefix is the part that may be told."""

    prefix: str
    name: str
    role: str
    enterprise: str | None
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key. `key` is shown once, for `Authorization: Bearer …`."""

    key: str
    prefix: str
    name: str
    role: str
    enterprise: str | None
    scopes: list[str]
    expires_at: datetime


@router.get("", response_model=Page[KeyView])
async def list_keys(
    here: Here, _: UserAdmin, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Every key by its prefix, also those that are worth nothing any more."""
    after = (read_cursor(cursor, tuple[Word]) or ("",))[0]
    async with here.database.transaction() as connection:
        found = await store.page(connection, after, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].prefix]) if len(found) > limit else None
    return answer(Page([_view(row) for row in page], following))


@router.post("", status_code=201, response_model=MadeKey)
async def create_key(here: Here, principal: UserAdmin, new: NewKey, once: OnceOnly) -> Response:
    """A new key, good at once; it is shown this once and kept as a digest."""
    _check(here, new)
    key = key_text.written(secrets.token_bytes(key_text.ENTROPY_BYTES))
    prefix = key_text.prefix_of(key)
    assert prefix is not None
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        row = KeyRow(
            prefix=prefix,
            digest=key_text.digest_of(key),
            name=new.name,
            role=new.role,
            enterprise=new.enterprise,
            scopes=sorted(set(new.scopes)),
            created_by=principal.username,
            created_at=now,
            expires_at=now + timedelta(days=new.days),
            revoked_at=None,
            version=await sign_in_session.next_version(connection),
        )
        if not await store.insert(connection, row):
            raise Problem(Kind.CONFLICT, "prefix: it was drawn twice; send this again.")
        made = answer(_made(key, row), 201)
        await once.keep(connection, made)
    _log.info("a key was made", prefix=prefix, role=row.role, by=principal.username)
    await here.accounts.refresh()
    return made


@router.delete("/{prefix}", status_code=204)
async def revoke_key(here: Here, principal: UserAdmin, prefix: Prefix, once: OnceOnly) -> Response:
    """The key is worth nothing from now on; its live push is cut."""
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        number = await sign_in_session.next_version(connection)
        if not await store.revoke(connection, prefix, principal.username, now, number):
            raise not_found("key")
        gone = await once.keep(connection, Response(status_code=204))
    _log.info("a key was revoked", prefix=prefix, by=principal.username)
    await evict(here)
    return gone


def _check(here: Window, new: NewKey) -> None:
    wrong: dict[str, str] = {}
    if (new.role == "enterprise") != (new.enterprise is not None):
        wrong["enterprise"] = "name one for the role enterprise, and none for any other role"
    elif new.enterprise is not None and new.enterprise not in here.register.enterprises:
        wrong["enterprise"] = f"{new.enterprise} is not registered; do that first"
    beyond = set(new.scopes) - SCOPES[new.role]
    if beyond:
        wrong["scopes"] = f"a key of a {new.role} reads only; leave out {', '.join(sorted(beyond))}"
    if wrong:
        raise invalid_fields(wrong)


def _view(row: KeyRow) -> KeyView:
    return KeyView(
        row.prefix,
        row.name,
        row.role,
        row.enterprise,
        row.scopes,
        row.created_by,
        row.created_at,
        row.expires_at,
        row.revoked_at,
    )


def _made(key: str, row: KeyRow) -> MadeKey:
    return MadeKey(key, row.prefix, row.name, row.role, row.enterprise, row.scopes, row.expires_at)
