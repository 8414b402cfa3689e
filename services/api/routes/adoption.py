"""Adoption: a tag that sends becomes a point in one step, with its readings since it first came."""

from fastapi import Response

from services.api import point_desk
from services.api.answer import answer
from services.api.asking import Configurer, Here, OnceOnly, Registered
from services.api.late_route import LateRouter
from services.api.point_body import NewPoint, PointDescription
from services.api.point_view import PointView, view
from services.api.problem import not_found
from services.api.register import refresh
from services.api.routes.points import EnterpriseCode, PointTag
from services.api.window import Window
from services.store import refused_list

router = LateRouter(prefix="/unregistered-tags", tags=["refused"], dependencies=[Registered])


@router.post("/{enterprise}/{tag}/adopt", status_code=201, response_model=PointView)
async def adopt_tag(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    described: PointDescription,
    once: OnceOnly,
) -> Response:
    """Make a point of an unregistered tag. What it sent since it first appeared becomes the
    point's readings, and is judged, within 2 s (a long past takes longer); values that the point
    cannot take become a dead letter. Without `gateway` it is the one that sends the tag."""
    if not principal.sees(enterprise):
        raise not_found("unregistered tag")
    async with here.database.transaction() as connection:
        sender = await refused_list.unregistered_gateway(connection, enterprise, tag)
        if sender is None:
            raise not_found("unregistered tag")
        new = _point(here, enterprise, tag, described, sender)
        made = await point_desk.create(here, principal, connection, new)
        done = await once.keep(connection, answer(view(here, made), 201))
    await refresh(here.follower)
    return done


def _point(
    here: Window, enterprise: str, tag: str, described: PointDescription, sender: str
) -> NewPoint:
    """The point as POST /points would take it."""
    known = (enterprise, sender) in here.register.gateways
    gateway = described.gateway or (sender if known else None)
    values = described.model_dump() | {"enterprise": enterprise, "tag": tag, "gateway": gateway}
    return NewPoint.model_validate(values)
