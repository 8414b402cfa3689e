"""The journal as a file: one JSON object a line, for `parkwatch journal verify`."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Query
from fastapi.responses import PlainTextResponse, StreamingResponse

from services.api.alarm_view import moment_text
from services.api.asking import Here, Reader, narrowed
from services.api.database import DatabaseAway
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem, not_found
from services.api.text import Code
from services.api.window import Window
from services.domain.journal import ChainHead, JournalRow
from services.domain.journal_export import first_line, last_line, row_line, statement
from services.runtime.clock import to_datetime
from services.store import journal_list as store

router = LateRouter(prefix="/journal", tags=["alarms"])

MEDIA_TYPE = "application/jsonl"
PAGE = 500
PATIENCE_S = 10.0
"""How long the database may be away in the middle; then the answer is cut, with no last line."""


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"description": "One JSON object a line", "content": {MEDIA_TYPE: {}}}},
)
async def export_journal(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query(description="Unset: all that you may see")] = None,
) -> StreamingResponse:
    """The journal as it is on record now: each enterprise's chain whole, and where it ends, signed
    with the key of the seals."""
    async with here.database.transaction() as connection:
        heads = await store.heads(connection, narrowed(principal, enterprise))
    if enterprise is not None and enterprise not in heads:
        raise not_found("enterprise")
    name = f"journal-{enterprise or principal.enterprise or 'all'}.jsonl"
    return StreamingResponse(
        _lines(here, heads, principal.scope),
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get(
    "/seals",
    response_class=PlainTextResponse,
    responses={200: {"description": "One seal a line", "content": {MEDIA_TYPE: {}}}},
)
async def journal_seals(here: Here, principal: Reader) -> PlainTextResponse:
    """Every daily seal on the journals, signed: keep them where this system cannot reach.

    They name all enterprises of the park, so an enterprise does not get them.
    """
    if principal.scope is not None:
        raise Problem(Kind.FORBIDDEN, "The seals are over the whole park: ask its supervisor.")
    if here.sealing is None:
        raise not_found("seal")
    return PlainTextResponse(await here.sealing.lines(), media_type=MEDIA_TYPE)


async def _lines(
    here: Window, heads: Mapping[str, ChainHead], scope: frozenset[str] | None
) -> AsyncIterator[str]:
    at = moment_text(to_datetime(here.clock.now_ms()))
    yield first_line(list(heads), at)
    count = 0
    for enterprise, head in heads.items():
        seq = 0
        while seq < head.seq:
            rows = await _page(here, enterprise, seq, head.seq)
            if not rows:
                break
            yield "".join(map(row_line, rows))
            count, seq = count + len(rows), rows[-1].seq
    stated = statement(list(heads), at, count, heads)
    signed = None if here.sealing is None else here.sealing.signed(stated, scope)
    yield last_line(count, heads, signed)


async def _page(here: Window, enterprise: str, after: int, upto: int) -> list[JournalRow]:
    """The next rows. The journal only grows, so pages of different moments fit together."""
    deadline = here.clock.monotonic() + PATIENCE_S
    while True:
        try:
            async with here.database.transaction() as connection:
                return await store.rows(connection, enterprise, after, upto, PAGE)
        except DatabaseAway:
            if here.clock.monotonic() > deadline:
                raise
            await asyncio.sleep(0.5)
