"""What a due calibration says, of a point and of a whole enterprise."""

import pytest

from services.api.wording import Language, code, params, sentence
from tests.unit.api.engine import alarm

FACTS = {"due_on": "2026-03-01", "points": 12, "first": "GT-1"}


@pytest.mark.parametrize(
    ("condition", "kind", "zh", "en"),
    [
        (
            "calibration_due",
            "point",
            "GT-1 甲区 检定（校准）已到期，应于 2026-03-01 前完成",
            "GT-1: its calibration was due on 2026-03-01",
        ),
        (
            "bump_test_due",
            "point",
            "GT-1 甲区 功能（通气）测试已到期，应于 2026-03-01 前完成",
            "GT-1: its bump test was due on 2026-03-01",
        ),
        (
            "calibration_due",
            "enterprise",
            "企业 north 有 12 个监测点检定（校准）已到期，最早为 GT-1，应于 2026-03-01 前完成",
            "enterprise north: 12 points are due for calibration, GT-1 first, on 2026-03-01",
        ),
        (
            "bump_test_due",
            "enterprise",
            "企业 north 有 12 个监测点功能（通气）测试已到期，最早为 GT-1，应于 2026-03-01 前完成",
            "enterprise north: 12 points are due for a bump test, GT-1 first, on 2026-03-01",
        ),
    ],
)
def test_it_is_told_in_both_languages(condition: str, kind: str, zh: str, en: str) -> None:
    of_point = kind == "point"
    item = alarm(
        1,
        rule=condition,
        condition=condition,
        direction=None,
        limit=None,
        value=None,
        tag="GT-1" if of_point else None,
        name="甲区" if of_point else None,
        subject_type=kind,
        subject_id="GT-1" if of_point else "north",
        facts=FACTS,
    )
    assert sentence(item, Language.ZH) == zh
    assert sentence(item, Language.EN) == en
    assert code(item) == condition
    assert params(item)["due_on"] == "2026-03-01"
