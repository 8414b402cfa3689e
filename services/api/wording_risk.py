"""Why a hazard source has its grade and its risk, in Chinese and English."""

from services.api.wording import Language

_FACTORS: dict[str, tuple[str, str]] = {
    "static_level": ("静态分级（GB 18218）", "Static level (GB 18218)"),
    "alarms": ("在报警", "Active alarms"),
    "interlocks": ("联锁未投用", "Interlocks out of service"),
    "offline": ("监测点离线", "Points offline"),
    "suppressed": ("离板报警（搁置、抑制、停用）", "Alarms off the board"),
}

DEFINITION = {
    Language.ZH: "动态风险指数（0–100）由本平台按公开的因素与权重计算，并非主管部门的预警模型公式。",
    Language.EN: (
        "The dynamic risk index (0 to 100) is our own, of factors and weights that are shown; it "
        "is not the ministry's warning-model formula."
    ),
}


def factor_text(factor: str, value: float, language: Language) -> str:
    """What a factor adds, e.g. `Active alarms: +40`."""
    chinese, english = _FACTORS[factor]
    if language is Language.ZH:
        return f"{chinese}：+{value:.3g}"
    return f"{english}: +{value:.3g}"


def calm_text(language: Language) -> str:
    """There is no active alarm."""
    return "无在报警" if language is Language.ZH else "No active alarm"


def unwatched_text(language: Language) -> str:
    """It has no points."""
    if language is Language.ZH:
        return "未接入监测点：无法判断是否有异常"
    return "No point watches it: nobody can say that all is well"


def unknown_text(language: Language) -> str:
    """Nobody judges now."""
    if language is Language.ZH:
        return "报警引擎无应答：所示为最后已知状态，监测点一律按离线计"
    return "No alarm engine answers: this is as last known, and no point counts as online"
