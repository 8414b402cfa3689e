"""Points: what is measured, where, and in which unit."""

from typing import Annotated, Any

from fastapi import Path, Query, Response

from services.api import point_desk, point_proposal
from services.api.answer import Page, answer
from services.api.approval_view import NeedsApproval
from services.api.asking import (
    Cursor,
    Designer,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.change_list import ChangeView, change_page
from services.api.late_route import LateRouter
from services.api.point_body import PointChange, PointToRegister
from services.api.point_view import PointView, view
from services.api.principal import Principal
from services.api.problem import not_found
from services.api.register import refresh
from services.api.text import Code, Tag
from services.api.window import Window
from services.domain.point import PointKind
from services.store.register import Place
from services.store.register_history import HistorySubject

router = LateRouter(prefix="/points", tags=["points"], dependencies=[Registered])
PointTag = Annotated[Tag, Path()]
EnterpriseCode = Annotated[Code, Path()]
PROPOSED: dict[int | str, dict[str, Any]] = {
    202: {"model": NeedsApproval, "description": "Proposed: a second person has to approve it"}
}


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
    derived: Annotated[bool | None, Query(description="Only those computed; false: none")] = None,
    maintenance: Annotated[
        bool, Query(description="Only those in calibration or bump test now")
    ] = False,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Points in the order of enterprise and tag."""
    scope = narrowed(principal, enterprise)
    now = here.clock.now_ms()

    def fits(place: Place) -> bool:
        point = place.point
        return (
            (scope is None or point.enterprise in scope)
            and (kind is None or point.kind is kind)
            and (hazard_source is None or point.hazard_source == hazard_source)
            and (gateway is None or point.gateway == gateway)
            and (
                not maintenance or (point.maintenance is not None and point.maintenance.is_on(now))
            )
            and (derived is None or derived is (point.formula is not None))
            and (group is None or group in here.register.groups.of(point.enterprise, point.tag))
        )

    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    found = here.register.places_after(after, fits, limit + 1)
    page = found[:limit]
    last = page[-1].point if len(found) > limit else None
    following = make_cursor([last.enterprise, last.tag]) if last else None
    return answer(Page([view(here, place) for place in page], following))


@router.post("", status_code=201, response_model=PointView, responses=PROPOSED)
async def create_point(
    here: Here, principal: Designer, new: PointToRegister, once: OnceOnly
) -> Response:
    """Register a point; its readings are taken within 2 s. An enterprise proposes, and says in
    `reason` why."""
    if principal.enterprise is not None:
        return await point_proposal.propose_new(here, principal, once, new)
    async with here.database.transaction() as connection:
        made = await point_desk.create(here, principal, connection, new, new.reason)
        done = await once.keep(connection, answer(view(here, made), 201))
    await refresh(here.follower)
    return done


@router.get("/{enterprise}/{tag}", response_model=PointView)
async def get_point(
    here: Here, principal: Reader, enterprise: EnterpriseCode, tag: PointTag
) -> Response:
    """One point."""
    return answer(view(here, seen(here, principal, enterprise, tag)))


@router.patch("/{enterprise}/{tag}", response_model=PointView, responses=PROPOSED)
async def change_point(
    here: Here,
    principal: Designer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    change: PointChange,
    once: OnceOnly,
) -> Response:
    """Change what is named; null empties a field. Name and number of a point stay, and once there
    is a reading or a rule of it, its kind. What makes a limit in force laxer than the standard's
    template needs a `reason`, which regulators see. An enterprise proposes, and says why."""
    seen(here, principal, enterprise, tag)
    if principal.enterprise is not None:
        return await point_proposal.propose_change(here, principal, once, enterprise, tag, change)
    async with here.database.transaction() as connection:
        changed = await point_desk.change(here, principal, connection, enterprise, tag, change)
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
