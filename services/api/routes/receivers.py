"""Receivers (接收方): who is told of alarms by a signed message, as they happen."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import structlog
from fastapi import Path, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    OnceOnly,
    ReceiverOwner,
    Word,
    make_cursor,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.receiver_desk import MOST, new_id
from services.api.text import Code, Name
from services.api.window import Window
from services.api.wording import Language
from services.runtime.clock import to_datetime
from services.store import receiver_list as store
from services.store.receiver_list import ReceiverRow
from services.store.tenant import EVERY

router = LateRouter(prefix="/receivers", tags=["receivers"])
ReceiverId = Annotated[str, Path(pattern=r"^[a-z2-7]{8}$", examples=["k3v7qm2x"])]
_log = structlog.get_logger()


def _each_once(grades: list[int]) -> list[int]:
    return sorted(set(grades))


Grades = Annotated[
    list[Literal[1, 2, 3, 4]],
    Field(min_length=1, max_length=4, description="Of which grades; 1 is red"),
    AfterValidator(_each_once),
]
Exercises = Annotated[bool, Field(strict=True, description="Also of alarms that are an exercise")]


class NewReceiver(BaseModel):
    """Whom to tell. Without `enterprise` a receiver of the park's hears every enterprise; people of an
    enterprise register their own, for their own alarms."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    url: Annotated[
        str,
        Field(min_length=8, max_length=2000, examples=["https://duty.example.com/alarms"]),
    ]
    enterprise: Code | None = None
    language: Language = Language.ZH
    grades: Grades = [1, 2, 3, 4]
    exercises: Exercises = False


class ReceiverChange(BaseModel):
    """What is to be otherwise; a receiver that moves is registered anew. `active` false: it is told
    nothing, and hears nothing later of what happened meanwhile."""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    language: Language | None = None
    grades: Grades | None = None
    exercises: Exercises | None = None
    active: Annotated[bool, Field(strict=True)] | None = None


@dataclass(frozen=True, slots=True)
class ReceiverView:
    """A receiver and how it does. `enterprise` null: the park's own. `failures`: tries in a row that
    came to nothing, since `failing_since`, the last one for `last_fault`, the next one at
    `next_try_at`; numbers of notices that wait, were sent, were given up after a day, or found no
    room in the queue."""

    id: str
    enterprise: str | None
    name: str
    url: str
    language: str
    grades: list[int]
    exercises: bool
    active: bool
    registered_by_park: bool
    created_at: str
    failures: int
    failing_since: str | None
    last_fault: str | None
    next_try_at: str | None
    last_sent_at: str | None
    waiting: int
    sent: int
    given_up: int
    left_out: int


@dataclass(frozen=True, slots=True)
class MadeReceiver:
    """A new secret, shown this once: messages are signed with it."""

    id: str
    enterprise: str | None
    secret: str


@router.get("", response_model=Page[ReceiverView])
async def list_receivers(
    here: Here, _: ReceiverOwner, limit: Limit = 100, cursor: Cursor = None
) -> Response:
    """One's own receivers; the park sees everybody's."""
    after = read_cursor(cursor, tuple[Word, Word]) or ("", "")
    async with here.database.transaction() as connection:
        found = await store.page(connection, after, limit + 1)
    page = found[:limit]
    more = len(found) > limit
    following = make_cursor([page[-1].enterprise, page[-1].id]) if more else None
    return answer(Page([_view(row) for row in page], following))


@router.post("", status_code=201, response_model=MadeReceiver)
async def create_receiver(
    here: Here, principal: ReceiverOwner, new: NewReceiver, once: OnceOnly
) -> Response:
    """From now on it is told of each alarm by a signed POST (docs/how-to/receive-alarms.md)."""
    owner = _owner(here, principal, new.enterprise)
    by_park = principal.enterprise is None
    here.receivers.check(new.url, by_park)
    name = new_id()
    shown, kept = here.receivers.new_secret(owner, name)
    row = ReceiverRow(
        enterprise=owner,
        id=name,
        name=new.name,
        url=new.url,
        secret=kept,
        language=new.language.value,
        grades=list(new.grades),
        exercises=new.exercises,
        active=True,
        by_park=by_park,
        created_at=to_datetime(here.clock.now_ms()),
    )
    async with here.database.transaction() as connection:
        if await store.count_alone(connection, owner) >= MOST:
            raise Problem(
                Kind.CONFLICT,
                f"There are {MOST} receivers, and no more are kept: delete one first.",
            )
        await store.insert(connection, row)
        made = await once.keep(connection, answer(MadeReceiver(name, _whose(owner), shown), 201))
    _log.info("a receiver was registered", receiver=name, enterprise=owner, by=principal.username)
    return made


