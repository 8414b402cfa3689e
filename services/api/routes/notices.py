"""Notices (通知): what receivers were told, are to be told, and were not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import Cursor, Here, Limit, ReceiverOwner, Word, make_cursor, read_cursor
from services.api.late_route import LateRouter
from services.api.routes.receivers import ReceiverId
from services.domain.notice import NoticeState, delivery_id
from services.store import receiver_list as store
from services.store.receiver_list import NoticeRow
from services.store.tenant import EVERY

router = LateRouter(prefix="/notices", tags=["receivers"])
_Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One event of an alarm on its way to one receiver. `delivery`: the name of the message, the same
    at each try; `tries`: how often it was sent; `status` (HTTP) and `fault`: of the last try.
    `enterprise`: whose alarm it is; `owner`: whose receiver, null for the park's."""

    delivery: str
    receiver: str
    owner: str | None
    enterprise: str
    alarm: str
    event: str
    grade: int
    exercise: bool
    at: str
    queued_at: str
    state: NoticeState
    tries: int
    tried_at: str | None
    status: int | None
    fault: str | None


@router.get("", response_model=Page[NoticeView])
async def list_notices(
    here: Here,
    _: ReceiverOwner,
    receiver: Annotated[ReceiverId | None, Query(description="Of one receiver")] = None,
    state: Annotated[NoticeState | None, Query(description="Where they stand")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Newest first. What was sent is listed for seven days, what was given up for thirty."""
    place = read_cursor(cursor, tuple[datetime, Word, Word, Word, _Seq])
    async with here.database.transaction() as connection:
        found = await store.notices(connection, receiver, state, place, limit + 1)
    page = found[:limit]
    following = _place(page[-1]) if len(found) > limit else None
    return answer(Page([_view(row) for row in page], following))


def _place(row: NoticeRow) -> str:
    return make_cursor([row.queued_at, row.enterprise, row.receiver, row.about, row.seq])


def _view(row: NoticeRow) -> NoticeView:
    return NoticeView(
        delivery=delivery_id(row.receiver, row.about, row.seq),
        receiver=row.receiver,
        owner=None if row.enterprise == EVERY else row.enterprise,
        enterprise=row.about,
        alarm=row.alarm_id,
        event=row.event,
        grade=row.grade,
        exercise=row.exercise,
        at=moment_text(row.at),
        queued_at=moment_text(row.queued_at),
        state=NoticeState(row.state),
        tries=row.attempts,
        tried_at=None if row.tried_at is None else moment_text(row.tried_at),
        status=row.status,
        fault=row.fault,
    )
