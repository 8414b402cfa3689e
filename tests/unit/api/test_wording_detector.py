"""What an alarm of each kind of rule says, in both languages."""

from collections.abc import Callable
from dataclasses import replace as domain_replace

import pytest
from msgspec.structs import replace

from services.alerts.engine_watch import Watch
from services.api.wording import params
from services.domain.claim import Scalar
from services.domain.detector_group import DetectorGroup, GroupKind
from services.domain.detector_kind import DetectorKind
from services.domain.directory import Directory
from services.domain.point import STATES, Point
from tests.stories.rules import TEMPERATURE, TWIN, detector
from tests.unit.api.test_wording import BARE, texts

POINT = replace(
    BARE, tag="TI-1", point_id=7, name="釜温", name_en="Reactor", kind="temperature", unit="Cel",
    subject_type="point", subject_id="TI-1", rule="d1",
)  # fmt: skip
LOST = replace(
    BARE, subject_type="rule", subject_id="d1", rule="undetermined", condition="undetermined",
)  # fmt: skip
MISSING = domain_replace(TWIN, id=99, tag="TT-9")
SAID: dict[str, tuple[dict[str, Scalar], str, str]] = {
    "rate": (
        {"value": 3.25, "limit_per_min": 2.0, "direction": "high"},
        "上升过快：每分钟 3.25 Cel，限值 2 Cel",
        " rises too fast: 3.25 Cel per minute, limit 2 Cel",
    ),
    "deviation": (
        {"value": 5.5, "low": 50.0, "high": 55.5, "limit": 5.0, "points": "TI-1, TI-2"},
        "冗余测量偏差 5.5 Cel，限值 5 Cel（TI-1, TI-2）",
        ": redundant measurements lie 5.5 Cel apart, limit 5 Cel (TI-1, TI-2)",
    ),
    "stuck": (
        {"value": 0.0, "span_s": 3600.0},
        "数值不变：3600 秒内仅变化 0 Cel",
        " is stuck: moved by 0 Cel in 3600 s",
    ),
    "bad_quality": (
        {},
        "数据质量无效，请检查仪表及其线路",
        ": bad quality; see to the instrument and its line",
    ),
    "signal_band": (
        {"value": 3.5},
        "信号故障：3.5 mA，超出 NAMUR NE 43 测量区间",
        ": signal failure: 3.5 mA, a failure band of NAMUR NE 43",
    ),
    "voting": (
        {"value": 2.0, "needed": 2, "limit": 25.0, "points": "GT-1, GT-2, GT-3"},
        "同组 2 个探测器达到 25 Cel（表决需 2 个：GT-1, GT-2, GT-3）",
        ": 2 detectors of its group reached 25 Cel (2 needed of GT-1, GT-2, GT-3)",
    ),
    "count": (
        {"value": 4.0, "needed": 3, "span_s": 600.0},
        "600 秒内发生 4 次，限 3 次",
        ": counted 4 times in 600 s, limit 3",
    ),
    "forecast": (
        {"value": 900.0, "low": 800.0, "high": 1000.0, "limit": 90.0},
        "预计约 900 秒后达到 90 Cel（800 至 1000 秒）",
        " will reach 90 Cel in about 900 s (800 to 1000 s)",
    ),
    "state": ({"value": 7.0}, "状态报警", " is in a state that is an alarm"),
    "expression": (
        {"text": "a > 5.0"},
        "满足报警表达式：a > 5.0",
        ": the expression holds: a > 5.0",
    ),
}


@pytest.mark.parametrize("kind", DetectorKind)
def test_a_rule_of_each_kind_says_what_it_found(kind: DetectorKind) -> None:
    facts, zh, en = SAID[kind]
    alarm = replace(POINT, condition=kind.value, facts={"kind": kind.value, **facts})
    assert texts(alarm) == (f"TI-1 釜温 {zh}", f"TI-1 Reactor{en}")


def test_what_falls_is_told_without_its_sign() -> None:
    facts: dict[str, Scalar] = {
        "kind": "rate", "value": -3.0, "limit_per_min": 2.0, "direction": "low"
    }  # fmt: skip
    zh, en = texts(replace(POINT, condition="rate", facts=facts))
    assert "下降过快：每分钟 3 Cel" in zh
    assert "falls too fast: 3 Cel" in en


