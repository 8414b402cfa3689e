"""Why a message could not be used, for people: a stable code, and the sentence in their language.

The reason is recorded in English, with what was sent quoted in it. Each clause that
`services.wire` can say has its code and its Chinese here; a test holds the two together.
"""

import re
from dataclasses import dataclass

from services.api.wording import Language

OTHER = "other"
"""The code of a reason that has no clause here (of an older version, or of the database)."""

CLAUSES: dict[str, tuple[str, str]] = {
    "empty": (
        r"The payload is empty: send a JSON object with values",
        "报文为空：应发送含 values 的 JSON 对象",
    ),
    "byte_order_mark": (
        r"The payload begins with a byte order mark: send UTF-8 without it",
        "报文以字节顺序标记（BOM）开头：应发送不带 BOM 的 UTF-8",
    ),
    "compressed": (
        r"The payload is compressed \(gzip\): send it uncompressed",
        "报文经过 gzip 压缩：应不压缩发送",
    ),
    "utf16": (r"The payload is UTF-16: send UTF-8", "报文为 UTF-16 编码：应发送 UTF-8"),
    "damaged_utf8": (
        r"The payload is damaged UTF-8: send JSON in UTF-8",
        "报文的 UTF-8 编码已损坏：应发送 UTF-8 编码的 JSON",
    ),
    "not_utf8": (
        r"The payload is not UTF-8 text: send JSON in UTF-8",
        "报文不是 UTF-8 文本：应发送 UTF-8 编码的 JSON",
    ),
    "nested": (
        r"The payload is nested too deeply: send flat objects of values",
        "报文嵌套过深：应发送单层的对象",
    ),
    "too_large": (
        r"The payload has (\d+) bytes, the limit is (\d+): send smaller messages",
        r"报文 \1 字节，上限 \2 字节：应拆成较小的报文",
    ),
    "not_json": (
        r"The payload is not JSON \(character (\d+): .*?\): "
        r"send an object with values, or an array of such",
        r"报文不是 JSON（第 \1 个字符处）：应发送含 values 的对象或其数组",
    ),
    "empty_array": (r"The payload is an empty array", "报文是空数组"),
    "not_devices": (
        r"The payload is not a JSON object of devices",
        "报文不是以设备为键的 JSON 对象",
    ),
    "not_objects": (
        r"The payload is not a JSON object or an array of objects",
        "报文不是 JSON 对象或对象数组",
    ),
    "not_object": (r"The payload is not a JSON object", "报文不是 JSON 对象"),
    "not_senml": (r"The payload is not a SenML pack", "报文不是 SenML 记录组"),
    "senml_label": (
        r"The label (.+?) must be understood, and is not: leave it out",
        r"标签 \1 必须能识别而无法识别：应去掉",
    ),
    "senml_version": (
        r"SenML version (.+?) is unknown: send version (\d+)",
        r"不支持 SenML 版本 \1：应发送版本 \2",
    ),
    "database": (r"The database refused it: (.+)(?=\.$)", r"数据库拒绝写入：\1"),
    "topic": (
        r"(?:The topic|Unknown topic) (.+?)(?: is unknown)?: "
        r"publish to (\S+) and one of (.+?) and state",
        r"未知主题 \1：应发布到 \2 下的 \3 或 state",
    ),
    "state": (r"A state must be an object", "state 报文应为对象"),
    "element": (r"An element of the array is not an object", "数组中有元素不是对象"),
    "values": (
        r'"values" is missing, empty or not an object',
        "“values”缺失、为空或不是对象",
    ),
    "values_or_tags": (r'"values" or "tags" is missing or empty', "“values”或“tags”缺失或为空"),
    "tags_element": (r'An element of "tags" is not an object', "“tags”中有元素不是对象"),
    "record": (r"A record is not an object", "有记录不是对象"),
    "not_an_object": (r'"(\w+)" is not an object', r"“\1”不是对象"),
    "not_an_array": (r'"(\w+)" is not an array', r"“\1”不是数组"),
    "device_values": (
        r'has an element whose "values" is missing, empty or not an object',
        "有元素的“values”缺失、为空或不是对象",
    ),
    "device_element": (r"has an element that is not an object", "有元素不是对象"),
    "device_elements": (
        r"is not an array of elements, or an empty one",
        "不是元素数组，或为空数组",
    ),
    "time_shape": (r"is no time, send whole epoch milliseconds", "不是时间，应发送整数毫秒时间戳"),
    "time_text": (
        r"is no time, send epoch milliseconds or RFC 3339 with an offset",
        "不是时间，应发送毫秒时间戳或带时区的 RFC 3339 时间",
    ),
    "time_seconds": (
        r"looks like seconds, send epoch milliseconds",
        "像是以秒为单位，应发送毫秒时间戳",
    ),
    "time_microseconds": (
        r"looks like microseconds, send epoch milliseconds",
        "像是以微秒为单位，应发送毫秒时间戳",
    ),
    "time_nanoseconds": (
        r"looks like nanoseconds, send epoch milliseconds",
        "像是以纳秒为单位，应发送毫秒时间戳",
    ),
    "time_far": (
        r"is more than 10 years off, set the gateway's clock",
        "与当前时间相差 10 年以上，应校准网关时钟",
    ),
    "senml_time_far": (
        r"time (\S+) s is more than 10 years off, SenML's times are in seconds",
        r"时间 \1 秒与当前时间相差 10 年以上，SenML 的时间以秒为单位",
    ),
    "time_unreal": (
        r"does not exist, send a real RFC 3339 time",
        "不存在，应发送真实的 RFC 3339 时间",
    ),
    "time_offset": (r"has no offset, add Z or \+08:00", "没有时区，应加上 Z 或 +08:00"),
    "twice": (r"is given twice, send it once", "重复出现，只应发送一次"),
    "not_a_number": (
        r"is no number, send null with quality bad instead",
        "不是数字，应改发 null 并注明品质 bad",
    ),
    "beyond": (r"is beyond every number we can store", "超出可存储的数值范围"),
    "state_name": (
        r"a state has 1 to (\d+) printable characters",
        r"状态名应为 1 至 \1 个可打印字符",
    ),
    "tag_name": (
        r"a tag has 1 to (\d+) printable characters, rename it",
        r"位号应为 1 至 \1 个可打印字符，请改名",
    ),
    "value_shape": (
        r"a value is a number, a boolean, a state's name or an object with v",
        "值应为数字、布尔值、状态名或含 v 的对象",
    ),
    "no_v": (r'the object has no "v"', "对象中没有“v”"),
    "no_value": (r"the record has no value, send v, vb or vs", "记录没有值，应发送 v、vb 或 vs"),
    "neither": (
        r'the tag has neither "value" nor "error"',
        "该位号既没有“value”也没有“error”",
    ),
    "several_values": (
        r"give one of v, vb and vs, not several",
        "v、vb、vs 只能给出一个",
    ),
    "binary": (r"binary data \(vd\) cannot be stored", "不能存储二进制数据（vd）"),
    "sum": (
        r"a sum \(s\) without a value cannot be stored, send v",
        "不能存储没有值的累计量（s），应发送 v",
    ),
    "number_wanted": (r"takes a number, not", "应为数字，而不是"),
    "state_wanted": (
        r"takes true, false or one of (\w+(?:, \w+)*)",
        r"应为 true、false 或以下之一：\1",
    ),
    "computed": (
        r"it is computed by Parkwatch, no gateway may send it: choose another tag",
        "该测点由平台计算，网关不得上报：应改用其他位号",
    ),
    "measured": (
        r"it is measured, only derived points are computed",
        "该测点为实测点，平台只计算计算点",
    ),
    "quality": (
        r"is unknown, send good, uncertain or bad",
        "未知，应发送 good、uncertain 或 bad",
    ),
    "boot": (
        r"is refused, send a text of 1 to (\d+) characters",
        r"不符合要求，应发送 1 至 \1 个字符的文本",
    ),
    "seq": (
        r"is refused, send a whole number from 0 to 2\^63 - 1",
        "不符合要求，应发送 0 至 2^63 - 1 的整数",
    ),
    "senml_number": (r"is no (?:value|time), send a number", "不是数字，应发送数字"),
    "senml_kind_number": (r"is no number\b", "不是数字"),
    "senml_kind_boolean": (r"is no boolean\b", "不是布尔值"),
    "senml_kind_text": (r"is no text\b", "不是文本"),
}
"""By code: what `services.wire` says, and the same in Chinese. Longer ones go first."""

