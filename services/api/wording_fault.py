"""Why a rule cannot judge, in Chinese: the domain says it in English, led by the field."""

import re

_POINT = re.compile(r"points\.(\w+): This point is not registered\.")
_UNITS = re.compile(r"points: The points have different units \((.*?)\)")
_NO_GROUP = re.compile(r"group: There is no group (\S+)\.")
_NO_MEMBER = re.compile(r"group: (.+) is not in the group (\S+)\.")
_COUNT = re.compile(r"points: .* (\d+) to (\d+) points\.")
_VOTES = re.compile(r"parameters\.needed: Of (\d+) points (\d+) can never")
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
    if found := _NO_GROUP.match(fault):
        return f"探测器组 {found[1]} 不存在（字段 group）"
    if found := _NO_MEMBER.match(fault):
        return f"{found[1]} 不在探测器组 {found[2]} 中（字段 group）"
    if found := _COUNT.match(fault):
        return f"监测点数量应为 {found[1]} 至 {found[2]} 个（字段 points）"
    if found := _VOTES.match(fault):
        return f"仅有 {found[1]} 个监测点，不可能有 {found[2]} 个达到限值（字段 parameters.needed）"
    if found := _FIELD.match(fault):
        return f"{_FIELDS[found[1]]}（字段 {found[1]}{found[2]}）"
    return f"判定时出错（{fault.partition(':')[0]}）"
