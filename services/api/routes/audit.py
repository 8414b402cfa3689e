"""The audit: who did, read or was refused what. For admins and regulators."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import Auditor, Cursor, Here, Limit, Ms, make_cursor, read_cursor
from services.api.database import DatabaseAway
from services.api.late_route import LateRouter
from services.api.text import Code, Moment
from services.api.window import Window
from services.domain.audit import AuditRow
from services.domain.audit_export import first_line, last_line, row_line, statement
from services.domain.journal import ChainHead
from services.runtime.clock import to_datetime
from services.store import audit as store
from services.store.audit import Search

router = LateRouter(prefix="/audit", tags=["audit"])

MEDIA_TYPE = "application/jsonl"
PAGE = 500
PATIENCE_S = 10.0
Searched = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


@dataclass(frozen=True, slots=True)
class AuditView:
    """What somebody did. `what`: method and path of the route; `object`: what it was done to;
    `enterprise`: whose things it is about, null for the park's; `outcome`: the HTTP status;
    `changes`: what of the database was changed by it (`table`, `did` = insert, update or delete, how
    many `rows`, and the first 20 of them `before` and `after`), passwords and secrets left out.
    `hash` = sha256(`previous` then `body`), in hex; `body` is what is hashed."""

    seq: int
    at: str
    actor: str
    role: str | None
    enterprise: str | None
    address: str
    request_id: str
    what: str
    object: dict[str, str]
    outcome: int
    changes: list[dict[str, Any]]
    body: str
    previous: str
    hash: str


@router.get("", response_model=Page[AuditView])
async def list_audit(
    here: Here,
    _: Auditor,
    actor: Annotated[Searched, Query(description="Who did it: username, or key:prefix")] = None,
    what: Annotated[Searched, Query(description="As `what` of an item: `POST /users`")] = None,
    enterprise: Annotated[Code | None, Query(description="Whose things it is about")] = None,
    request_id: Annotated[Searched, Query(description="`X-Request-ID` of the answer")] = None,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Who did what, newest first: each change, each sign-in and refusal, and who read what is told of
    persons. Looking at the same again within 15 minutes is no other row."""
    search = Search(actor, what, enterprise, request_id, since, until)
    before = read_cursor(cursor, tuple[Ms])
    async with here.database.transaction() as connection:
        found = await store.page(connection, search, before[0] if before else None, limit + 1)
    page = found[:limit]
    following = make_cursor([page[-1].seq]) if len(found) > limit else None
    return answer(Page([_view(each) for each in page], following))


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"description": "One JSON object a line", "content": {MEDIA_TYPE: {}}}},
)
async def export_audit(here: Here, _: Auditor) -> StreamingResponse:
    """The whole chain as it is on record now, and where it ends, signed with the key of the seals:
    for `parkwatch audit verify`."""
    async with here.database.transaction() as connection:
        head = await store.head(connection)
    return StreamingResponse(
        _lines(here, head),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
    )


def _view(row: AuditRow) -> AuditView:
    body: dict[str, Any] = json.loads(row.body)
    return AuditView(
        seq=row.seq,
        at=moment_text(to_datetime(row.at)),
        actor=row.actor,
        role=body["role"],
        enterprise=row.concerns,
        address=body["address"],
        request_id=row.request_id,
        what=row.what,
        object=body["object"],
        outcome=body["outcome"],
        changes=body["changes"],
        body=row.body,
        previous=row.previous.hex(),
        hash=row.hash.hex(),
    )


async def _lines(here: Window, head: ChainHead) -> AsyncIterator[str]:
    at = moment_text(to_datetime(here.clock.now_ms()))
    yield first_line(at)
    seq = 0
    while seq < head.seq:
        rows = await _page(here, seq, head.seq)
        if not rows:
            break
        yield "".join(map(row_line, rows))
        seq = rows[-1].seq
    signed = None
    if here.sealing is not None:
        signed = here.sealing.signed(statement(at, seq, head), None)
    yield last_line(seq, head, signed)


async def _page(here: Window, after: int, upto: int) -> list[AuditRow]:
    """The next rows. The chain only grows, so pages of different moments fit together."""
    deadline = here.clock.monotonic() + PATIENCE_S
    while True:
        try:
            async with here.database.transaction() as connection:
                return await store.rows(connection, after, upto, PAGE)
        except DatabaseAway:
            if here.clock.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)
