"""What the colours of the map mean, in Chinese and English."""

from services.api.wording import Language

COLOURS = {1: "red", 2: "orange", 3: "yellow", 4: "blue"}
_GRADES = {
    1: ("红：一级（重大）报警", "Red: grade 1 alarm"),
    2: ("橙：二级（较大）报警", "Orange: grade 2 alarm"),
    3: ("黄：三级（一般）报警", "Yellow: grade 3 alarm"),
    4: ("蓝：四级（低）报警", "Blue: grade 4 alarm"),
}
_RISKS = {
    1: ("红：重大风险", "Red: major risk"),
    2: ("橙：较大风险", "Orange: considerable risk"),
    3: ("黄：一般风险", "Yellow: moderate risk"),
    4: ("蓝：低风险", "Blue: low risk"),
}
_NO_GRADE = ("无色：无在报警，不等于安全", "No colour: no active alarm, which is not “safe”")
_NO_RISK = ("无色：不计风险指数", "No colour: it has no risk index")


def grade_legend(language: Language) -> dict[str, str]:
    """What the colours of grades say."""
    return _legend(_GRADES, _NO_GRADE, language)


def risk_legend(language: Language) -> dict[str, str]:
    """What the colours of risk levels say."""
    return _legend(_RISKS, _NO_RISK, language)


def unjudged_text(language: Language) -> str:
    """No rule is in force for a point."""
    if language is Language.ZH:
        return "未设报警规则：其读数不作判定"
    return "No rule is in force for it: whatever it reads raises no alarm"


def offline_text(language: Language) -> str:
    """A point is not online."""
    return "监测点离线" if language is Language.ZH else "The point is offline"


def _legend(
    rows: dict[int, tuple[str, str]], none: tuple[str, str], language: Language
) -> dict[str, str]:
    which = 0 if language is Language.ZH else 1
    return {COLOURS[level]: text[which] for level, text in rows.items()} | {"none": none[which]}
