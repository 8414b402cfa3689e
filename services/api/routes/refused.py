"""What the field sent and nobody could use yet."""

import base64
from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import Path, Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Reader,
    Spoken,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.letter_wording import explain
from services.api.problem import not_found
from services.api.text import Code
from services.store import refused_list as store

router = LateRouter(tags=["refused"])
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
EnterpriseQuery = Annotated[Code | None, Query()]
LetterNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
_RAW = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class DeadLetterView:
    """A message that was set aside, its first 4,096 bytes as text (`payload`) and as they came
    (`payload_base64`; all of them by `…/payload`), and why. `reprocessed_at`: since when all of it is used, after it was read
    again (`attempts` times); null while it is not. `reason` is as recorded, in English; `reason_code`
    and `reason_params` are of its first clause, `reason_text` all of it in the asked language."""

    enterprise: str
    id: int
    gateway: str
    topic: str
    payload: str
    size: int
    reason: str
    reason_code: str
    reason_params: list[str]
    reason_text: str
    received_at: str
    attempts: int
    reprocessed_at: str | None
    payload_base64: str


@dataclass(frozen=True, slots=True)
class UnregisteredTagView:
    """A tag that sends and is no point yet; register it, and its readings are taken over."""

    enterprise: str
    tag: str
    gateway: str
    first_at: str
    last_at: str
    last_value: str | None
    count: int


@router.get("/dead-letters", response_model=Page[DeadLetterView])
async def list_dead_letters(
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: EnterpriseQuery = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Dead letters, newest first."""
    scope = narrowed(principal, enterprise)
    before = read_cursor(cursor, tuple[_Number])
    async with here.database.transaction() as connection:
        found = await store.dead_letters(
            connection, scope, before[0] if before else None, limit + 1
        )
    views = [
        DeadLetterView(
            letter.enterprise,
            letter.id,
            letter.gateway,
            letter.topic,
            bytes(letter.payload).decode("utf-8", "replace"),
            letter.size,
            letter.reason,
            said.code,
            said.params,
            said.text,
            moment_text(letter.received_at),
            letter.attempts,
            None if letter.reprocessed_at is None else moment_text(letter.reprocessed_at),
            base64.b64encode(letter.payload).decode("ascii"),
        )
        for letter in found[:limit]
        for said in [explain(letter.reason, language)]
    ]
    following = make_cursor([views[-1].id]) if len(found) > limit else None
    return answer(Page(views, following))


@router.get(
    "/dead-letters/{enterprise}/{letter}/payload",
    response_class=Response,
    responses={200: {"description": "The bytes as they came", "content": {_RAW: {}}}},
)
async def dead_letter_payload(
    here: Here, principal: Reader, enterprise: Annotated[Code, Path()], letter: LetterNumber
) -> Response:
    """All that is kept of a dead letter, byte for byte, as a file: the whole message, or of one over
    256 KiB the first 256 KiB. `letter` is its `id`."""
    found = None
    if principal.sees(enterprise):
        async with here.database.transaction() as connection:
            found = await store.letter_payload(connection, enterprise, letter)
    if found is None:
        raise not_found("dead letter")
    name = f"dead-letter-{enterprise}-{letter}.bin"
    return Response(
        found,
        media_type=_RAW,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@router.get("/unregistered-tags", response_model=Page[UnregisteredTagView])
async def list_unregistered_tags(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseQuery = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Tags nobody has registered, in the order of enterprise and tag."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    async with here.database.transaction() as connection:
        found = await store.unregistered_tags(connection, scope, after, limit + 1)
    views = [
        UnregisteredTagView(
            tag.enterprise,
            tag.tag,
            tag.gateway,
            moment_text(tag.first_at),
            moment_text(tag.last_at),
            tag.last_value,
            tag.count,
        )
        for tag in found[:limit]
    ]
    following = make_cursor([views[-1].enterprise, views[-1].tag]) if len(found) > limit else None
    return answer(Page(views, following))
