"""A detector in calibration or bump test: begun with an end, and ended early."""

from typing import Annotated, Any

from fastapi import Query, Response

from services.api import maintenance_desk
from services.api.answer import answer
from services.api.approval_view import NeedsApproval
from services.api.asking import Here, OnceOnly, Proposer
from services.api.late_route import LateRouter
from services.api.maintenance_desk import NewMaintenance
from services.api.point_view import PointView, view
from services.api.register import refresh
from services.api.routes.points import EnterpriseCode, PointTag, seen
from services.api.text import Reason

router = LateRouter(prefix="/points", tags=["points"])
_SECONDED: dict[int | str, dict[str, Any]] = {
    202: {"model": NeedsApproval, "description": "A second person has to approve it"}
}


@router.post(
    "/{enterprise}/{tag}/maintenance",
    status_code=201,
    response_model=PointView,
    responses=_SECONDED,
)
async def start_maintenance(
    here: Here,
    principal: Proposer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    told: NewMaintenance,
    once: OnceOnly,
) -> Response:
    """Put a detector into calibration or bump test, for 4 h at most: meanwhile its own alarms up to
    `grade` are off the board, judged and on record; grade 1, silence and what rules find over
    several points sound. It is an alarm of grade 4 itself, and ends by itself. The park's policy for
    out of service says whether a second person has to approve it."""
    seen(here, principal, enterprise, tag)
    place = enterprise, tag
    if maintenance_desk.needs_second(here, told):
        return await maintenance_desk.apply_for(here, principal, once, place, told)
    async with here.database.transaction() as connection:
        begun = await maintenance_desk.start(here, principal, connection, place, told)
        done = await once.keep(connection, answer(view(here, begun), 201))
    await refresh(here.follower)
    return done


@router.delete("/{enterprise}/{tag}/maintenance", response_model=PointView)
async def end_maintenance(
    here: Here,
    principal: Proposer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    once: OnceOnly,
    reason: Annotated[Reason | None, Query(description="What there is to say about it")] = None,
) -> Response:
    """End a calibration or bump test before its time: what still stands sounds again at once."""
    seen(here, principal, enterprise, tag)
    async with here.database.transaction() as connection:
        over = await maintenance_desk.end(here, principal, connection, (enterprise, tag), reason)
        done = await once.keep(connection, answer(view(here, over)))
    await refresh(here.follower)
    return done
