"""What an alarm says of a bypass seen in the field."""

from services.wire.bus import AlarmItem

Said = tuple[str, str]
"""Chinese and English."""

_STATES: dict[str, Said] = {
    "bypass_maintenance": ("维护旁路", "maintenance bypass"),
    "bypass_operational": ("操作旁路", "operational bypass"),
    "removed": ("摘除", "removal"),
    "proof_test": ("检验测试", "proof test"),
}
_SENTENCES: dict[str, Said] = {
    "bypass_unapproved": (
        "{who} 联锁处于{state}状态，且无有效审批：请核实并恢复投用，或补办审批",
        "{who}: {state} without an approval in force; have it restored, or approved",
    ),
    "bypass_expired": (
        "{who} 联锁{state}的批准期已结束，现场尚未恢复投用：请恢复，或重新申请",
        "{who}: the approval of its {state} has ended; have it restored, or apply anew",
    ),
}


def interlock_sentence(alarm: AlarmItem, who: Said) -> Said | None:
    """Both languages; None: it says nothing of a bypass."""
    template = _SENTENCES.get(alarm.condition)
    if template is None:
        return None
    state = str(alarm.facts.get("state", ""))
    zh, en = _STATES.get(state, (state, state))
    return template[0].format(who=who[0], state=zh), template[1].format(who=who[1], state=en)
