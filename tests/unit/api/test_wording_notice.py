"""What a notice says in one line."""

import pytest

from services.api.wording import Language
from services.api.wording_notice import notice_sentence
from services.domain.alarm import EventKind
from services.wire.bus import AlarmItem

NOON = 1_767_225_600_000


def item(**more: object) -> AlarmItem:
    told: dict[str, object] = {
        "id": "a", "enterprise": "E001", "point_id": 1, "tag": "GT-101", "direction": "high",
        "rule": "r", "rule_version": 1, "condition": "HH", "limit": 50.0, "grade": 1,
        "state": "unacknowledged", "value": 62.5, "raised_at": NOON, "received_at": NOON,
        "kind": "combustible_gas", "unit": "%LEL", "name": "罐区东", "name_en": "tank farm east",
    }  # fmt: skip
    return AlarmItem(**(told | more))  # type: ignore[arg-type]


def test_it_says_how_grave_what_whose_and_when_in_the_parks_time() -> None:
    assert notice_sentence(EventKind.RAISED, NOON, item(), Language.ZH) == (
        "红色报警（E001）：GT-101 罐区东 高高限报警：62.5 %LEL，限值 50 %LEL（2026-01-01 08:00:00）"
    )
    assert notice_sentence(EventKind.CLEARED, NOON, item(grade=4), Language.EN) == (
        "Blue alarm, over (E001): GT-101 tank farm east: 62.5 %LEL at the high-high limit of 50 %LEL"
        " (2026-01-01 08:00:00, UTC+8)"
    )


@pytest.mark.parametrize(
    ("language", "begins"), [(Language.ZH, "【演练】"), (Language.EN, "Exercise: ")]
)
def test_an_exercise_says_so_first_and_once(language: Language, begins: str) -> None:
    said = notice_sentence(EventKind.RAISED, NOON, item(exercise=True), language)
    assert said.startswith(begins)
    assert said.count(begins) == 1


def test_an_alarm_of_the_park_itself_is_the_parks() -> None:
    said = notice_sentence(EventKind.RAISED, NOON, item(enterprise="*"), Language.ZH)
    assert said.startswith("红色报警（园区）：")


@pytest.mark.parametrize("event", EventKind)
def test_every_event_has_its_words(event: EventKind) -> None:
    assert notice_sentence(event, NOON, item(), Language.ZH)
