"""The newest value of each point, from the live replica."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Query, Response

from services.api.alarm_view import time_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Reader,
    Registered,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.text import Code
from services.api.window import Window
from services.domain.reading import Quality
from services.store.register import Place

router = LateRouter(tags=["readings"], dependencies=[Registered])
_QUALITIES = [quality.name.lower() for quality in sorted(Quality)]


@dataclass(frozen=True, slots=True)
class ValueView:
    """A point's newest value. All null: none was heard since the engine first knew the point."""

    enterprise: str
    tag: str
    id: int
    unit: str
    value: float | str | None
    quality: str | None
    measured_at: str | None
    age_s: float | None


@router.get("/values", response_model=Page[ValueView])
async def list_values(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Newest values in the order of enterprise and tag."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    found = here.register.places_after(
        after, lambda place: scope is None or place.point.enterprise in scope, limit + 1
    )
    page = found[:limit]
    last = page[-1].point if len(found) > limit else None
    following = make_cursor([last.enterprise, last.tag]) if last else None
    now = here.clock.now_ms()
    return answer(Page([value_view(here, place, now) for place in page], following))


def value_view(here: Window, place: Place, now: int) -> ValueView:
    """A point's newest value at `now` (epoch ms)."""
    point = place.point
    newest = here.replica.values.get(point.id)
    if newest is None:
        nothing = None, None, None, None
        return ValueView(point.enterprise, point.tag, point.id, point.unit, *nothing)
    return ValueView(
        point.enterprise,
        point.tag,
        point.id,
        point.unit,
        point.present(newest.v),
        _QUALITIES[newest.q],
        time_text(newest.t),
        max(0, now - newest.t) / 1000,
    )
