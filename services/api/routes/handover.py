"""What one shift would tell the next if it were handed over now."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response

from services.api.answer import answer
from services.api.asking import Here, Reader, Spoken, narrowed
from services.api.handover_sheet import Handover, sheet
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.api.text import Code, Moment
from services.runtime.clock import to_ms

router = LateRouter(prefix="/handover", tags=["statistics"])

SHIFT_MS = 12 * 3_600_000
"""The span of a hand-over without `since`: a shift of two."""

MOST_DAYS = 31


def span_of(since: datetime | None, now: int) -> tuple[int, int]:
    """The shift, epoch ms. Refuses a beginning that is too long ago, or not over."""
    start = now - SHIFT_MS if since is None else to_ms(since)
    if not now - MOST_DAYS * 24 * 3_600_000 <= start < now:
        raise Problem(Kind.INVALID, f"since: it must lie in the last {MOST_DAYS} days.")
    return start, now


@router.get("", response_model=Handover)
async def handover(
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    since: Annotated[Moment | None, Query(description="By default 12 hours ago")] = None,
) -> Response:
    """What one shift tells the next, of the park or an enterprise, as it stands now; to keep it and
    have it signed: `POST /handovers`."""
    span = span_of(since, here.clock.now_ms())
    scope = narrowed(principal, enterprise)
    return answer(await sheet(here, principal, enterprise, scope, span, language))
