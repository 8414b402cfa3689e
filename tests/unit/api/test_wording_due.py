"""What is due, over or under way says of a point, a licence and a whole enterprise."""

import pytest

from services.api.wording import Language, code, params, sentence
from tests.unit.api.engine import alarm

FACTS = {
    "due_on": "2026-03-01", "points": 12, "first": "GT-1",
    "until": 1_772_325_000_000, "covers": 2, "by": "wang",
}  # fmt: skip
SUBJECTS = {"point": "GT-1", "enterprise": "north", "licence": "safety_production AQ-7"}


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
        (
            "licence_expired",
            "licence",
            "安全生产许可证 AQ-7 已过期，有效期至 2026-03-01",
            "work safety licence AQ-7 has expired: its last day was 2026-03-01",
        ),
        (
            "calibration",
            "point",
            "GT-1 甲区 正在检定（校准），至 2026-03-01 08:30 止：本位号较大及以下等级的报警暂不上屏，"
            "重大报警照常（wang）",
            "GT-1: in calibration until 2026-03-01 08:30: its own alarms of grade 2 and milder are "
            "off the board, those of grade 1 are not (wang)",
        ),
        (
            "licence_expired",
            "enterprise",
            "企业 north 有 9 份许可证已过期，最早为 营业执照 91-1，有效期至 2026-03-01",
            "enterprise north: 9 licences have expired, business licence 91-1 first, whose last "
            "day was 2026-03-01",
        ),
    ],
)
def test_it_is_told_in_both_languages(condition: str, kind: str, zh: str, en: str) -> None:
    of_point = kind == "point"
    item = alarm(
        1,
        rule="maintenance" if condition == "calibration" else condition,
        condition=condition,
        direction=None,
        limit=None,
        value=None,
        tag="GT-1" if of_point else None,
        name="甲区" if of_point else None,
        subject_type=kind,
        subject_id=SUBJECTS[kind],
        facts=FACTS | ({"licences": 9, "first": "business 91-1"} if "licence" in condition else {}),
    )
    assert sentence(item, Language.ZH) == zh
    assert sentence(item, Language.EN) == en
    assert code(item) == condition
    assert params(item)["due_on"] == "2026-03-01"
