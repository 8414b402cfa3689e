"""What the bench says, in Chinese and English: why an item passed, failed or was not tried."""

from services.domain.claim import Scalar
from services.domain.conformance import Ask, Finding, Item
from services.domain.conformance_evidence import TrialPoint

Said = tuple[str, str]
"""Chinese and English."""

TITLES: dict[Item, Said] = {
    Item.CREDENTIALS: ("使用本网关凭据接入", "Connects with its own credentials"),
    Item.QOS: ("以 QoS 1 上报", "Publishes at QoS 1"),
    Item.TAGS: ("位号均已登记", "Known tags only"),
    Item.PLAUSIBLE: ("单位与量程合理", "Plausible units and ranges"),
    Item.CLOCK: ("时钟偏差不超过 2 秒", "Clock within 2 s"),
    Item.RESEND: ("断线数据补传", "Resends what was cut off"),
    Item.ALARM: ("触发测试报警（演练）", "Trips a test alarm (exercise)"),
}
_ANY: dict[str, Said] = {
    "pending": ("尚无结论", "Not known yet"),
    "nothing_heard": (
        "测试期间未收到该网关的任何数据，无法检验",
        "Nothing was heard of the gateway during the test, so this could not be tried",
    ),
    "nothing_usable": (
        "测试期间没有可用于判断的数据",
        "Nothing that came during the test could be judged",
    ),
}
_SENTENCES: dict[tuple[Item, str], Said] = {
    (Item.CREDENTIALS, "session"): (
        "已用本网关的用户名登录，收到 {messages} 条消息",
        "It signed in as its own user; {messages} messages arrived",
    ),
    (Item.CREDENTIALS, "messages_only"): (
        "收到 {messages} 条仅本网关有权发布的消息；未见到其 MQTT 连接",
        "{messages} messages arrived that only its user may publish; its MQTT session was not seen",
    ),
    (Item.CREDENTIALS, "silent_session"): (
        "已用本网关的用户名登录，但未发布任何数据",
        "It signed in as its own user, and published nothing",
    ),
    (Item.CREDENTIALS, "refused"): (
        "消息代理 {count} 次拒绝其登录：请核对用户名和口令",
        "The broker refused its sign-in {count} times: check its username and password",
    ),
    (Item.CREDENTIALS, "never_seen"): (
        "测试期间该网关从未连接：请检查地址、端口和网络",
        "The gateway never connected during the test: check address, port and network",
    ),
    (Item.QOS, "qos_1"): (
        "{messages} 条消息均以 QoS 1 送达",
        "All {messages} messages came at QoS 1",
    ),
    (Item.QOS, "qos_0"): (
        "{of} 条消息中有 {messages} 条以 QoS 0 发布，断线时会丢失：请改为 QoS 1",
        "{messages} of {of} messages were published at QoS 0 and are lost when the line breaks: "
        "set it to QoS 1",
    ),
    (Item.TAGS, "known"): (
        "所报 {count} 个位号均已登记，无被拒绝的值",
        "All {count} tags that it reports are registered, and no value was refused",
    ),
    (Item.TAGS, "unregistered"): (
        "{count} 个位号未登记：{tags}；请登记，或从网关配置中删除",
        "{count} tags are not registered: {tags}; register them or take them out of the gateway",
    ),
    (Item.TAGS, "refused"): (
        "{count} 处内容被拒绝，首个原因：{reason}",
        "{count} values or messages were refused, the first because: {reason}",
    ),
    (Item.PLAUSIBLE, "within"): (
        "{values} 个值均在登记量程内，单位无矛盾",
        "All {values} values lie within their ranges, and no unit contradicts",
    ),
    (Item.PLAUSIBLE, "outside"): (
        "{count} 个位号的值超出登记量程：{tags}；请核对量程、单位和缩放系数",
        "{count} tags gave values outside their range: {tags}; check range, unit and scaling",
    ),
    (Item.PLAUSIBLE, "unit"): (
        "{count} 个位号所报单位与登记单位不一致：{tags}",
        "{count} tags came in another unit than registered: {tags}",
    ),
    (Item.PLAUSIBLE, "no_ranges"): (
        "这些监测点均未登记量程，无法检验",
        "None of these points has a range in the register, so this could not be tried",
    ),
    (Item.CLOCK, "near"): ("时钟偏差 {skew_ms} 毫秒", "Its clock is {skew_ms} ms from ours"),
    (Item.CLOCK, "ahead"): (
        "时钟超前 {skew_ms} 毫秒：请校时（NTP）",
        "Its clock is {skew_ms} ms ahead of ours: set it (NTP)",
    ),
    (Item.CLOCK, "behind"): (
        "时钟偏差 {skew_ms} 毫秒（落后）：请校时（NTP）",
        "Its clock is behind ours ({skew_ms} ms): set it (NTP)",
    ),
    (Item.CLOCK, "catching_up"): (
        "网关正在补传积压数据，无法判断时钟：请待其补传完毕后重试",
        "The gateway is catching up with a backlog; its clock cannot be told: try again after that",
    ),
    (Item.CLOCK, "no_times"): (
        "所报数据不带时间戳，以接收时间为准，无法检验时钟",
        "Its readings bear no time, ours is taken; its clock could not be tried",
    ),
    (Item.RESEND, "resent"): (
        "连接被切断 {cut_s} 秒，其间 {count} 个时刻的数据均已补传，台账无缺口",
        "Cut for {cut_s} s; what it measured meanwhile ({count} times) arrived, and the ledger has "
        "no hole",
    ),
    (Item.RESEND, "cannot_cut"): (
        "本平台无权切断消息代理上的连接，无法检验",
        "This platform may not cut connections at the broker, so this could not be tried",
    ),
    (Item.RESEND, "no_numbers"): (
        "消息不带 boot 和 seq，缺失无法发现：请在网关中启用",
        "Its messages bear no boot and seq, so nobody could see what is missing: turn them on",
    ),
    (Item.RESEND, "not_cut"): (
        "未能切断：测试期间未见到该网关的稳定连接",
        "It was not cut: no steady session of the gateway was there in time",
    ),
    (Item.RESEND, "not_back"): (
        "切断 {cut_s} 秒后，该网关在测试期间未恢复上报",
        "After the cut of {cut_s} s it did not report again during the test",
    ),
    (Item.RESEND, "ledger_behind"): (
        "其数据在测试期间尚未全部入库，无法判断",
        "Its messages were not all stored in time to tell",
    ),
    (Item.RESEND, "missing"): (
        "切断 {cut_s} 秒后缺少 {count} 条消息，未补传",
        "After the cut of {cut_s} s {count} messages are missing, and were not sent again",
    ),
    (Item.RESEND, "too_slow"): (
        "上报周期 {period_s} 秒长于切断时间 {cut_s} 秒：请延长切断时间后重试",
        "It reports every {period_s} s and was cut for {cut_s} s only: try again with a longer cut",
    ),
    (Item.RESEND, "nothing_measured"): (
        "切断的 {cut_s} 秒内没有数据：编号连续，但断线期间未采集或未缓存",
        "Nothing of the {cut_s} s of the cut came: its numbers go on, but it neither measured nor "
        "kept anything meanwhile",
    ),
    (Item.ALARM, "tripped"): (
        "{tag} 触发 {condition} 报警（{value} {unit}），全程标记为演练，并已恢复",
        "{tag} tripped {condition} at {value} {unit}, marked as an exercise, and returned",
    ),
    (Item.ALARM, "still_standing"): (
        "{tag} 触发 {condition} 报警（{value} {unit}），标记为演练；测试结束时仍未恢复，此后按真实报警处理",
        "{tag} tripped {condition} at {value} {unit}, marked as an exercise; it stood at the end of "
        "the test and is in earnest from then on",
    ),
    (Item.ALARM, "not_marked"): (
        "{tag} 触发了 {condition} 报警，但未标记为演练",
        "{tag} tripped {condition}, but it was not marked as an exercise",
    ),
    (Item.ALARM, "not_tripped"): (
        "{tag} 未触发 {condition} 报警：测试期间其值未达到限值 {limit}",
        "{tag} did not trip {condition}: it did not reach its limit of {limit} during the test",
    ),
    (Item.ALARM, "no_test_point"): (
        "未指定测试监测点，无法检验",
        "No test point was named, so this could not be tried",
    ),
}
_ASKS: dict[Ask, Said] = {
    Ask.RAISE: (
        "请使 {tag} 越过 {condition} 限值 {limit} {unit}（演练）",
        "Take {tag} across its {condition} limit of {limit} {unit} now (exercise)",
    ),
    Ask.LOWER: (
        "请使 {tag} 恢复正常（演练报警已触发）",
        "Let {tag} return to normal now (the exercise alarm is there)",
    ),
}


def finding_sentence(finding: Finding) -> Said:
    """Both languages."""
    found = (
        _SENTENCES.get((finding.item, finding.code)) or _ANY.get(finding.code) or _ANY["pending"]
    )
    words = {name: _word(fact) for name, fact in finding.facts.items()}
    zh, en = (each.format(**words) for each in found)
    return f"{zh}。", f"{en}."


def asked_sentence(ask: Ask, test: TrialPoint) -> Said:
    """Both languages."""
    words = {
        "tag": test.tag,
        "condition": test.condition,
        "limit": _word(test.limit),
        "unit": test.unit,
    }
    zh, en = (each.format(**words) for each in _ASKS[ask])
    return f"{zh}。", f"{en}."


def _word(fact: Scalar) -> str:
    if isinstance(fact, float):
        return f"{fact:.6g}"
    return "–" if fact is None else str(fact)
