"""What a rule of suppression says: its logic, where it stands and why, in two languages."""

from collections.abc import Mapping, Sequence

from services.api.wording import Language
from services.api.wording_detector import state_words
from services.domain.claim import Scalar
from services.domain.suppression_hold import Phase, Unknown
from services.store.suppression_list import SuppressionVersion, TargetRow

Said = tuple[str, str]
"""Chinese and English."""
Facts = Mapping[str, Scalar]

_ALARMS: dict[str, Said] = {
    "high": ("高限", "high limit"),
    "low": ("低限", "low limit"),
    "rate": ("变化率", "rate"),
    "deviation": ("测量偏差", "deviation"),
    "stuck": ("数值不变", "stuck"),
    "bad_quality": ("数据无效", "bad quality"),
    "signal_band": ("信号故障", "signal band"),
    "voting": ("表决", "voting"),
    "count": ("频次", "count"),
    "forecast": ("越限预测", "forecast"),
    "state": ("状态", "state"),
    "expression": ("组合条件", "expression"),
}
_PHASES: dict[Phase, Said] = {
    Phase.WAITING: ("条件未成立，未抑制", "its condition is not there: nothing is suppressed"),
    Phase.HOLDING: ("条件成立，正在抑制", "its condition is there: it suppresses"),
    Phase.ENDING: (
        "条件已消失，开车保持期内继续抑制",
        "its condition is over: held for the start-up",
    ),
}
_UNKNOWN: dict[Unknown, Said] = {
    Unknown.NO_VALUE: ("条件监测点尚无数据", "its point has told nothing yet"),
    Unknown.BAD_QUALITY: ("条件监测点数据质量不可信", "its point's value is not of good quality"),
    Unknown.SILENT: ("条件监测点或其网关失联", "its point or the point's gateway is silent"),
    Unknown.LATE: ("条件监测点数据滞后", "its point's value came late"),
    Unknown.UNDER_TEST: ("条件监测点正在测试", "its point is under test"),
    Unknown.UNREGISTERED: ("条件监测点未登记", "its point is not registered"),
    Unknown.LOOP: ("与其他抑制规则形成循环", "with other rules it makes a loop"),
}
_NOTHING: Said = ("，不抑制任何报警", ": nothing is suppressed")


def standing_text(phase: str, why: str | None, language: Language) -> str:
    """Where a rule stands, in a sentence."""
    known = _UNKNOWN.get(Unknown(why)) if why in set(Unknown) else None
    if phase == Phase.UNKNOWN and known is not None:
        return _in(language, (known[0] + _NOTHING[0], known[1] + _NOTHING[1]))
    return _in(language, _PHASES.get(Phase(phase), _NOTHING))


def rule_text(rule: SuppressionVersion, unit: str, language: Language) -> str:
    """The logic of a version in a sentence; `unit` is that of the point it waits for."""
    facts: dict[str, Scalar] = {
        "kind": rule.kind,
        "tag": rule.tag,
        "states": ",".join(rule.states),
        "direction": rule.direction,
        "limit": rule.limit,
        "unit": unit,
        "alarm": rule.alarm,
    }
    zh, en = _condition(facts)
    aims = [_target(each) for each in rule.targets]
    those = "、".join(each[0] for each in aims), ", ".join(each[1] for each in aims)
    hold = f"{rule.off_delay_s:g}"
    return _in(
        language,
        (
            f"{zh}时抑制：{those[0]}（{_grades(rule.grade)}级报警）；条件消失后保持 {hold} 秒",
            f"while {en}: {those[1]} (grade {_grades(rule.grade)}); held for {hold} s after",
        ),
    )


def logic_text(logic: Facts, language: Language) -> str | None:
    """What an alarm that is off the board bears of the rule; None: no rule suppresses it."""
    if "kind" not in logic:
        return None
    zh, en = _condition(logic)
    name, value = logic.get("name"), logic.get("value")
    shown = value if isinstance(value, str) else _number(value)
    if logic.get("kind") != "limit":
        return _in(language, (f"{name}：{zh}", f"{name}: {en}"))
    unit = logic.get("unit") or ""
    return _in(
        language, (f"{name}：{zh.rstrip()}（{shown} {unit}）", f"{name}: {en} ({shown} {unit})")
    )


def _condition(facts: Facts) -> Said:
    tag = facts.get("tag")
    match facts.get("kind"):
        case "state":
            words = [state_words(each) for each in str(facts.get("states")).split(",")]
            return (
                f"{tag} 为" + "或".join(f"“{each[0]}”" for each in words),
                f"{tag} " + " or ".join(each[1] for each in words),
            )
        case "limit":
            sign = "≤" if facts.get("direction") == "low" else "≥"
            told = f"{tag} {sign} {_number(facts.get('limit'))} {facts.get('unit') or ''}".rstrip()
            return f"{told} ", told
        case _:
            zh, en = _called(facts.get("alarm"))
            return f"{tag} 的{zh}报警存在", f"the {en}alarm of {tag} stands"


def _target(target: TargetRow) -> Said:
    zh, en = _called(target.alarm)
    if target.tag is not None:
        return f"{target.tag} 的{zh}报警", f"{en}alarms of {target.tag}"
    source = target.hazard_source
    return (
        f"危险源 {source} 各监测点的{zh}报警（气体、氧、火灾、烟雾除外）",
        f"{en}alarms of hazard source {source} (but gas, oxygen, fire and smoke)",
    )


def _called(alarm: Scalar) -> Said:
    known = _ALARMS.get(str(alarm))
    return ("", "") if known is None else (known[0], f"{known[1]} ")


def _grades(gravest: int) -> str:
    return "4" if gravest >= 4 else f"{gravest}–4"


def _number(value: Scalar) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "–"


def _in(language: Language, both: Sequence[str]) -> str:
    return both[0] if language is Language.ZH else both[1]
