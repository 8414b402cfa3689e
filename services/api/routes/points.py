"""Points: what is measured, where, and in which unit."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from services.api.answer import Page, answer
from services.api.asking import (
    Configurer,
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.change_list import ChangeView, change_page
from services.api.fence import Fences
from services.api.point_body import NewPoint, PointChange, unfit_together
from services.api.point_view import PointView, view
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.register import refresh
from services.api.text import Code, Tag
from services.api.window import Window
from services.domain.point import PointKind
from services.runtime.clock import to_datetime
from services.store import register as store
from services.store.register import Connection, Place
from services.store.register_history import HistorySubject, note, note_new_points

router = APIRouter(prefix="/points", tags=["points"])
PointTag = Annotated[Tag, Path()]
EnterpriseCode = Annotated[Code, Path()]


def seen(here: Window, principal: Principal, enterprise: str, tag: str) -> Place:
    """The point, if it exists for this person."""
    place = here.register.place(enterprise, tag) if principal.sees(enterprise) else None
    if place is None:
        raise not_found("point")
    return place


@router.get("", response_model=Page[PointView])
async def list_points(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    kind: PointKind | None = None,
    hazard_source: Annotated[Code | None, Query()] = None,
    gateway: Annotated[Code | None, Query()] = None,
    group: Annotated[Code | None, Query(description="The points of this group")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Points in the order of enterprise and tag."""
    scope = narrowed(principal, enterprise)

    def fits(place: Place) -> bool:
        point = place.point
        return (
            (scope is None or point.enterprise in scope)
            and (kind is None or point.kind is kind)
            and (hazard_source is None or point.hazard_source == hazard_source)
            and (gateway is None or point.gateway == gateway)
            and (group is None or group in here.register.groups.of(point.enterprise, point.tag))
        )

    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    found = here.register.places_after(after, fits, limit + 1)
    page = found[:limit]
    last = page[-1].point if len(found) > limit else None
    following = make_cursor([last.enterprise, last.tag]) if last else None
    return answer(Page([view(here, place) for place in page], following))


@router.post("", status_code=201, response_model=PointView)
async def create_point(
    here: Here, principal: Configurer, new: NewPoint, once: OnceOnly
) -> Response:
    """Register a point; its readings are taken within 2 s."""
    check_known(here, new)
    async with here.database.transaction() as connection:
        made = await insert(here, principal, connection, new)
        done = await once.keep(connection, answer(view(here, made), 201))
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{tag}", response_model=PointView)
async def get_point(
    here: Here, principal: Reader, enterprise: EnterpriseCode, tag: PointTag
) -> Response:
    """One point."""
    return answer(view(here, seen(here, principal, enterprise, tag)))


@router.patch("/{enterprise}/{tag}", response_model=PointView)
async def change_point(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    change: PointChange,
    once: OnceOnly,
) -> Response:
    """Change what is named; null empties a field. Name and number of a point stay, and once there
    is a reading or a rule of it, its kind."""
    seen(here, principal, enterprise, tag)
    _check_gateway(here, enterprise, change.gateway)
    async with here.database.transaction() as connection:
        number = await store.next_version(connection)
        known = await store.find_point(connection, enterprise, tag)
        if known is None:
            raise not_found("point")
        columns = known | change.model_dump(exclude_unset=True)
        if columns["kind"] != known["kind"]:
            await _check_unused(connection, known)
        await _check_together(connection, columns, change.model_fields_set)
        if any(columns[each] != known[each] for each in ("lon", "lat")):
            columns["converted_from"] = None
        await store.update_point(connection, columns, number)
        await note(
            connection,
            HistorySubject.POINT,
            enterprise,
            tag,
            principal.username,
            to_datetime(here.clock.now_ms()),
            known,
            columns,
        )
        changed = await _place(connection, enterprise, tag)
        done = await once.keep(connection, answer(view(here, changed)))
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{tag}/history", response_model=Page[ChangeView])
async def list_changes(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: PointTag,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every change of a point's description, newest first: who, when, before and after."""
    seen(here, principal, enterprise, tag)
    return await change_page(here, HistorySubject.POINT, enterprise, tag, limit, cursor)


async def _check_together(
    connection: Connection, columns: dict[str, Any], changed: set[str]
) -> None:
    wrong = unfit_together(columns, changed)
    if wrong:
        raise invalid_fields(wrong)
    if changed & {"lon", "lat"}:
        fences = await Fences.of(connection, [str(columns["enterprise"])])
        told = fences.outside(str(columns["enterprise"]), columns["lon"], columns["lat"])
        if told is not None:
            raise invalid_fields({"lon": told})


async def _check_unused(connection: Connection, point: dict[str, object]) -> None:
    """A kind that was mistaken can be put right as long as nothing was made of it."""
    if await store.is_in_use(connection, point):
        raise Problem(
            Kind.CONFLICT,
            f"kind: {point['tag']} has readings, rules or groups of its kind; register another point.",
        )


async def insert(
    here: Window, principal: Principal, connection: Connection, new: NewPoint
) -> Place:
    """Put a point into the book, in the caller's transaction; refuses a name that is taken and a
    position outside of its enterprise."""
    number = await store.next_version(connection)
    if await store.taken_tags(connection, new.enterprise, [new.tag]):
        raise Problem(Kind.CONFLICT, f"tag: {new.tag} is registered already; change it with PATCH.")
    fences = await Fences.of(connection, [new.enterprise])
    told = fences.outside(new.enterprise, new.lon, new.lat)
    if told is not None:
        raise invalid_fields({"lon": told})
    (point_id,) = await fresh_ids(connection, 1)
    await store.insert_points(connection, [new.columns() | {"id": point_id}], number)
    now = to_datetime(here.clock.now_ms())
    await note_new_points(connection, number, principal.username, now)
    return await _place(connection, new.enterprise, new.tag)


async def _place(connection: Connection, enterprise: str, tag: str) -> Place:
    place = await store.place(connection, enterprise, tag)
    assert place is not None  # written in the same transaction
    return place


def check_known(here: Window, new: NewPoint) -> None:
    """Refuse a point of an enterprise or gateway that is not registered."""
    if new.enterprise not in here.register.enterprises:
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    _check_gateway(here, new.enterprise, new.gateway)


def _check_gateway(here: Window, enterprise: str, gateway: str | None) -> None:
    if gateway is not None and (enterprise, gateway) not in here.register.gateways:
        raise Problem(
            Kind.INVALID,
            f"gateway: {gateway} is not registered for {enterprise}; do that first.",
        )


async def fresh_ids(connection: Connection, count: int) -> list[int]:
    """Numbers nobody has: positive, 31 bits, random, so that they say nothing about how many."""
    chosen: set[int] = set()
    while len(chosen) < count:
        more = {secrets.randbelow(2**31 - 1) + 1 for _ in range(count - len(chosen))} - chosen
        chosen |= more - await store.taken_ids(connection, more)
    return list(chosen)