_JOINTS: tuple[tuple[str, str], ...] = (
    (r"The state's ", "state 报文的 "),
    (r"\bDevice (?=')", "设备 "),
    (r'has "values" that ', "的“values”"),
    (r"(\d+) more like these\.", r"另有 \1 项类似问题。"),
    (r"[:,] send (?:Neuron's |an array of records like )?(?=[\[{])", "：应发送 "),
)
"""What stands around the clauses; they have no code."""

_ORDERED = sorted(CLAUSES.items(), key=lambda item: -len(item[1][0]))
_COMPILED = [(code, re.compile(said), chinese) for code, (said, chinese) in _ORDERED]


@dataclass(frozen=True, slots=True)
class Explained:
    """`code` of the first clause, its figures and names as they stand in it, and all of it as one
    text."""

    code: str
    params: list[str]
    text: str


def explain(reason: str, language: Language) -> Explained:
    """A recorded reason, for somebody who reads this language."""
    code, params = _first(reason)
    return Explained(code, params, _chinese(reason) if language is Language.ZH else reason)


def _first(reason: str) -> tuple[str, list[str]]:
    found = [(code, match) for code, said, _ in _COMPILED if (match := said.search(reason))]
    if not found:
        return OTHER, []
    code, match = min(found, key=lambda each: each[1].start())
    return code, [each for each in match.groups() if each is not None]


def _chinese(reason: str) -> str:
    text = reason
    for _, said, chinese in _COMPILED:
        text = said.sub(chinese, text)
    for said_around, chinese in _JOINTS:
        text = re.sub(said_around, chinese, text)
    return re.sub(r"(?<=[\w一-鿿）”\]}'])\.(?: |$)", "。", text)
