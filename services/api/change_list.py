"""What became of an enterprise, a point or a group of the register, as outsiders see it."""

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import make_cursor, read_cursor
from services.api.window import Window
from services.store.register_history import NEWEST, HistoryEntry, HistorySubject, changes_of

Number = Annotated[int, msgspec.Meta(ge=1, le=NEWEST)]
"""Of a change, inside a cursor."""


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One change: who, when, why, and of each field what it was and what it became; `before` null:
    it was registered."""

    at: str
    changed_by: str
    before: dict[str, Any] | None
    after: dict[str, Any]
    reason: str | None


async def change_page(
    here: Window,
    subject: HistorySubject,
    enterprise: str,
    name: str,
    limit: int,
    cursor: str | None,
) -> Response:
    """A page of the changes of one subject, newest first. Whoever asks may see it."""
    return answer(await changes(here, subject, enterprise, name, limit, cursor))


async def changes(
    here: Window,
    subject: HistorySubject,
    enterprise: str,
    name: str,
    limit: int,
    cursor: str | None,
) -> Page[ChangeView]:
    """The page itself."""
    below = (read_cursor(cursor, tuple[Number]) or (NEWEST,))[0]
    async with here.database.transaction() as connection:
        found = await changes_of(connection, subject, enterprise, name, below, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].number]) if len(found) > limit else None
    return Page([_view(each) for each in page], following)


def _view(entry: HistoryEntry) -> ChangeView:
    return ChangeView(
        moment_text(entry.at), entry.changed_by, entry.before, entry.after, entry.reason
    )
