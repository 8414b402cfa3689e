"""Times as gateways write them: epoch milliseconds, or RFC 3339 with an offset."""

import re
from datetime import UTC, datetime, timedelta, timezone

from services.wire.telemetry import shown

TEN_YEARS_MS = 10 * 36_525 * 864_000
"""A time further than this from its receipt (10 × 365.25 days) is not one."""

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_LIKE_A_TIME = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnfitTime(ValueError):
    """A time that cannot be used; the text is a clause that says what to send."""


def parse(raw: object) -> int:
    """Epoch milliseconds of a time as sent. Raises UnfitTime."""
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        raise UnfitTime(f"ts {shown(raw)} is no time, send whole epoch milliseconds")
    return raw if isinstance(raw, int) else _parse_text(raw)


def check_range(at: int, received_at: int) -> None:
    """Refuse a time more than ten years from its receipt. Raises UnfitTime."""
    if abs(at - received_at) <= TEN_YEARS_MS:
        return
    for factor, name in ((1000, "seconds"), (1e-3, "microseconds"), (1e-6, "nanoseconds")):
        if abs(at) < 1 << 80 and abs(at * factor - received_at) <= TEN_YEARS_MS:
            raise UnfitTime(f"ts {shown(at)} looks like {name}, send epoch milliseconds")
    raise UnfitTime(f"ts {shown(at)} is more than 10 years off, set the gateway's clock")


def _parse_text(text: str) -> int:
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise UnfitTime(_why_not(text))
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(match))
        milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise UnfitTime(f"ts {shown(text)} does not exist, send a real RFC 3339 time") from None
    return milliseconds + int(f"{match[7] or '':0<3}"[:3])


def _zone(match: re.Match[str]) -> timezone:
    if match[8]:
        return UTC
    hours, minutes = int(match[10]), int(match[11])
    if hours > 23 or minutes > 59:
        raise ValueError("no such offset")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match[9] == "-" else offset)


def _why_not(text: str) -> str:
    if _LIKE_A_TIME.match(text) and len(text) >= 16:
        return f"ts {shown(text)} has no offset, add Z or +08:00"
    return f"ts {shown(text)} is no time, send epoch milliseconds or RFC 3339 with an offset"
