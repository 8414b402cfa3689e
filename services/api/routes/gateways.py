"""Gateways: the ways in from the field, each with credentials of its own."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict

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
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.broker_access import username
from services.api.database import DatabaseAway
from services.api.late_route import LateRouter
from services.api.password import new_gateway_password
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.routes.enterprises import EnterpriseCode, seen
from services.api.text import Code
from services.api.window import Window
from services.domain.formula import is_reserved
from services.domain.trouble import Condition
from services.domain.trouble import Kind as Trouble
from services.runtime.clock import to_datetime
from services.store import register as store
from services.store.connectivity import GatewayState, gateways
from services.store.register import Gateway

router = LateRouter(
    prefix="/enterprises/{code}/gateways", tags=["gateways"], dependencies=[Registered]
)
park = LateRouter(tags=["gateways"], dependencies=[Registered])
GatewayCode = Annotated[Code, Path()]


class NewGateway(BaseModel):
    """A gateway to let in; its code stands in its topics."""

    model_config = ConfigDict(extra="forbid")
    code: Code


@dataclass(frozen=True, slots=True)
class ConditionView:
    """Something is the matter with a gateway `since` a moment: `only_poison` (`count` messages of
    which nothing could be used), `much_poison` (more than 10 such a minute), `over_rate` (`count` readings stored apart first), `gateway_cut`
    (not let in before `until`; `count` readings within a minute)."""

    kind: Trouble
    since: str
    until: str | None
    count: int


@dataclass(frozen=True, slots=True)
class GatewayView:
    """A gateway without its password, which nobody can read again, and how it does.

    `state`: `online` (its readings come), `link_lost` (its will was heard, and no reading since),
    `offline`, `unstable` (it drops out again and again) or `unknown` (never heard); `link`: what
    its state topic said last. `clock`: `right`, `skewed` (more than 2 s off), `stuck`, `unusable`
    or `unknown`; `skew_ms` is positive when it is ahead of ours. `conflicts`: values that met
    another of the same point and millisecond. `points`, `points_online`: as of the last minute;
    null while nobody has looked yet. `known`: false while the database is away and nobody can tell
    how it does; `unknown` then does not say that it was never heard.
    """

    code: str
    enterprise: str
    username: str
    created_at: str
    rotated_at: str | None
    state: str
    since: str | None
    link: bool | None
    link_at: str | None
    last_seen: str | None
    last_reading_at: str | None
    newest_measured_at: str | None
    clock: str
    clock_since: str | None
    skew_ms: int | None
    conflicts: int
    points: int | None
    points_online: int | None
    known: bool
    conditions: list[ConditionView]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a gateway signs in with, shown this once. `client_id` null: any will do.

    `in_force` false: the broker does not let it in yet (it is starting, or away) and will.
    """

    code: str
    enterprise: str
    username: str
    password: str
    client_id: str | None
    topic: str
    in_force: bool


