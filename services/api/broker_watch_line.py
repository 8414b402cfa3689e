"""What the broker's log says about a refusal: the lines of nats-server 2.15.1, as it writes them.

A client chooses its client id, and an unknown caller the name he gives; both stand in quotes with
escapes, so no text of theirs is taken for the broker's. Whose connection it was, the number tells.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from services.runtime.buckets import published_topic
from services.runtime.clock import to_ms
from services.store.gateway_event import EventKind

DETAIL_LIMIT = 256
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(
    r"\[\d+\] (\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{3})\d* \[(?:ERR|WRN)\] "
    rf"(\S+:\d+) - (mid|cid):(\d{{1,19}})(?: - {_QUOTED})? - (.*)"
)
_PUBLISH = re.compile(rf"Publish Violation - Subject ({_QUOTED})")
_SUBSCRIBE = re.compile(rf"Subscription Violation - Subject ({_QUOTED}), SID .*?( fwc)?")
_TOO_LARGE = re.compile(r"maximum payload exceeded: (\d{1,15}) vs (\d{1,15})")
_LOGIN = re.compile(rf"authentication error - User ({_QUOTED})")
_BAD_TOPIC = "character not supported for MQTT topics"
_NO_TOPIC = "a topic with a character that is not supported"
_SUBJECT = {"/.": "/", "//": ".", ".": "/"}


@dataclass(frozen=True, slots=True)
class Line:
    """One refusal: `address` and `number` are the connection's; `at` in epoch ms.

    `username` where the line itself names it. `topic` tells apart what is counted apart.
    """

    kind: EventKind
    at: int
    address: str
    number: int
    username: str | None
    topic: str
    detail: str


def read_line(text: str) -> Line | None:
    """The refusal that this line tells of; None for any other line. Times are read as UTC."""
    parts = _LINE.fullmatch(text)
    if parts is None:
        return None
    stamp, address, protocol, number, says = parts.groups()
    told = _login(says, address, protocol) or _refusal(says)
    at = _moment(stamp)
    if told is None or at is None:
        return None
    kind, username, topic, detail = told
    return Line(kind, at, address, int(number), username, topic, detail)


def _login(says: str, address: str, protocol: str) -> tuple[EventKind, str, str, str] | None:
    found = _LOGIN.fullmatch(says)
    if found is None:
        return None
    host = address.rpartition(":")[0]
    detail = f"from {host} over {'MQTT' if protocol == 'mid' else 'the native port'}"
    return EventKind.LOGIN_REFUSED, _unquoted(found[1]), detail, detail


def _refusal(says: str) -> tuple[EventKind, None, str, str] | None:
    if found := _PUBLISH.fullmatch(says):
        topic = _bounded(published_topic(_topic(_unquoted(found[1]))))
        return EventKind.PUBLISH_DENIED, None, topic, topic
    if found := _SUBSCRIBE.fullmatch(says):
        topic = _bounded(_filter(_unquoted(found[1]), all_below=found[2] is not None))
        return EventKind.SUBSCRIBE_DENIED, None, topic, topic or _NO_TOPIC
    if found := _TOO_LARGE.fullmatch(says):
        detail = f"{found[1]} bytes; the broker takes {found[2]}"
        return EventKind.MESSAGE_TOO_LARGE, None, "", detail
    if says == _BAD_TOPIC:
        return EventKind.PUBLISH_DENIED, None, "", _NO_TOPIC
    return None


def _moment(stamp: str) -> int | None:
    try:
        return to_ms(datetime.strptime(stamp, "%Y/%m/%d %H:%M:%S.%f").replace(tzinfo=UTC))
    except ValueError:
        return None


def _topic(subject: str) -> str:
    """A NATS subject as the MQTT topic it came from."""
    return re.sub(r"/\.|//|\.", lambda found: _SUBJECT[found[0]], subject)


def _filter(subject: str, *, all_below: bool) -> str:
    levels = _topic(subject).split("/")
    named = "/".join({"*": "+", ">": "#"}.get(level, level) for level in levels)
    return f"{named}/#" if all_below else named


def _unquoted(quoted: str) -> str:
    return quoted[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _bounded(text: str) -> str:
    clean = "".join(c if c.isprintable() else "�" for c in text[: DETAIL_LIMIT + 1])
    return clean if len(clean) <= DETAIL_LIMIT else f"{clean[:DETAIL_LIMIT]}…"