@router.get("/{receiver}", response_model=ReceiverView)
async def get_receiver(here: Here, _: ReceiverOwner, receiver: ReceiverId) -> Response:
    """One receiver, and how it does."""
    async with here.database.transaction() as connection:
        row = await store.find(connection, receiver)
    if row is None:
        raise not_found("receiver")
    return answer(_view(row))


@router.patch("/{receiver}", response_model=ReceiverView)
async def change_receiver(
    here: Here, _: ReceiverOwner, receiver: ReceiverId, change: ReceiverChange, once: OnceOnly
) -> Response:
    """What it is told; whoever fails is tried again at once."""
    told = change.model_dump(exclude_none=True)
    async with here.database.transaction() as connection:
        row = await store.find(connection, receiver, to_change=True)
        if row is None:
            raise not_found("receiver")
        row = replace(row, **told)
        await store.change(connection, row)
        return await once.keep(connection, answer(_view(row)))


@router.post("/{receiver}/rotate", response_model=MadeReceiver)
async def rotate_receiver(
    here: Here, principal: ReceiverOwner, receiver: ReceiverId, once: OnceOnly
) -> Response:
    """Another secret, from the next message on."""
    async with here.database.transaction() as connection:
        row = await store.find(connection, receiver, to_change=True)
        if row is None:
            raise not_found("receiver")
        shown, kept = here.receivers.new_secret(row.enterprise, row.id)
        await store.change(connection, replace(row, secret=kept))
        made = MadeReceiver(row.id, _whose(row.enterprise), shown)
        done = await once.keep(connection, answer(made))
    _log.info("a receiver got another secret", receiver=receiver, by=principal.username)
    return done


@router.delete("/{receiver}", status_code=204)
async def delete_receiver(
    here: Here, principal: ReceiverOwner, receiver: ReceiverId, once: OnceOnly
) -> Response:
    """It is told nothing any more, nor what waited for it."""
    async with here.database.transaction() as connection:
        if not await store.delete(connection, receiver):
            raise not_found("receiver")
        gone = await once.keep(connection, Response(status_code=204))
    _log.info("a receiver was deleted", receiver=receiver, by=principal.username)
    return gone


def _owner(here: Window, principal: Principal, named: str | None) -> str:
    """Whose receiver it is to be. Raises Problem."""
    if principal.enterprise is not None:
        if named is not None and not principal.sees(named):
            raise not_found("enterprise")
        return principal.enterprise
    if named is None:
        return EVERY
    if named not in here.register.enterprises:
        raise invalid_fields({"enterprise": f"{named} is not registered; do that first"})
    return named


def _whose(owner: str) -> str | None:
    return None if owner == EVERY else owner


def _view(row: ReceiverRow) -> ReceiverView:
    waits = row.failures > 0 and row.next_at is not None
    return ReceiverView(
        id=row.id,
        enterprise=_whose(row.enterprise),
        name=row.name,
        url=row.url,
        language=row.language,
        grades=row.grades,
        exercises=row.exercises,
        active=row.active,
        registered_by_park=row.by_park,
        created_at=moment_text(row.created_at),
        failures=row.failures,
        failing_since=None if row.failing_since is None else moment_text(row.failing_since),
        last_fault=row.last_fault if row.failures else None,
        next_try_at=moment_text(row.next_at) if waits and row.next_at is not None else None,
        last_sent_at=None if row.last_sent_at is None else moment_text(row.last_sent_at),
        waiting=row.waiting,
        sent=row.sent,
        given_up=row.given_up,
        left_out=row.left_out,
    )
