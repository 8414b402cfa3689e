"""Whether alarms go out to those who are to be told of them."""

import psycopg

from services.runtime.clock import Clock, to_datetime
from services.stack.diagnosis import Code, Finding
from services.store.outbox import overdue_since

OVERDUE_S = 60.0
"""What could have been sent for so long, and was not, nobody sends."""


def notices(database_url: str, clock: Clock) -> Finding | None:
    """What the outbox of notices shows; None where this role may not look into it."""
    now = clock.now_ms()
    try:
        since = overdue_since(database_url, now)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable):
        return None
    late_s = 0.0 if since is None else (to_datetime(now) - since).total_seconds()
    if late_s < OVERDUE_S:
        return Finding(Code.NOTICES, "No alarm waits for somebody to send it out")
    what = f"Alarms have waited for {late_s / 60:.0f} min to be sent to receivers, and nobody sends them"
    return Finding(Code.NOTICES, what, "start `parkwatch notify`, or look into the log of the api")
