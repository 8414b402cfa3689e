"""What a suppression rule says of itself and of the alarms that it takes off the board."""

from datetime import UTC, datetime

import pytest

from services.api.wording import Language
from services.api.wording_suppression import _ALARMS, logic_text, rule_text, standing_text
from services.domain.suppression_hold import Phase, Unknown
from services.domain.suppression_rule import ALARMS
from services.store.suppression_list import SuppressionVersion, TargetRow

BOTH = (Language.ZH, Language.EN)
RULE = SuppressionVersion(
    "acme", "s1", 1, "P-1 停运", "alarm", "PT-1", [], None, None, 0.0, "low",
    (TargetRow("FT-1", None, "low"), TargetRow(None, "u1", None)),
    4, 90.0, "why", datetime(2026, 1, 1, tzinfo=UTC), None, "me",
)  # fmt: skip


def test_every_name_of_an_alarm_has_its_words() -> None:
    assert _ALARMS.keys() == ALARMS


@pytest.mark.parametrize("language", BOTH)
def test_every_phase_and_every_reason_of_not_knowing_has_its_words(language: Language) -> None:
    told = [standing_text(phase, None, language) for phase in Phase if phase is not Phase.UNKNOWN]
    told += [standing_text(Phase.UNKNOWN, why, language) for why in Unknown]
    assert len(set(told)) == len(Phase) - 1 + len(Unknown)
    assert all(told)


def test_a_rule_that_waits_for_an_alarm() -> None:
    assert rule_text(RULE, "MPa", Language.ZH) == (
        "PT-1 的低限报警存在时抑制：FT-1 的低限报警、危险源 u1 各监测点的报警"
        "（气体、氧、火灾、烟雾除外）（4级报警）；条件消失后保持 90 秒"
    )
    assert rule_text(RULE, "MPa", Language.EN) == (
        "while the low limit alarm of PT-1 stands: low limit alarms of FT-1, alarms of hazard "
        "source u1 (but gas, oxygen, fire and smoke) (grade 4); held for 90 s after"
    )


@pytest.mark.parametrize(
    ("logic", "zh", "en"),
    [
        (
            {"kind": "state", "tag": "XS-1", "states": "off,on", "value": "off"},
            "P-1：XS-1 为“断”或“通”",
            "P-1: XS-1 is off or is on",
        ),
        (
            {"kind": "limit", "tag": "SI-1", "direction": "high", "limit": 5.5, "unit": "rpm",
             "value": 7.0},
            "P-1：SI-1 ≥ 5.5 rpm（7 rpm）",
            "P-1: SI-1 ≥ 5.5 rpm (7 rpm)",
        ),
        (
            {"kind": "alarm", "tag": "PT-1", "value": 0.1},
            "P-1：PT-1 的报警存在",
            "P-1: the alarm of PT-1 stands",
        ),
    ],
)  # fmt: skip
def test_an_alarm_tells_by_which_logic_it_is_off(
    logic: dict[str, float | str], zh: str, en: str
) -> None:
    named = {"name": "P-1", **logic}
    assert logic_text(named, Language.ZH) == zh
    assert logic_text(named, Language.EN) == en


def test_what_no_rule_suppresses_has_no_logic() -> None:
    assert logic_text({}, Language.EN) is None
