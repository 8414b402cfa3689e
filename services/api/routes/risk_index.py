"""The risk index: its factors and weights, set by the park, kept in versions."""

from typing import Annotated

import msgspec
from fastapi import Response

from services.api.answer import Page, answer
from services.api.asking import (
    Configurer,
    Cursor,
    Here,
    Limit,
    OnceOnly,
    Reader,
    Registered,
    make_cursor,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.register import refresh
from services.api.risk_body import RiskChange, RiskView, plain, risk_view, weights_of
from services.runtime.clock import to_datetime
from services.store import hazard_source as store
from services.store import register as book
from services.store.hazard_source import NEWEST, WeightsVersion

router = LateRouter(prefix="/risk-index", tags=["hazard sources"], dependencies=[Registered])
VersionNumber = Annotated[int, msgspec.Meta(ge=1, le=NEWEST)]


@router.get("", response_model=RiskView)
async def get_risk_index(here: Here, principal: Reader) -> Response:
    """The factors and weights in force."""
    return answer(risk_view(here.register.weights, principal.sees_reasons))


@router.put("", response_model=RiskView)
async def set_risk_index(
    here: Here, principal: Configurer, change: RiskChange, once: OnceOnly
) -> Response:
    """Other weights, in force at once for every hazard source; the old ones are kept."""
    body = change.weights.model_dump(mode="json")
    async with here.database.transaction() as connection:
        number = await book.next_version(connection)
        known = await store.weights(connection)
        made = WeightsVersion(
            version=1 if known is None else known.version + 1,
            weights=body,
            set_by=principal.username,
            valid_from=to_datetime(here.clock.now_ms()),
            reason=change.reason,
        )
        made = WeightsVersion(
            made.version, plain(weights_of(made)), made.set_by, made.valid_from, made.reason
        )
        await store.put_weights(connection, made, number)
        done = await once.keep(connection, answer(risk_view(made, principal.sees_reasons)))
    await refresh(here.follower)
    return done


@router.get("/versions", response_model=Page[RiskView])
async def list_risk_versions(
    here: Here, principal: Reader, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """Every version of the weights that somebody set, newest first."""
    below = (read_cursor(cursor, tuple[VersionNumber]) or (NEWEST,))[0]
    async with here.database.transaction() as connection:
        found = await store.weights_versions(connection, below, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].version]) if len(found) > limit else None
    views = [risk_view(each, principal.sees_reasons) for each in page]
    return answer(Page(views, following))
