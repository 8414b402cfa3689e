"""What an alarm says that a rule raised which is more than a limit: its finding, in two languages."""

from collections.abc import Callable, Mapping

from services.api.wording_fault import unfit
from services.domain.claim import Scalar
from services.domain.detector_kind import DetectorKind
from services.domain.point import STATES, PointKind
from services.wire.bus import AlarmItem

Said = tuple[str, str]
"""Chinese and English."""
Facts = Mapping[str, Scalar]

_STATES: dict[str, Said] = {
    "normal": ("正常", "reports normal"),
    "alarm": ("报警", "reports alarm"),
    "fault": ("故障", "reports a fault"),
    "in_service": ("投用", "is in service"),
    "tripped": ("动作", "has tripped"),
    "reset_pending": ("复位待确认", "waits for its reset"),
    "bypass_maintenance": ("维护旁路", "is on maintenance bypass"),
    "bypass_operational": ("操作旁路", "is on operational bypass"),
    "removed": ("摘除", "is removed"),
    "proof_test": ("测试", "is under proof test"),
    "closed": ("关", "is closed"),
    "open": ("开", "is open"),
    "moving": ("动作中", "is moving"),
    "off": ("断", "is off"),
    "on": ("通", "is on"),
}


def state_words(state: str) -> Said:
    """The name of a state, and in English what is said of a point in it."""
    return _STATES.get(state, (state, f"is {state}"))


def detector_sentence(alarm: AlarmItem, who: Said) -> Said | None:
    """Both languages; None: no such rule raised it. `who` names its point."""
    kind = alarm.facts.get("kind")
    if alarm.condition == "undetermined":
        fault = str(alarm.facts.get("fault"))
        rule = alarm.subject_id
        return f"规则 {rule} 无法判定：{unfit(fault)}", f"rule {rule} cannot judge: {fault}"
    if alarm.tag is None or kind != alarm.condition or kind not in _SENTENCES:
        return None
    zh, en = _SENTENCES[DetectorKind(kind)](alarm.facts, alarm)
    between = " " if kind in _SAID_OF_THE_POINT else ": "
    return f"{who[0]} {zh}", f"{who[1]}{between}{en}"


def facts_in_chinese(alarm: AlarmItem) -> dict[str, Scalar]:
    """Facts that are sentences, for those who word the alarm themselves in Chinese."""
    fault = alarm.facts.get("fault")
    if alarm.condition != "undetermined" or not isinstance(fault, str):
        return {}
    return {"fault_zh": unfit(fault)}


def _rate(facts: Facts, alarm: AlarmItem) -> Said:
    falls = facts.get("direction") == "low"
    value, limit = _size(facts, "value"), _number(facts, "limit_per_min")
    unit = alarm.unit
    zh, en = ("下降过快", "falls too fast") if falls else ("上升过快", "rises too fast")
    return (
        f"{zh}：每分钟 {value} {unit}，限值 {limit} {unit}",
        f"{en}: {value} {unit} per minute, limit {limit} {unit}",
    )


def _deviation(facts: Facts, alarm: AlarmItem) -> Said:
    value, limit = _number(facts, "value"), _number(facts, "limit")
    points, unit = facts.get("points"), alarm.unit
    return (
        f"冗余测量偏差 {value} {unit}，限值 {limit} {unit}（{points}）",
        f"redundant measurements lie {value} {unit} apart, limit {limit} {unit} ({points})",
    )


def _stuck(facts: Facts, alarm: AlarmItem) -> Said:
    moved, span, unit = _number(facts, "value"), _number(facts, "span_s"), alarm.unit
    return (
        f"数值不变：{span} 秒内仅变化 {moved} {unit}",
        f"is stuck: moved by {moved} {unit} in {span} s",
    )


def _bad_quality(_facts: Facts, _alarm: AlarmItem) -> Said:
    return "数据质量无效，请检查仪表及其线路", "bad quality; see to the instrument and its line"


def _signal_band(facts: Facts, _alarm: AlarmItem) -> Said:
    value = _number(facts, "value")
    return (
        f"信号故障：{value} mA，超出 NAMUR NE 43 测量区间",
        f"signal failure: {value} mA, a failure band of NAMUR NE 43",
    )


def _voting(facts: Facts, alarm: AlarmItem) -> Said:
    votes, needed = _number(facts, "value"), _number(facts, "needed")
    limit, points, unit = _number(facts, "limit"), facts.get("points"), alarm.unit
    return (
        f"同组 {votes} 个探测器达到 {limit} {unit}（表决需 {needed} 个：{points}）",
        f"{votes} detectors of its group reached {limit} {unit} ({needed} needed of {points})",
    )


def _count(facts: Facts, _alarm: AlarmItem) -> Said:
    times, span = _number(facts, "value"), _number(facts, "span_s")
    needed = _number(facts, "needed")
    return (
        f"{span} 秒内发生 {times} 次，限 {needed} 次",
        f"counted {times} times in {span} s, limit {needed}",
    )


def _forecast(facts: Facts, alarm: AlarmItem) -> Said:
    limit, unit = _number(facts, "limit"), alarm.unit
    about, soonest, latest = (_number(facts, name) for name in ("value", "low", "high"))
    return (
        f"预计约 {about} 秒后达到 {limit} {unit}（{soonest} 至 {latest} 秒）",
        f"will reach {limit} {unit} in about {about} s ({soonest} to {latest} s)",
    )


def _state(facts: Facts, alarm: AlarmItem) -> Said:
    code, states = facts.get("value"), STATES.get(PointKind(alarm.kind)) if alarm.kind else None
    if not isinstance(code, int | float) or states is None or not 0 <= int(code) < len(states):
        return "状态报警", "is in a state that is an alarm"
    zh, en = _STATES[states[int(code)]]
    return f"状态：{zh}", en


def _expression(facts: Facts, _alarm: AlarmItem) -> Said:
    text = facts.get("text")
    return f"满足报警表达式：{text}", f"the expression holds: {text}"


_SENTENCES: Mapping[DetectorKind, Callable[[Facts, AlarmItem], Said]] = {
    DetectorKind.RATE: _rate,
    DetectorKind.DEVIATION: _deviation,
    DetectorKind.STUCK: _stuck,
    DetectorKind.BAD_QUALITY: _bad_quality,
    DetectorKind.SIGNAL_BAND: _signal_band,
    DetectorKind.VOTING: _voting,
    DetectorKind.COUNT: _count,
    DetectorKind.FORECAST: _forecast,
    DetectorKind.STATE: _state,
    DetectorKind.EXPRESSION: _expression,
}

_SAID_OF_THE_POINT = frozenset(
    {DetectorKind.RATE, DetectorKind.STUCK, DetectorKind.FORECAST, DetectorKind.STATE}
)
"""In English the point is the subject of the sentence, so no colon stands between."""


def _number(facts: Facts, name: str) -> str:
    fact = facts.get(name)
    return f"{fact:.6g}" if isinstance(fact, int | float) else "–"


def _size(facts: Facts, name: str) -> str:
    """Without its sign, which the words tell."""
    return _number(facts, name).removeprefix("-")
