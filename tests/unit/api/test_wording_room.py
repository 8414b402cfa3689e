"""What the alarms about short room say, in both languages."""

import pytest

from services.api.wording import Language, sentence
from services.domain.broker_store import Level, StoreState
from services.domain.retention import Room
from services.domain.store_room import (
    BROKER,
    DATABASE,
    PARK,
    Shortage,
    of_broker,
    of_database,
)
from services.domain.subject import Subject
from tests.unit.api.engine import alarm


@pytest.mark.parametrize(
    ("store", "shortage", "zh", "en"),
    [
        (DATABASE, of_database(Room.LOW, 0.22), "将不足，仅剩 22%", "runs out of room, 22 %"),
        (DATABASE, of_database(Room.TIGHT, 0.17), "旧数据正提前删除", "go before their time"),
        (DATABASE, of_database(Room.FULL, 0.05), "30 天的数据依法不删除", "never dropped"),
        (BROKER, of_broker(StoreState(Level.HALF, 0.61, 7.2)), "已用 61%", "61 % full, 7.2 h"),
        (BROKER, of_broker(StoreState(Level.FULL, 0.9, None)), "约剩 – 小时", "90 % full, – h"),
    ],
)
def test_each_stage_says_how_much_and_what_comes_of_it(
    store: Subject, shortage: Shortage, zh: str, en: str
) -> None:
    item = alarm(
        1, PARK, tag=None, limit=None, value=None, subject_type=store.type, subject_id=store.id,
        condition=shortage.condition, facts=dict(shortage.facts),
    )  # fmt: skip

    assert zh in sentence(item, Language.ZH)
    assert en in sentence(item, Language.EN)