def test_a_state_is_called_by_its_name() -> None:
    valve = replace(
        POINT, kind="interlock", unit="state", condition="state",
        facts={"kind": "state", "value": 3.0, "states": "bypass_maintenance"},
    )  # fmt: skip
    assert texts(valve) == ("TI-1 釜温 状态：维护旁路", "TI-1 Reactor is on maintenance bypass")
    detector = replace(valve, kind="fire", facts={"kind": "state", "value": 1.0})
    assert texts(detector)[1] == "TI-1 Reactor reports alarm"


def test_every_state_of_every_kind_of_point_has_words() -> None:
    for kind, states in STATES.items():
        for number in range(len(states)):
            facts: dict[str, Scalar] = {"kind": "state", "value": float(number)}
            zh, en = texts(replace(POINT, kind=kind.value, condition="state", facts=facts))
            assert "状态：" in zh, states[number]
            assert "_" not in en, states[number]


UNFIT = [
    (
        lambda: made("deviation", TEMPERATURE, domain_replace(TWIN, unit="bar"), limit=5.0),
        "各监测点的单位不同：bar, °C（字段 points）",
    ),
    (
        lambda: made("state", TEMPERATURE, states="fault"),
        "监测点不符合规则要求（字段 points.main）",
    ),
    (
        lambda: made("deviation", TEMPERATURE, TWIN, limit=-5.0),
        "参数不符合规则要求（字段 parameters.limit）",
    ),
    (
        lambda: made("deviation", TEMPERATURE, MISSING, limit=5.0),
        "监测点未登记（字段 points.other）",
    ),
    (lambda: voted(None, TEMPERATURE), "探测器组 ring 不存在（字段 group）"),
    (lambda: voted([TWIN], TEMPERATURE), "main 不在探测器组 ring 中（字段 group）"),
    (lambda: voted([TEMPERATURE], TEMPERATURE), "监测点数量应为 2 至 20 个（字段 points）"),
    (
        lambda: voted([TEMPERATURE, TWIN], TEMPERATURE, 3),
        "仅有 2 个监测点，不可能有 3 个达到限值（字段 parameters.needed）",
    ),
]


def made(kind: str, *points: Point, **parameters: Scalar) -> str:
    """The fault of a rule that does not fit, as the engine tells it."""
    registered = Directory()
    for point in points:
        if point is not MISSING:
            registered.put(point)
    rule = domain_replace(detector(kind, *points), parameters=parameters)
    fault = Watch(rule, registered).fault
    assert fault is not None
    return fault


def voted(members: list[Point] | None, main: Point, needed: int = 2) -> str:
    """The fault of a vote over a group; None: there is no such group."""
    registered = Directory()
    for point in (TEMPERATURE, TWIN):
        registered.put(point)
    if members is not None:
        those = tuple(point.id for point in members)
        registered.groups.put(DetectorGroup("acme", "ring", GroupKind.MIXED, those))
    rule = detector("voting", main, needed=needed, limit=5.0)
    fault = Watch(domain_replace(rule, group="ring"), registered).fault
    assert fault is not None
    return fault


@pytest.mark.parametrize(("fault", "said"), UNFIT)
def test_a_rule_that_cannot_judge_says_why(fault: Callable[[], str], said: str) -> None:
    told = fault()
    lost = replace(LOST, facts={"kind": "rate", "fault": told})
    assert texts(lost) == (f"规则 d1 无法判定：{said}", f"rule d1 cannot judge: {told}")
    assert (params(lost)["fault"], params(lost)["fault_zh"]) == (told, said)


def test_a_failure_while_judging_is_named() -> None:
    lost = replace(LOST, facts={"kind": "rate", "fault": "LookupError: no such state"})
    zh, en = texts(lost)
    assert zh == "规则 d1 无法判定：判定时出错（LookupError）"
    assert en.endswith("LookupError: no such state")


def test_what_nobody_judges_now_says_so() -> None:
    alarm = replace(POINT, condition="bad_quality", facts={"kind": "bad_quality"}, judged=False)
    assert texts(alarm)[1].endswith("(not judged now: its readings do not suffice)")


def test_a_claim_of_another_judge_is_not_taken_for_ours() -> None:
    stranger = replace(POINT, condition="rate", facts={"kind": "permit"})
    assert texts(stranger)[1] == "TI-1 Reactor: rate"
