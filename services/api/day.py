"""A day of the calendar, as bodies and sheets write it, and today's at the park."""

from datetime import date, timedelta, timezone
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from services.runtime.clock import to_datetime

PARK_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
"""One time the year round since 1991."""
FIRST_YEAR, LAST_YEAR = 1950, 2200


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("it must be a day like 2026-01-31")
    return value


def _within_centuries(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"it must be a day between {FIRST_YEAR} and {LAST_YEAR}")
    return day


Day = Annotated[
    date,
    BeforeValidator(_day),
    AfterValidator(_within_centuries),
    Field(examples=["2026-01-31"]),
]
"""From 1950 to 2200: another one is a slip."""


def park_day(now: int) -> date:
    """The day at the park at an instant (epoch ms)."""
    return to_datetime(now).astimezone(PARK_TIME).date()
