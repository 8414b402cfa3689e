"""Sessions: where somebody is signed in, and signing them out there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Path, Response

from services.api.answer import Page, answer
from services.api.asking import (
    AccountOwner,
    Cursor,
    Here,
    Limit,
    Ms,
    OnceOnly,
    UserAdmin,
    UserReader,
    Word,
    make_cursor,
    read_cursor,
)
from services.api.eviction import evict
from services.api.late_route import LateRouter
from services.api.problem import not_found
from services.api.text import KnownUsername
from services.api.window import Window
from services.domain.session_life import Right
from services.runtime.clock import to_datetime, to_ms
from services.store import sign_in_session as store
from services.store.sign_in_session import SessionRow

router = LateRouter(tags=["session"])
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,40}$")]
Name = Annotated[KnownUsername, Path()]


@dataclass(frozen=True, slots=True)
class SessionView:
    """Where somebody is signed in. `current`: the one that asks. `right`: what it may still do
    (`full`, `show` once it ran out under an open console, `enrol`). `program`: as the client calls itself."""

    id: str
    current: bool
    right: str
    signed_in_at: datetime
    expires_at: datetime
    used_at: datetime
    shown_at: datetime | None
    with_second_factor: bool
    address: str
    program: str


@router.get("/me/sessions", response_model=Page[SessionView])
async def list_my_sessions(
    here: Here, principal: AccountOwner, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Where I am signed in, newest first."""
    return await _list(here, principal.username, principal.session, limit, cursor)


@router.delete("/me/sessions/{session}", status_code=204)
async def end_my_session(
    here: Here, principal: AccountOwner, session: Id, once: OnceOnly
) -> Response:
    """Sign me out there."""
    return await _end(here, principal.username, session, principal.username, once)


@router.get("/users/{username}/sessions", response_model=Page[SessionView])
async def list_sessions(
    here: Here, principal: UserReader, username: Name, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Where somebody is signed in, newest first."""
    return await _list(here, username, principal.session, limit, cursor)


@router.delete("/users/{username}/sessions", status_code=204)
async def end_sessions(
    here: Here, principal: UserAdmin, username: Name, once: OnceOnly
) -> Response:
    """Sign somebody out everywhere."""
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        number = await store.next_version(connection)
        await store.end_others(connection, username, None, principal.username, now, number)
        gone = await once.keep(connection, Response(status_code=204))
    await evict(here)
    return gone


@router.delete("/users/{username}/sessions/{session}", status_code=204)
async def end_session(
    here: Here, principal: UserAdmin, username: Name, session: Id, once: OnceOnly
) -> Response:
    """Sign somebody out there."""
    return await _end(here, username, session, principal.username, once)


async def _list(
    here: Window, username: str, current: str | None, limit: int, cursor: str | None
) -> Response:
    place: tuple[int, str] | None = read_cursor(cursor, tuple[Ms, Word])
    after = None if place is None else (to_datetime(place[0]), place[1])
    async with here.database.transaction() as connection:
        rows = await store.of_user(connection, username, after, limit + 1)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        following = make_cursor([to_ms(page[-1].signed_in_at), page[-1].id])
    # One that ran out and is not swept away yet is none: a page may hold fewer than were asked for.
    standing = [(row, here.accounts.right_of(row.id)) for row in page]
    views = [_view(row, right, current) for row, right in standing if right is not None]
    return answer(Page(views, following))


async def _end(here: Window, username: str, session: str, by: str, once: OnceOnly) -> Response:
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        number = await store.next_version(connection)
        if not await store.end_one(connection, username, session, by, now, number):
            raise not_found("session")
        gone = await once.keep(connection, Response(status_code=204))
    await evict(here)
    return gone


def _view(row: SessionRow, right: Right, current: str | None) -> SessionView:
    return SessionView(
        row.id,
        row.id == current,
        right,
        row.signed_in_at,
        row.expires_at,
        row.used_at,
        row.shown_at,
        row.with_second_factor,
        row.address,
        row.program,
    )
