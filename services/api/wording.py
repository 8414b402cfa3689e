"""What an alarm says, in Chinese and English: a stable code, its parameters, and a sentence."""

from enum import StrEnum

from services.api.wording_claim import claimed_sentence
from services.api.wording_detector import facts_in_chinese
from services.wire.bus import AlarmItem


class Language(StrEnum):
    """The languages of the platform; Chinese comes first."""

    ZH = "zh"
    EN = "en"


_LEVELS: dict[str, tuple[str, str, str]] = {
    "HH": ("limit_high_high", "高高限", "high-high limit"),
    "H": ("limit_high", "高限", "high limit"),
    "L": ("limit_low", "低限", "low limit"),
    "LL": ("limit_low_low", "低低限", "low-low limit"),
}


def choose(asked: str | None, accept: str | None) -> Language:
    """The language of an answer: what was asked for, else the header's best, else Chinese."""
    if asked is not None and asked[:2].lower() in ("zh", "en"):
        return Language(asked[:2].lower())
    best, weight = Language.ZH, 0.0
    for part in (accept or "")[:500].split(","):
        name, _, rest = part.strip().partition(";")
        quality = _quality(rest)
        if name[:2].lower() in ("zh", "en") and quality > weight:
            best, weight = Language(name[:2].lower()), quality
    return best


def code(alarm: AlarmItem) -> str:
    """The stable name of what the alarm says."""
    known = _LEVELS.get(alarm.condition)
    return known[0] if known else alarm.condition.lower()


def params(alarm: AlarmItem) -> dict[str, object]:
    """What the sentence is made of, for those who word it themselves: what the alarm itself says
    goes before its facts."""
    own = {
        "tag": alarm.tag,
        "name": alarm.name,
        "name_en": alarm.name_en,
        "kind": alarm.kind,
        "condition": alarm.condition,
        "value": alarm.value,
        "limit": alarm.limit,
        "unit": alarm.unit,
        "subject": alarm.subject_id or alarm.tag,
    }
    told = {name: value for name, value in own.items() if value is not None}
    return {**own, **alarm.facts, **facts_in_chinese(alarm), **told}


def sentence(alarm: AlarmItem, language: Language) -> str:
    """One sentence for a screen or a loudspeaker; of an exercise it says so first."""
    said = _said(alarm, language)
    if not alarm.exercise:
        return said
    return f"【演练】{said}" if language is Language.ZH else f"Exercise: {said}"


def _said(alarm: AlarmItem, language: Language) -> str:
    if alarm.limit is None or alarm.value is None:
        who = (_who(alarm.tag or "", alarm.name), _who(alarm.tag or "", alarm.name_en))
        said = claimed_sentence(alarm, who)
        return said[0] if language is Language.ZH else said[1]
    tag = alarm.tag or alarm.subject_id
    value, limit = f"{alarm.value:.6g} {alarm.unit}", f"{alarm.limit:.6g} {alarm.unit}"
    known = _LEVELS.get(alarm.condition)
    match language:
        case Language.ZH:
            level = known[1] if known else alarm.condition
            return f"{_who(tag, alarm.name)} {level}报警：{value}，限值 {limit}"
        case Language.EN:
            level = known[2] if known else alarm.condition
            return f"{_who(tag, alarm.name_en)}: {value} at the {level} of {limit}"


def _who(tag: str, name: str | None) -> str:
    return f"{tag} {name}" if name else tag


def _quality(rest: str) -> float:
    key, _, text = rest.strip().partition("=")
    if key != "q":
        return 1.0
    try:
        return float(text)
    except ValueError:
        return 0.0
