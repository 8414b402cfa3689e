"""Acknowledging: a command to the engine, answered when the engine has it on its disk."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import AlarmView, view
from services.api.answer import answer
from services.api.asking import Acknowledger, ByTheEngine, Here, Spoken
from services.api.database import DatabaseAway
from services.api.late_route import LateRouter
from services.api.principal import Principal
from services.api.problem import Kind, Problem
from services.api.routes.alarms import AlarmPath, find
from services.api.text import AlarmId, Note
from services.api.window import Window
from services.api.wording import Language
from services.wire.bus import AlarmItem, Refusal, Reply

router = LateRouter(prefix="/alarms", tags=["alarms"])


class Acknowledgement(BaseModel):
    """What the one who acknowledges has to say; an enterprise must say something."""

    model_config = ConfigDict(extra="forbid")
    note: Note | None = None


class Acknowledgements(Acknowledgement):
    """Several at once."""

    ids: Annotated[list[AlarmId], Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True)
class RefusalView:
    """Why one of several was not acknowledged; `code` is stable."""

    id: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The alarms after it, and those that were refused."""

    items: list[AlarmView]
    refused: list[RefusalView]


@router.post("/acknowledge", dependencies=[ByTheEngine], response_model=Acknowledged)
async def acknowledge_many(
    here: Here, principal: Acknowledger, body: Acknowledgements, language: Spoken
) -> Response:
    """Acknowledge several alarms; those that cannot be are named with the reason."""
    _check_note(principal, body.note)
    reply = await _ask(here, principal, list(dict.fromkeys(body.ids)), body.note)
    refused = [RefusalView(r.alarm_id, r.code, r.text) for r in reply.refused]
    return answer(Acknowledged([_view(here, a, language) for a in reply.alarms], refused))


@router.post("/{alarm}/acknowledge", dependencies=[ByTheEngine], response_model=AlarmView)
async def acknowledge(
    here: Here,
    principal: Acknowledger,
    alarm: AlarmPath,
    language: Spoken,
    body: Acknowledgement | None = None,
) -> Response:
    """Acknowledge an alarm; one that is acknowledged already comes back as it stands."""
    live = here.replica.find(alarm)
    note = body.note if body else None
    # What is another's goes the way of what is nowhere: a quicker answer would tell them apart.
    if live is not None and principal.sees(live.enterprise):
        _check_note(principal, note)
    reply = await _ask(here, principal, [alarm], note)
    if reply.alarms:
        return answer(_view(here, reply.alarms[0], language))
    return answer(_view(here, await _closed(here, principal, alarm, reply.refused), language))


async def _ask(here: Window, principal: Principal, alarm_ids: list[str], note: str | None) -> Reply:
    return await here.link.acknowledge(alarm_ids, principal.username, principal.scope, note)


async def _closed(
    here: Window, principal: Principal, alarm_id: str, refused: list[Refusal]
) -> AlarmItem:
    """The alarm as it is on record, where it was acknowledged before it closed; or why not."""
    try:
        found = await find(here, principal, alarm_id)
    except DatabaseAway:
        reason = refused[0].text if refused else "The engine does not know this alarm."
        raise Problem(Kind.NOT_ACKNOWLEDGEABLE, reason) from None
    if found.acknowledged_at is not None:
        return found
    if found.historical:
        raise Problem(Kind.NOT_ACKNOWLEDGEABLE, "It is historical and needs no acknowledgement.")
    reason = refused[0].text if refused else "It is closed."
    raise Problem(Kind.NOT_ACKNOWLEDGEABLE, reason)


def _check_note(principal: Principal, note: str | None) -> None:
    if principal.enterprise is not None and note is None:
        raise Problem(Kind.INVALID, "note: an enterprise answers with a note; say what was done.")


def _view(here: Window, alarm: AlarmItem, language: Language) -> AlarmView:
    return view(alarm, here.replica.is_recorded(alarm), language)
