"""Rules that are no more: who ended them, when and why."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Reader,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.api.text import Code, Tag
from services.store.ended_rule import EndedRule, ended_rules

router = LateRouter(prefix="/ended-rules", tags=["rules"])


@dataclass(frozen=True, slots=True)
class EndedRuleView:
    """A rule that somebody ended. `sort`: `limit`, `detector` (any other rule for alarms) or
    `suppression`; `kind`: the level of a limit, else its kind; `limit` in the point's unit. All its
    versions: `GET /rules/{id}` or `GET /suppressions/{id}`."""

    enterprise: str
    id: str
    version: int
    sort: str
    kind: str
    tag: str
    name: str | None
    limit: float | None
    grade: int
    ended_at: str
    ended_by: str
    ended_reason: str | None


@router.get("", response_model=Page[EndedRuleView])
async def list_ended_rules(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    tag: Annotated[Tag | None, Query(description="The rules that this point had a part in")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """The rules that somebody ended, the last one first. One that another version took the place
    of goes on, and one that ran out by itself was ended by nobody: they are not among them."""
    scope = narrowed(principal, enterprise)
    wanted = None if scope is None else list(scope)
    below = _place(cursor)
    async with here.database.transaction() as connection:
        found = await ended_rules(connection, wanted, tag, below, limit + 1)
    page = found[:limit]
    last = None if len(found) <= limit else page[-1]
    following = None if last is None else make_cursor([last.ended_at.isoformat(), last.id])
    return answer(Page([_view(each) for each in page], following))


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    place = read_cursor(cursor, tuple[Word, Word])
    if place is None:
        return None
    try:
        at = datetime.fromisoformat(place[0])
    except ValueError:
        raise Problem(
            Kind.INVALID, "cursor: it is not one of ours; take `next` of the page before."
        ) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC), place[1]


def _view(rule: EndedRule) -> EndedRuleView:
    return EndedRuleView(
        rule.enterprise,
        rule.id,
        rule.version,
        rule.sort,
        rule.kind,
        rule.tag,
        rule.name,
        rule.limit,
        rule.grade,
        moment_text(rule.ended_at),
        rule.ended_by,
        rule.ended_reason,
    )
