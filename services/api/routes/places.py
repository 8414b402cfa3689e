"""Key places and infrastructure: pipe corridors, fire water, power feeds, roads, gates."""

import asyncio
from dataclasses import replace
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
    Reader,
    Registered,
    Registrar,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.fence import Fences, stored_shape
from services.api.grades import Grades
from services.api.late_route import LateRouter
from services.api.place_body import MOST_PLACES, NewPlace, PlaceChange, PlaceDescription
from services.api.place_view import PlaceVersionView, PlaceView, place_version_view, place_view
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.register import refresh
from services.api.shape_body import shape_of
from services.api.text import Code
from services.api.window import Window
from services.domain.key_place import PlaceKind, geometry_of
from services.runtime.clock import to_datetime
from services.store import enterprise_file, hazard_source
from services.store import key_place as store
from services.store import register as book
from services.store.hazard_source import NEWEST
from services.store.key_place import KeyPlace
from services.store.register import Connection

router = LateRouter(prefix="/places", tags=["places"], dependencies=[Registered])
EnterpriseCode = Annotated[Code, Path()]
PlaceCode = Annotated[Code, Path()]
SLICE = 200
"""Places looked at before others get their turn."""
VersionNumber = Annotated[int, msgspec.Meta(ge=1, le=NEWEST)]


def seen_place(here: Window, principal: Principal, enterprise: str, code: str) -> KeyPlace:
    """The key place, if it exists for this person."""
    found = here.register.key_places.get(enterprise, code)
    if found is None or not principal.sees(enterprise):
        raise not_found("place")
    return found


