"""What an alarm says, in both languages, whatever it is about."""

import pytest
from msgspec.structs import replace

from services.api.alarm_view import view
from services.api.wording import Language
from services.domain.claim import Scalar
from services.wire.bus import AlarmItem

BARE = AlarmItem(
    id="a1",
    enterprise="north",
    point_id=None,
    tag=None,
    direction=None,
    rule="silence",
    rule_version=1,
    condition="offline",
    limit=None,
    grade=2,
    state="unacknowledged",
    value=None,
    raised_at=1_767_542_400_123,
    received_at=1_767_542_400_125,
    kind="",
    unit="",
    subject_type="gateway",
    subject_id="gw-1",
)


def texts(alarm: AlarmItem) -> tuple[str, str]:
    zh, en = (view(alarm, True, language).message.text for language in Language)
    return zh, en


@pytest.mark.parametrize(
    ("subject", "condition", "facts", "zh", "en"),
    [
        (
            ("gateway", "gw-1"),
            "offline",
            {"due_s": 10.0, "points": 63},
            "网关 gw-1 失联：已超过 10 秒未收到任何数据，影响 63 个监测点",
            "gateway gw-1: nothing heard for 10 s; 63 points depend on it",
        ),
        (
            ("enterprise", "north"),
            "offline",
            {"points": 3, "gateways": 2},
            "企业 north 全部 2 个网关失联，影响 3 个监测点",
            "enterprise north: all gateways silent (2); 3 points depend on them",
        ),
        (
            ("gateway", "gw-1"),
            "clock",
            {"fault": "unusable"},
            "网关 gw-1 时钟异常：所报时间不可用，请校准网关时钟",
            "gateway gw-1: the times it sends are unusable; set its clock",
        ),
        (
            ("gateway", "gw-1"),
            "clock",
            {"fault": "behind", "behind_s": 300},
            "网关 gw-1 时钟异常：数据时间持续落后 300 秒，请校准网关时钟或检查积压",
            "gateway gw-1: its readings stay 300 s behind; set its clock, or see what holds them up",
        ),
        (("permit", "P-7"), "gas_at_work", {}, "permit P-7 gas_at_work", "permit P-7: gas_at_work"),
    ],
)
def test_without_a_point_the_subject_speaks(
    subject: tuple[str, str], condition: str, facts: dict[str, Scalar], zh: str, en: str
) -> None:
    alarm = replace(
        BARE, subject_type=subject[0], subject_id=subject[1], condition=condition, facts=facts
    )
    assert texts(alarm) == (zh, en)


def test_a_silent_point_is_named_as_points_are() -> None:
    alarm = replace(
        BARE, subject_type="point", subject_id="GT-1", tag="GT-1", point_id=5, name="罐区",
        condition="stale", facts={"due_s": 30.0},
    )  # fmt: skip
    assert texts(alarm) == (
        "GT-1 罐区 已超过 30 秒无有效数据",
        "GT-1: no usable reading for 30 s",
    )


def test_an_exercise_says_so_before_anything_else() -> None:
    silent = replace(BARE, facts={"due_s": 10.0, "points": 1})
    limit = replace(BARE, tag="GT-1", condition="HH", limit=50.0, value=60.0, unit="%LEL")
    for earnest in (silent, limit):
        zh, en = texts(earnest)
        assert texts(replace(earnest, exercise=True)) == (f"【演练】{zh}", f"Exercise: {en}")


def test_what_nobody_judges_says_so() -> None:
    zh, en = texts(replace(BARE, judged=False, facts={"due_s": 10.0, "points": 1}))
    assert zh.endswith("（判定方失联，目前无法判定）")
    assert en.endswith("(not judged now: its judge has fallen silent)")


def test_the_view_has_the_subject_and_no_tag() -> None:
    shown = view(BARE, True, Language.EN)
    assert (shown.subject.type, shown.subject.id, shown.tag) == ("gateway", "gw-1", None)
    assert (shown.limit, shown.value, shown.point_id, shown.judged) == (None, None, None, True)


def test_what_the_alarm_itself_says_goes_before_its_facts() -> None:
    facts: dict[str, Scalar] = {"kind": "rate", "value": 7.0}
    alarm = replace(BARE, kind="temperature", condition="rate", facts=facts)
    told = view(alarm, True, Language.EN).message.params
    assert (told["kind"], told["value"]) == ("temperature", 7.0)
