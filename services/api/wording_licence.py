"""What an alarm says of a licence whose last day is over: which it is, in both languages."""

from services.domain.due import LICENCE
from services.wire.bus import AlarmItem

_KINDS: dict[str, tuple[str, str]] = {
    "business": ("营业执照", "business licence"),
    "safety_production": ("安全生产许可证", "work safety licence"),
    "hazchem_operation": ("危险化学品经营许可证", "licence to trade in hazardous chemicals"),
    "hazchem_use": ("危险化学品安全使用许可证", "licence to use hazardous chemicals"),
    "hazchem_registration": ("危险化学品登记证", "registration of hazardous chemicals"),
    "hazchem_transport": (
        "危险货物道路运输许可证",
        "licence to carry dangerous goods by road",
    ),
    "emission": ("排污许可证", "discharge permit"),
    "fire": ("消防许可", "fire safety permit"),
    "special_equipment": ("特种设备使用登记证", "registration of special equipment"),
    "other": ("许可证", "licence"),
}


def licence_sentence(alarm: AlarmItem) -> tuple[str, str] | None:
    """Chinese and English; None: it is about something else."""
    if alarm.subject_type != LICENCE:
        return None
    zh, en = licence_words(alarm.subject_id or "")
    until = alarm.facts.get("due_on", "–")
    return f"{zh} 已过期，有效期至 {until}", f"{en} has expired: its last day was {until}"


def licence_words(told: str) -> tuple[str, str]:
    """A licence by kind and number, as alarms name it; anything else as it is."""
    kind, _, number = told.partition(" ")
    named = _KINDS.get(kind)
    if named is None or not number:
        return told, told
    return f"{named[0]} {number}", f"{named[1]} {number}"
