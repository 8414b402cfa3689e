"""What a receiver gets: one event of an alarm as JSON, with a line of text in its language."""

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from services.api.alarm_view import AlarmView, time_text, view
from services.api.wording import Language
from services.api.wording_notice import notice_sentence
from services.domain.alarm import EventKind
from services.domain.notice import delivery_id
from services.store.outbox import Notice, Receiver
from services.wire.bus import AlarmItem


class CannotBeSaid(ValueError):
    """A row of the journal that is told in words which this version does not know."""


@dataclass(frozen=True, slots=True)
class Message:
    """The body. `delivery` is the same at each try; `seq` counts the events of an enterprise's
    journal; `at` is when it happened, `noted_at` when the engine noted it; `alarm` as in REST."""

    delivery: str
    event: str
    enterprise: str
    seq: int
    at: str
    noted_at: str
    exercise: bool
    text: str
    alarm: AlarmView


def message_of(to: Receiver, notice: Notice) -> tuple[str, bytes]:
    """The delivery's name, and the body in JSON. Raises CannotBeSaid."""
    try:
        told: dict[str, Any] = json.loads(notice.body)
        item, event = _item(notice, told["alarm"]), EventKind(told["event"])
    except (ValueError, KeyError) as error:
        raise CannotBeSaid(
            f"This version cannot read that row of the journal ({error})."
        ) from error
    language = Language(to.language)
    name = delivery_id(to.id, notice.about, notice.seq)
    message = Message(
        delivery=name,
        event=event.value,
        enterprise=notice.about,
        seq=notice.seq,
        at=time_text(told["at"]),
        noted_at=time_text(told["noted_at"]),
        exercise=item.exercise,
        text=notice_sentence(event, told["at"], item, language),
        alarm=view(item, True, language),
    )
    return name, msgspec.json.encode(message)


def _item(notice: Notice, alarm: dict[str, Any]) -> AlarmItem:
    """The alarm of a journal row, with what is known of its point now."""
    subject = alarm.get("subject") or {}
    of_point = {
        "kind": notice.kind,
        "unit": notice.unit,
        "name": notice.name,
        "name_en": notice.name_en,
        "hazard_source": notice.hazard_source,
        "subject_type": subject.get("type", "point"),
        "subject_id": subject.get("id", ""),
    }
    return msgspec.convert(alarm | of_point, AlarmItem)
