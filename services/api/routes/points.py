"""Points: what is measured, where, and in which unit."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.api.alarm_view import moment_text
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
from services.api.point_body import NewPoint, PointChange, check_ranges
from services.api.principal import Principal
from services.api.problem import Kind, Problem, not_found
from services.api.register import refresh
from services.api.text import Code, Tag
from services.api.window import Window
from services.domain.point import STATES, PointKind
from services.store import register as store
from services.store.register import Connection, Place

router = APIRouter(prefix="/points", tags=["points"])
PointTag = Annotated[Tag, Path()]
EnterpriseCode = Annotated[Code, Path()]


@dataclass(frozen=True, slots=True)
class PointView:
    """A registered point. `states` is the closed list of a point that has states; `judged` false:
    no rule is in force for it, so that whatever it reads raises no alarm.
    `hazard_source_registered` false: it names a hazard source that the register does not know;
    null: it names none."""

    id: int
    enterprise: str
    tag: str
    kind: str
    unit: str
    range_low: float | None
    range_high: float | None
    substance: str | None
    hazard_source: str | None
    gateway: str | None
    name: str | None
    name_en: str | None
    lon: float | None
    lat: float | None
    period_s: float | None
    reporting: str
    states: list[str] | None
    created_at: str
    judged: bool
    equipment: str | None
    hazard_source_registered: bool | None


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
        made = await insert(connection, new)
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
        check_ranges(columns["range_low"], columns["range_high"])
        await store.update_point(connection, columns, number)
        changed = await _place(connection, enterprise, tag)
        done = await once.keep(connection, answer(view(here, changed)))
    await refresh(here.follower)
    return done


async def _check_unused(connection: Connection, point: dict[str, object]) -> None:
    """A kind that was mistaken can be put right as long as nothing was made of it."""
    if await store.is_in_use(connection, point):
        raise Problem(
            Kind.CONFLICT,
            f"kind: {point['tag']} has readings or rules of its kind; register another point.",
        )


async def insert(connection: Connection, new: NewPoint) -> Place:
    """Put a point into the book, in the caller's transaction; refuses a name that is taken."""
    number = await store.next_version(connection)
    if await store.taken_tags(connection, new.enterprise, [new.tag]):
        raise Problem(Kind.CONFLICT, f"tag: {new.tag} is registered already; change it with PATCH.")
    (point_id,) = await fresh_ids(connection, 1)
    await store.insert_points(connection, [new.columns() | {"id": point_id}], number)
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


def _judged(here: Window, place: Place) -> bool:
    point = place.point
    return here.register.is_judged(point.enterprise, point.tag, here.clock.now_ms())


def _is_registered(here: Window, place: Place) -> bool | None:
    point = place.point
    if point.hazard_source is None:
        return None
    return (point.enterprise, point.hazard_source) in here.register.hazard_sources


def view(here: Window, place: Place) -> PointView:
    """A point as outsiders see it; a new one is judged by no rule."""
    point = place.point
    states = STATES.get(point.kind)
    return PointView(
        id=point.id,
        enterprise=point.enterprise,
        tag=point.tag,
        kind=point.kind,
        unit=point.unit,
        range_low=point.range_low,
        range_high=point.range_high,
        substance=point.substance,
        hazard_source=point.hazard_source,
        gateway=point.gateway,
        name=point.name,
        name_en=point.name_en,
        lon=place.lon,
        lat=place.lat,
        period_s=point.period_s,
        reporting=point.reporting,
        states=None if states is None else list(states),
        created_at=moment_text(place.created_at),
        judged=_judged(here, place),
        equipment=place.equipment,
        hazard_source_registered=_is_registered(here, place),
    )
