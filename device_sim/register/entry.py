"""One thing put into the register, or left as it is."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from device_sim.register.platform import Platform, Refused

CONFLICT = 409
NO_SUCH_DOOR = (404, 405)
NOT_ALLOWED = (401, 403)
FROM_TODAY = re.compile(r"[+-]\d{1,5}")

Note = Callable[[str], None]


def create(platform: Platform, note: Note, path: str, body: Mapping[str, object]) -> int:
    """1 if it was made, 0 if it was there or the platform will not have it, which is said.

    Raises ``Away``, and ``Refused`` where the platform has no such door or does not let us in.
    """
    try:
        platform.post(path, body)
    except Refused as error:
        if error.status in (*NOT_ALLOWED, *NO_SUCH_DOOR):
            raise
        if error.status != CONFLICT:
            what = body.get("tag") or body.get("code") or path
            note(f"{body.get('enterprise', '')} {what}: not registered ({error})")
        return 0
    return 1


def dated(body: Any, today: date) -> Any:
    """The body with its days: ``+30`` is the day thirty days after ``today``."""
    if isinstance(body, Mapping):
        return {name: dated(value, today) for name, value in body.items()}
    if isinstance(body, list | tuple):
        return [dated(value, today) for value in body]
    if isinstance(body, str) and FROM_TODAY.fullmatch(body):
        return (today + timedelta(days=int(body))).isoformat()
    return body
