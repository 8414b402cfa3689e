"""Why a rule cannot judge, in Chinese: the domain says it in English, led by the field."""

import re

_POINT = re.compile(r"points\.(\w+): This point is not registered\.")
_UNITS = re.compile(r"points: The points have different units \((.*?)\)")
_FIELD = re.compile(r"(points|parameters|grade)((?:\.\w+)?): ")
_FIELDS = {
    "points": "监测点不符合规则要求",
    "parameters": "参数不符合规则要求",
    "grade": "报警等级不符合规则要求",
}


def unfit(fault: str) -> str:
    """What does not fit, and the field at fault; of a failure while judging only its name, for the
    rest of it is for the log."""
    if found := _POINT.match(fault):
        return f"监测点未登记（字段 points.{found[1]}）"
    if found := _UNITS.match(fault):
        return f"各监测点的单位不同：{found[1]}（字段 points）"
    if found := _FIELD.match(fault):
        return f"{_FIELDS[found[1]]}（字段 {found[1]}{found[2]}）"
    return f"判定时出错（{fault.partition(':')[0]}）"
