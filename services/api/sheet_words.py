"""The words of sheets: what columns and their values are called in Chinese."""

import re

from services.api.sheet import fold

_COLUMNS: dict[str, str] = {
    "enterprise": "企业 企业编码 企业代码",
    "tag": "位号 测点位号 监测点位号",
    "kind": "类型 监测类型 测点类型",
    "unit": "单位 计量单位",
    "range_low": "量程下限",
    "range_high": "量程上限",
    "substance": "介质 物质 介质名称",
    "hazard_source": "重大危险源 重大危险源编码 危险源",
    "equipment": "设备 设备名称 设备位号",
    "gateway": "网关 网关编码",
    "name": "名称 测点名称 中文名称",
    "name_en": "英文名称",
    "lon": "经度",
    "lat": "纬度",
    "height_m": "高度 安装高度",
    "criticality": "重要度 重要程度",
    "period_s": "周期 上报周期",
    "reporting": "上报方式",
    "groups": "探测器组 分组 所属组",
    "calibrated_on": "检定日期 校准日期 标定日期",
    "calibration_due_on": "检定到期日期 校准到期日期 标定到期日期",
    "bump_tested_on": "功能测试日期 通气测试日期",
    "bump_test_due_on": "功能测试到期日期 通气测试到期日期",
}
_VALUES: dict[str, dict[str, str]] = {
    "kind": {
        "可燃气体": "combustible_gas",
        "有毒气体": "toxic_gas",
        "氧气": "oxygen",
        "氧含量": "oxygen",
        "温度": "temperature",
        "压力": "pressure",
        "液位": "level",
        "流量": "flow",
        "风速": "wind_speed",
        "风向": "wind_direction",
        "湿度": "humidity",
        "火焰": "fire",
        "火灾": "fire",
        "烟雾": "smoke",
        "烟感": "smoke",
        "联锁": "interlock",
        "阀门": "valve",
        "开关": "switch",
        "模拟量": "analog",
    },
    "criticality": {"高": "high", "中": "medium", "低": "low"},
    "reporting": {"周期": "periodic", "定时": "periodic", "变化": "on_change"},
}
_BY_WORD = {word: column for column, words in _COLUMNS.items() for word in words.split()}


def column_of(header: str) -> str:
    """The field that a header names, in English or Chinese, a unit in brackets aside; what is not
    known comes back as it is."""
    folded = fold(header)
    word = re.sub(r"\s*\(.*?\)$", "", folded)
    return _BY_WORD.get(word, folded.lower())


def value_of(column: str, text: str) -> str:
    """A value of a closed list by its own name, where it was given in Chinese."""
    return _VALUES.get(column, {}).get(text, text)
