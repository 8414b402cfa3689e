"""What the broker refused the gateways: for whoever asks why nothing arrives."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import Page, answer
from services.api.asking import Cursor, Here, Limit, Reader, make_cursor, narrowed, read_cursor
from services.api.late_route import LateRouter
from services.api.text import Code
from services.store import gateway_event as store
from services.store.gateway_event import EventKind, GatewayEvent

router = LateRouter(tags=["events"])
_Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


@dataclass(frozen=True, slots=True)
class EventView:
    """A refusal of the broker's, `count` times from `at` to `last_at`.

    `kind`: `publish_denied` (a foreign topic: acknowledged, not delivered), `subscribe_denied`,
    `message_too_large` (the connection was cut), `login_refused` (somebody with this gateway's
    name). `detail`: the topic, the size, or where the login came from. `gateway_offline` (`detail`:
    when its last reading came) and `gateway_online`; `gateway_unstable` (it drops out again and
    again: no more of the two until it is calm); `clock_skewed` (more than 2 s; `detail`: how far,
    plus is ahead), `clock_stuck` (`detail`: where it stands), `clock_unusable`, and `clock_right`,
    the end of these. Of no enterprise:
    `storage_low`, `storage_tight`, `storage_full`, `storage_well` (how much room the database has;
    `detail`: what is free), `readings_dropped_early` (which day).
    `messages_missing` (`count` gaps; `detail`: boot and numbers), `gaps_given_up` (too many to be
    remembered). `boot_reused` (`count` messages that said something else than what had come under
    their `boot` and `seq`; `detail`: which; they are stored and judged. A new start must bring a new
    `boot`, and two gateways must not share one name). `session_lost`, with an empty `gateway`: of all of the enterprise's; the broker
    lost what it had kept for us, so there may be a gap. `only_poison` (nothing it sends can be
    used; `count` messages), `much_poison` (more than 10 a minute cannot be used), `over_rate` (`count` readings were stored apart first, and taken in
    later), `gateway_cut` (it flooded us, and is let in again at `last_at`; `detail`: with how much).
    `broker_store_half`, `broker_store_full` (50 %, 80 % of the broker's store; `detail`: how much, and
    in how many hours it ends) and `broker_store_well`, with an empty `gateway`: of the whole park.
    `shelving_loosened` (`detail`: where the park's shelving policy allows more than the standard's,
    by whom and why) and `shelving_restored`, of no enterprise: for the park and for regulators.
    `text_transcoded`: it sends GB18030, not UTF-8 (said once; each such reading has the flag).
    """

    enterprise: str
    id: int
    gateway: str
    kind: EventKind
    detail: str
    count: int
    at: str
    last_at: str


@router.get("/events", response_model=Page[EventView])
async def list_events(
    here: Here,
    principal: Reader,
    enterprise: Annotated[Code | None, Query()] = None,
    gateway: Annotated[Code | None, Query()] = None,
    kind: Annotated[EventKind | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """What the broker refused the gateways, newest first; within 5 s of the refusal."""
    scope = narrowed(principal, enterprise)
    before = read_cursor(cursor, tuple[_Number])
    async with here.database.transaction() as connection:
        found = await store.events(
            connection, scope, gateway, kind, before[0] if before else None, limit + 1
        )
    views = [_view(event) for event in found[:limit]]
    following = make_cursor([views[-1].id]) if len(found) > limit else None
    return answer(Page(views, following))


def _view(event: GatewayEvent) -> EventView:
    return EventView(
        event.enterprise,
        event.id,
        event.gateway,
        EventKind(event.kind),
        event.detail,
        event.count,
        moment_text(event.at),
        moment_text(event.last_at),
    )