@router.get("", response_model=Page[GatewayView])
async def list_gateways(
    here: Here,
    principal: Reader,
    code: EnterpriseCode,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """An enterprise's gateways, by code, and how they do. How they do is unknown while the
    database is away."""
    seen(here, principal, code)
    after = (read_cursor(cursor, tuple[Word]) or ("",))[0]
    registered = here.register.gateways
    codes = sorted(g for e, g in registered if e == code and g > after)
    page = codes[:limit]
    following = make_cursor([page[-1]]) if len(codes) > limit else None
    standing = await _standing(here, frozenset({code}))
    views = [_view(here, registered[code, each], standing) for each in page]
    return answer(Page(views, following))


@park.get("/gateways", response_model=Page[GatewayView])
async def list_park_gateways(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The gateways of all enterprises that may be seen, by enterprise and code, and how they do.
    How they do is unknown while the database is away."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    registered = here.register.gateways
    owners = sorted(o for o in registered if o > after and (scope is None or o[0] in scope))
    page = owners[:limit]
    following = make_cursor(page[-1]) if len(owners) > limit else None
    standing = await _standing(here, scope)
    views = [_view(here, registered[each], standing) for each in page]
    return answer(Page(views, following))


@router.post("", status_code=201, response_model=Credentials)
async def create_gateway(
    here: Here, principal: Registrar, code: EnterpriseCode, new: NewGateway, once: OnceOnly
) -> Response:
    """Register a gateway and let it in. The password is shown this once."""
    seen(here, principal, code)
    if is_reserved(new.code):
        raise Problem(Kind.CONFLICT, f"code: {new.code} is the platform's own; choose another.")
    password, hashed = new_gateway_password()
    name = username(code, new.code)
    credentials = _credentials(code, new.code, password)
    async with here.database.transaction() as connection:
        if not await store.put_gateway(connection, code, new.code, name, hashed):
            raise Problem(
                Kind.CONFLICT,
                f"code: {new.code} is registered already; choose another or rotate its password.",
            )
        await once.keep(connection, answer(credentials, 201))
    return answer(await _let_in(here, credentials), 201)


@router.post("/{gateway}/rotate", response_model=Credentials)
async def rotate_gateway(
    here: Here, principal: Registrar, code: EnterpriseCode, gateway: GatewayCode, once: OnceOnly
) -> Response:
    """A new password; the old one and the connections made with it are void."""
    seen(here, principal, code)
    password, hashed = new_gateway_password()
    credentials = _credentials(code, gateway, password)
    async with here.database.transaction() as connection:
        if not await store.rotate_gateway(connection, code, gateway, hashed):
            raise not_found("gateway")
        await once.keep(connection, answer(credentials))
    return answer(await _let_in(here, credentials))


@router.delete("/{gateway}", status_code=204)
async def remove_gateway(
    here: Here, principal: Registrar, code: EnterpriseCode, gateway: GatewayCode, once: OnceOnly
) -> Response:
    """Let a gateway in no more; its live connections are cut."""
    seen(here, principal, code)
    async with here.database.transaction() as connection:
        if not await store.remove_gateway(connection, code, gateway):
            raise not_found("gateway")
        done = await once.keep(connection, Response(status_code=204))
    await refresh(here.follower)
    await here.door.follow()
    return done


def _credentials(enterprise: str, gateway: str, password: str) -> Credentials:
    """As they are before the broker knows of them: what a repeat after a kill is answered."""
    return Credentials(
        code=gateway,
        enterprise=enterprise,
        username=username(enterprise, gateway),
        password=password,
        client_id=None,
        topic=f"pw/v1/{enterprise}/{gateway}/telemetry",
        in_force=False,
    )


async def _let_in(here: Window, credentials: Credentials) -> Credentials:
    await refresh(here.follower)
    return replace(credentials, in_force=await here.door.follow())


_Standing = dict[tuple[str, str], GatewayState]


async def _standing(here: Window, scope: frozenset[str] | None) -> _Standing | None:
    """None: the database is away."""
    try:
        async with here.database.transaction() as connection:
            found = await gateways(connection, scope)
    except DatabaseAway:
        return None
    return {(each.enterprise, each.gateway): each for each in found}


def _view(here: Window, gateway: Gateway, standing: _Standing | None) -> GatewayView:
    owner = (gateway.enterprise, gateway.code)
    known = (standing or {}).get(owner) or GatewayState.unknown(*owner)
    points = here.connectivity.points.get(owner)
    looked = here.connectivity.at is not None
    return GatewayView(
        gateway.code,
        gateway.enterprise,
        gateway.username,
        moment_text(gateway.created_at),
        _maybe(gateway.rotated_at),
        known.state,
        _maybe(known.since),
        known.link,
        _maybe(known.link_at),
        _maybe(known.last_message_at),
        _maybe(known.last_reading_at),
        _maybe(known.newest_measured_at),
        known.clock,
        _maybe(known.clock_since),
        known.skew_ms,
        known.conflicts,
        (int(points.total) if points else 0) if looked else None,
        (int(points.online) if points else 0) if looked else None,
        standing is not None,
        [_condition(each) for each in here.troubles.of(gateway.enterprise, gateway.code)],
    )


def _condition(found: Condition) -> ConditionView:
    until = None if found.until is None else to_datetime(found.until)
    return ConditionView(
        found.kind, moment_text(to_datetime(found.since)), _maybe(until), found.count
    )


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
