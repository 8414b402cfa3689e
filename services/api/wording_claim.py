"""What an alarm says that another judge claims: silence, a gateway's clock, or a judge's own."""

from collections.abc import Mapping

from services.api.wording_detector import detector_sentence
from services.api.wording_interlock import interlock_sentence
from services.api.wording_licence import licence_sentence, licence_words
from services.api.wording_maintenance import maintenance_sentence
from services.domain.claim import Scalar
from services.wire.bus import AlarmItem

Said = tuple[str, str]
"""Chinese and English."""

_SUBJECTS: dict[str, Said] = {
    "gateway": ("网关", "gateway"),
    "enterprise": ("企业", "enterprise"),
    "rule": ("规则", "rule"),
    "licence": ("许可证", "licence"),
    "store": ("存储", "store"),
}
_SENTENCES: dict[tuple[str, str], Said] = {
    ("point", "stale"): ("{who} 已超过 {due} 秒无有效数据", "{who}: no usable reading for {due} s"),
    ("gateway", "offline"): (
        "{who} 失联：已超过 {due} 秒未收到任何数据，影响 {points} 个监测点",
        "{who}: nothing heard for {due} s; {points} points depend on it",
    ),
    ("enterprise", "offline"): (
        "{who} 全部 {gateways} 个网关失联，影响 {points} 个监测点",
        "{who}: all gateways silent ({gateways}); {points} points depend on them",
    ),
    ("point", "calibration_due"): (
        "{who} 检定（校准）已到期，应于 {due_on} 前完成",
        "{who}: its calibration was due on {due_on}",
    ),
    ("point", "bump_test_due"): (
        "{who} 功能（通气）测试已到期，应于 {due_on} 前完成",
        "{who}: its bump test was due on {due_on}",
    ),
    ("enterprise", "calibration_due"): (
        "{who} 有 {points} 个监测点检定（校准）已到期，最早为 {first}，应于 {due_on} 前完成",
        "{who}: {points} points are due for calibration, {first} first, on {due_on}",
    ),
    ("enterprise", "bump_test_due"): (
        "{who} 有 {points} 个监测点功能（通气）测试已到期，最早为 {first}，应于 {due_on} 前完成",
        "{who}: {points} points are due for a bump test, {first} first, on {due_on}",
    ),
    ("enterprise", "licence_expired"): (
        "{who} 有 {licences} 份许可证已过期，最早为 {first}，有效期至 {due_on}",
        "{who}: {licences} licences have expired, {first} first, whose last day was {due_on}",
    ),
    ("store", "storage_low"): (
        "数据库存储空间将不足，仅剩 {free}%：低于 20% 起旧数据将提前删除",
        "The database runs out of room, {free} % is free: below 20 % old readings go early",
    ),
    ("store", "storage_tight"): (
        "数据库存储空间不足，仅剩 {free}%：接收满 30 天的旧数据正提前删除，请扩容",
        "The database is short of room, {free} % is free: readings received more than 30 days ago"
        " go before their time; make room",
    ),
    ("store", "storage_full"): (
        "数据库存储空间即将用尽，仅剩 {free}%：最近 30 天的数据依法不删除，请立即扩容",
        "The database has hardly any room left, {free} % is free: what was received in the last"
        " 30 days is never dropped; make room now",
    ),
    ("store", "broker_store_half"): (
        "消息代理存储已用 {used}%，按近 10 分钟增速约剩 {hours} 小时：积压的消息无人取走",
        "The broker's store is {used} % full, {hours} h left as it grows: what waits there is not"
        " fetched",
    ),
    ("store", "broker_store_full"): (
        "消息代理存储已用 {used}%，按近 10 分钟增速约剩 {hours} 小时：网关即将被拒绝，请立即处置",
        "The broker's store is {used} % full, {hours} h left as it grows: gateways are refused soon",
    ),
    ("gateway", "clock"): (
        "{who} 时钟异常：所报时间不可用，请校准网关时钟",
        "{who}: the times it sends are unusable; set its clock",
    ),
    ("gateway", "clock_behind"): (
        "{who} 时钟异常：数据时间持续落后 {behind} 秒，请校准网关时钟或检查积压",
        "{who}: its readings stay {behind} s behind; set its clock, or see what holds them up",
    ),
}
_UNJUDGED: Said = ("（判定方失联，目前无法判定）", " (not judged now: its judge has fallen silent)")
_UNANSWERED: Said = ("（数据不足，目前无法判定）", " (not judged now: its readings do not suffice)")


def claimed_sentence(alarm: AlarmItem, who: Said) -> Said:
    """Both languages. `who` names the point where the subject is one."""
    named = _named(alarm, who)
    found = (
        detector_sentence(alarm, named)
        or interlock_sentence(alarm, named)
        or licence_sentence(alarm)
        or maintenance_sentence(alarm, named)
    )
    template = _SENTENCES.get((alarm.subject_type, _shape(alarm)))
    if found is not None:
        return found if alarm.judged else (found[0] + _UNANSWERED[0], found[1] + _UNANSWERED[1])
    if template is None:
        told = (f"{named[0]} {alarm.condition}", f"{named[1]}: {alarm.condition}")
    else:
        zh, en = _words(alarm.facts)
        told = template[0].format(who=named[0], **zh), template[1].format(who=named[1], **en)
    return told if alarm.judged else (told[0] + _UNJUDGED[0], told[1] + _UNJUDGED[1])


def _named(alarm: AlarmItem, who: Said) -> Said:
    if alarm.tag is not None:
        return who
    zh, en = _SUBJECTS.get(alarm.subject_type, (alarm.subject_type, alarm.subject_type))
    return f"{zh} {alarm.subject_id}", f"{en} {alarm.subject_id}"


def _shape(alarm: AlarmItem) -> str:
    behind = alarm.condition == "clock" and alarm.facts.get("behind_s") is not None
    return "clock_behind" if behind else alarm.condition


def _words(facts: Mapping[str, Scalar]) -> tuple[dict[str, str], dict[str, str]]:
    """By name, in Chinese and in English."""
    names = {"due": "due_s", "points": "points", "gateways": "gateways", "behind": "behind_s"}
    names |= {"free": "free_percent", "used": "used_percent", "hours": "hours_left"}
    told = {word: _number(facts.get(fact)) for word, fact in names.items()}
    told |= {"licences": _number(facts.get("licences")), "due_on": str(facts.get("due_on", "–"))}
    zh, en = licence_words(str(facts.get("first", "–")))
    return told | {"first": zh}, told | {"first": en}


def _number(fact: Scalar) -> str:
    return f"{fact:.6g}" if isinstance(fact, int | float) else "–"
