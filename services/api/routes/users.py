"""People: the admin gives out names, passwords, roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.accounts import new_token_version, principal_of
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    UserAdmin,
    UserReader,
    Word,
    make_cursor,
    read_cursor,
)
from services.api.eviction import evict
from services.api.late_route import LateRouter
from services.api.permission import Role
from services.api.problem import Kind, Problem, not_found
from services.api.text import Code, KnownUsername, NewPassword, Username
from services.api.window import Window
from services.domain.duty import Duty
from services.domain.password_mark import NO_PASSWORD
from services.runtime.clock import to_datetime
from services.store import people, sign_in_session
from services.store.people import Account, SignIn

router = LateRouter(prefix="/users", tags=["users"])
Name = Annotated[KnownUsername, Path()]
Duties = Annotated[Sequence[Duty], Field(max_length=len(Duty))]


class NewUser(BaseModel):
    """A person who may sign in; `enterprise` exactly for role `enterprise`, `duties` only there."""

    model_config = ConfigDict(extra="forbid")
    username: Username
    password: NewPassword
    role: Role
    enterprise: Code | None = None
    duties: Duties = ()


class UserChange(BaseModel):
    """What changes; whatever is not named stays."""

    model_config = ConfigDict(extra="forbid")
    password: NewPassword | None = None
    role: Role | None = None
    enterprise: Code | None = None
    duties: Duties | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person who may sign in; `second_factor`: a code is asked for when they do; `duties`: what
    somebody of an enterprise is there for, which grants nothing."""

    username: str
    role: str
    enterprise: str | None
    duties: list[str]
    second_factor: bool


@router.get("", response_model=Page[User])
async def list_users(
    here: Here, _: UserReader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Everybody, by name."""
    after = (read_cursor(cursor, tuple[Word]) or ("",))[0]
    async with here.database.transaction() as connection:
        known = await people.accounts(connection)
    # By our own order, not by a collation of the database's: the cursor is compared here.
    found = sorted((a for a in known if a.username > after), key=lambda a: a.username)
    page = found[:limit]
    following = make_cursor([page[-1].username]) if len(found) > limit else None
    return answer(Page([_user(account) for account in page], following))


@router.post("", status_code=201, response_model=User)
async def create_user(here: Here, _: UserAdmin, new: NewUser, once: OnceOnly) -> Response:
    """Let somebody sign in, at once."""
    _check(here, new.role, new.enterprise, new.duties)
    hashed = await here.passwords.hash(new.password)
    duties = _told(new.duties)
    user = SignIn(new.username, new.role, new.enterprise, new_token_version(), hashed, duties)
    async with here.database.transaction() as connection:
        if await people.insert(connection, user) is None:
            raise Problem(Kind.CONFLICT, f"username: {new.username} is taken; choose another.")
        made = answer(User(new.username, new.role, new.enterprise, duties, False), 201)
        await once.keep(connection, made)
    await here.accounts.refresh()
    return made


@router.patch("/{username}", response_model=User)
async def change_user(
    here: Here, by: UserAdmin, username: Name, change: UserChange, once: OnceOnly
) -> Response:
    """Another password, role, enterprise or other duties; whoever is signed in with it is signed out."""
    hashed = await here.passwords.hash(change.password) if change.password else None
    now = to_datetime(here.clock.now_ms())
    async with here.database.transaction() as connection:
        number = await sign_in_session.next_version(connection)
        admins = await people.lock_admins(connection)
        known = await people.sign_in(connection, username)
        if known is None:
            raise not_found("user")
        if hashed is not None and known.password_hash == NO_PASSWORD:
            raise Problem(Kind.CONFLICT, "password: this user signs in by the provider alone.")
        role = change.role or Role(known.role)
        enterprise = known.enterprise if role is Role.ENTERPRISE else None
        if "enterprise" in change.model_fields_set:
            enterprise = change.enterprise
        duties = known.duties if role is Role.ENTERPRISE else []
        if change.duties is not None:
            duties = _told(change.duties)
        _check(here, role, enterprise, duties)
        if role is not Role.ADMIN:
            _keep_one(admins, username)
        await people.update(connection, username, role, enterprise, duties, hashed)
        await sign_in_session.end_others(connection, username, None, by.username, now, number)
        view = User(username, role, enterprise, duties, known.second_factor)
        changed = await once.keep(connection, answer(view))
    await evict(here)
    return changed


@router.delete("/{username}", status_code=204)
async def delete_user(here: Here, _: UserAdmin, username: Name, once: OnceOnly) -> Response:
    """Sign somebody out for good."""
    async with here.database.transaction() as connection:
        await sign_in_session.next_version(connection)
        _keep_one(await people.lock_admins(connection), username)
        if not await people.delete(connection, username):
            raise not_found("user")
        gone = await once.keep(connection, Response(status_code=204))
    await evict(here)
    return gone


def _check(here: Window, role: Role, enterprise: str | None, duties: Sequence[str]) -> None:
    if duties and role is not Role.ENTERPRISE:
        raise Problem(Kind.INVALID, "duties: only people of an enterprise have any; leave it out.")
    if (role is Role.ENTERPRISE) != (enterprise is not None):
        raise Problem(
            Kind.INVALID,
            "enterprise: name one for the role enterprise, and none for any other role.",
        )
    if enterprise is not None and enterprise not in here.register.enterprises:
        raise Problem(Kind.INVALID, f"enterprise: {enterprise} is not registered; do that first.")


def _told(duties: Sequence[Duty]) -> list[str]:
    """Each once, in the order of the alphabet."""
    return sorted({duty.value for duty in duties})


def _keep_one(admins: set[str], username: str) -> None:
    if admins == {username}:
        raise Problem(
            Kind.CONFLICT, "This is the last admin: make another one first, or nobody could."
        )


def _user(account: Account) -> User:
    principal = principal_of(account)
    return User(
        principal.username,
        principal.role,
        principal.enterprise,
        account.duties,
        account.second_factor,
    )