@router.get("", response_model=Page[PlaceView])
async def list_places(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    kind: Annotated[PlaceKind | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Key places by enterprise and code, each with its grade now."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    found = here.register.key_places.after(after, scope, limit + 1, kind)
    following = None
    if len(found) > limit:
        following = make_cursor([found[limit - 1].enterprise, found[limit - 1].code])
    grades, views = Grades(here, scope), []
    for number, place in enumerate(found[:limit]):
        views.append(place_view(place, grades.place(place)))
        if number % SLICE == SLICE - 1:
            await asyncio.sleep(0)
    return answer(Page(views, following))


@router.post("", status_code=201, response_model=PlaceView)
async def create_place(here: Here, principal: Registrar, new: NewPlace, once: OnceOnly) -> Response:
    """Register a key place, with the points that watch it; it has a grade at once."""
    if new.enterprise not in here.register.enterprises or not principal.sees(new.enterprise):
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    made = _place(here, principal, new.enterprise, new.code, new)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.find(connection, made.enterprise, made.code)
        await _check_new(connection, made, known)
        if known is not None:
            made = replace(made, version=known.version + 1)
        await _check_near(connection, made)
        done = await _put(here, connection, made, number, once, 201)
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{code}", response_model=PlaceView)
async def get_place(
    here: Here, principal: Reader, enterprise: EnterpriseCode, code: PlaceCode
) -> Response:
    """One key place, with its grade now."""
    found = seen_place(here, principal, enterprise, code)
    return answer(place_view(found, Grades(here, frozenset({enterprise})).place(found)))


@router.patch("/{enterprise}/{code}", response_model=PlaceView)
async def change_place(
    here: Here,
    principal: Registrar,
    enterprise: EnterpriseCode,
    code: PlaceCode,
    change: PlaceChange,
    once: OnceOnly,
) -> Response:
    """Change what is named, null empties; a new version, and the old one is kept."""
    seen_place(here, principal, enterprise, code)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await _standing(connection, enterprise, code)
        described = _changed(known, change)
        made = replace(
            _place(here, principal, enterprise, code, described),
            version=known.version + 1,
            created_at=known.created_at,
        )
        if made.geometry != known.geometry:
            await _check_near(connection, made)
        done = await _put(here, connection, made, number, once, 200)
    await refresh(here.follower)
    return done


@router.delete("/{enterprise}/{code}", status_code=204)
async def remove_place(
    here: Here,
    principal: Registrar,
    enterprise: EnterpriseCode,
    code: PlaceCode,
    once: OnceOnly,
) -> Response:
    """Take a key place out of the register; its versions are kept, its points and their alarms
    stay."""
    seen_place(here, principal, enterprise, code)
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await _standing(connection, enterprise, code)
        gone = replace(
            known,
            version=known.version + 1,
            removed=True,
            valid_from=to_datetime(here.clock.now_ms()),
            changed_by=principal.username,
            reason=None,
        )
        await store.put(connection, gone, number)
        done = await once.keep(connection, Response(status_code=204))
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{code}/versions", response_model=Page[PlaceVersionView])
async def list_place_versions(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    code: PlaceCode,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every version of a key place, newest first; also of one that was removed."""
    below = (read_cursor(cursor, tuple[VersionNumber]) or (NEWEST,))[0]
    if not principal.sees(enterprise):
        raise not_found("place")
    async with here.database.transaction() as connection:
        found = await store.versions(connection, enterprise, code, below, limit + 1)
    if not found and cursor is None:
        raise not_found("place")
    page = found[:limit]
    following = make_cursor([page[-1].version]) if len(found) > limit else None
    return answer(Page([place_version_view(each) for each in page], following))


def _place(
    here: Window, principal: Principal, enterprise: str, code: str, described: PlaceDescription
) -> KeyPlace:
    """The first version."""
    now = to_datetime(here.clock.now_ms())
    return KeyPlace(
        enterprise=enterprise,
        code=code,
        version=1,
        kind=described.kind.value,
        name=described.name,
        name_en=described.name_en,
        geometry=geometry_of(shape_of(described.geometry)),
        points=described.points,
        removed=False,
        created_at=now,
        valid_from=now,
        valid_to=None,
        changed_by=principal.username,
        reason=described.reason,
    )


async def _standing(connection: Connection, enterprise: str, code: str) -> KeyPlace:
    known = await store.find(connection, enterprise, code)
    if known is None or known.removed:
        raise not_found("place")
    return known


async def _check_new(connection: Connection, made: KeyPlace, known: KeyPlace | None) -> None:
    """No two objects of an enterprise have one code."""
    if known is not None and not known.removed:
        raise Problem(
            Kind.CONFLICT, f"code: {made.code} is registered already; change it with PATCH."
        )
    if await hazard_source.find(connection, made.enterprise, made.code) is not None:
        raise Problem(Kind.CONFLICT, f"code: {made.code} is a hazard source; choose another.")
    if await enterprise_file.has_zone(connection, made.enterprise, made.code):
        raise Problem(Kind.CONFLICT, f"code: {made.code} is a zone; choose another.")
    if await store.count(connection, made.enterprise) >= MOST_PLACES:
        raise Problem(
            Kind.CONFLICT, f"enterprise: {made.enterprise} has {MOST_PLACES} places, the most."
        )


async def _check_near(connection: Connection, made: KeyPlace) -> None:
    fences = await Fences.of(connection, [made.enterprise])
    shape = stored_shape(made.geometry)
    told = await asyncio.to_thread(fences.far, made.enterprise, shape)
    if told is not None:
        raise invalid_fields({"geometry": told})


async def _put(
    here: Window,
    connection: Connection,
    made: KeyPlace,
    number: int,
    once: OnceOnly,
    status: int,
) -> Response:
    unknown = await store.unknown_tags(connection, made.enterprise, made.points)
    if unknown:
        raise invalid_fields(
            {
                f"points.{made.points.index(tag)}": f"{tag} is no point of {made.enterprise}"
                for tag in unknown
            }
        )
    await store.put(connection, made, number)
    state = Grades(here, frozenset({made.enterprise})).place(made)
    return await once.keep(connection, answer(place_view(made, state), status))


def _changed(known: KeyPlace, change: PlaceChange) -> PlaceDescription:
    """As it is described after the change; refuses what does not fit together then."""
    values: dict[str, Any] = {
        "kind": known.kind,
        "name": known.name,
        "name_en": known.name_en,
        "geometry": known.geometry,
        "points": known.points,
        **change.model_dump(mode="json", exclude_unset=True),
    }
    try:
        return PlaceDescription.model_validate(values)
    except ValidationError as error:
        wrong = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(wrong) from None
