"""Derived points: computed by us from other points of their enterprise."""

from fastapi import Response

from services.api import derived_desk
from services.api.answer import answer
from services.api.asking import Configurer, Here, OnceOnly
from services.api.derived_body import FormulaChange, NewDerivedPoint
from services.api.late_route import LateRouter
from services.api.point_view import PointView, view
from services.api.register import refresh
from services.api.routes.points import EnterpriseCode, PointTag, seen

router = LateRouter(prefix="/derived-points", tags=["points"])


@router.post("", status_code=201, response_model=PointView)
async def create_derived_point(
    here: Here, principal: Configurer, new: NewDerivedPoint, once: OnceOnly
) -> Response:
    """Register a point that is computed from others: whenever an input reads, it does, too. It is
    stored, trended and judged like a sensor, and is of no online rate, no ledger and no gateway.
    Computed within 2 s; what its inputs read before is not."""
    async with here.database.transaction() as connection:
        made = await derived_desk.create(here, principal, connection, new)
        done = await once.keep(connection, answer(view(here, made), 201))
    await refresh(here.follower)
    return done


@router.put("/{enterprise}/{tag}/formula", response_model=PointView)
async def change_formula(
    here: Here,
    principal: Configurer,
    enterprise: EnterpriseCode,
    tag: PointTag,
    change: FormulaChange,
    once: OnceOnly,
) -> Response:
    """Compute a derived point by another formula, from the next reading of an input on. Everything
    else of it is changed as of any point."""
    seen(here, principal, enterprise, tag)
    async with here.database.transaction() as connection:
        changed = await derived_desk.change(here, principal, connection, enterprise, tag, change)
        done = await once.keep(connection, answer(view(here, changed)))
    await refresh(here.follower)
    return done
