"""A point's stored readings: as they came, or summed up."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import Query, Response

from services.api.alarm_view import moment_text
from services.api.answer import answer
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Ms,
    Reader,
    Registered,
    make_cursor,
    read_cursor,
)
from services.api.late_route import LateRouter
from services.api.problem import Kind, Problem
from services.api.resolution import MOST_ITEMS, Resolution, step, step_for
from services.api.routes.points import EnterpriseCode, PointTag, seen
from services.api.text import Moment
from services.api.window import Window
from services.domain.point import Point
from services.domain.reading import Quality, ReadingFlag
from services.runtime.clock import to_datetime, to_ms
from services.store import reading_list as store
from services.store.reading_list import Bucket, Span, StoredReading

router = LateRouter(prefix="/points", tags=["readings"], dependencies=[Registered])
DEADLINE_S = 10.0
"""A year of one point may take its time; the alarm path does not wait for it."""

_QUALITIES = {each.value: each.name.lower() for each in Quality}
Place = tuple[int, float | None, int, int]


# A chart is made of two thousand of these, and a frozen one takes six times as long to make.
@dataclass(slots=True)
class ReadingView:
    """A reading as it came. `flags` says what was noticed about it."""

    measured_at: str
    received_at: str
    value: float | str | None
    quality: str
    flags: list[str]


@dataclass(slots=True)
class BucketView:
    """A stretch of time from `measured_at` on, a whole one from a minute up. `count` usable values
    make the others, `bad` ones are counted apart; `quality` is the worst, `last` the newest."""

    measured_at: str
    min: float | None
    max: float | None
    mean: float | None
    count: int
    bad: int
    last: float | str | None
    quality: str


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings, oldest first; `resolution` is `raw` or the length of a step."""

    resolution: str
    unit: str
    items: list[ReadingView] | list[BucketView]
    next: str | None


@router.get("/{enterprise}/{tag}/readings", response_model=Readings)
async def list_readings(
    here: Here,
    principal: Reader,
    enterprise: EnterpriseCode,
    tag: PointTag,
    start: Annotated[Moment | None, Query(description="Default: an hour before `end`")] = None,
    end: Annotated[Moment | None, Query(description="Not included; default: now")] = None,
    resolution: Resolution = Resolution.AUTO,
    limit: Limit = 1000,
    cursor: Cursor = None,
) -> Response:
    """Readings of a point by their own time. `auto` gives the readings themselves where they are
    at most 2,000, else the finest steps that are; of states always the readings, in pages. Steps
    from a minute up come from roll-ups, also where the readings have been dropped since."""
    point = seen(here, principal, enterprise, tag).point
    span = _span(here, point.id, start, end)
    match resolution:
        case Resolution.RAW:
            return answer(await _raw(here, point, span, limit, cursor))
        case Resolution.AUTO:
            return answer(await _auto(here, point, span, cursor))
        case _:
            width = step(resolution)
            return answer(await _buckets(here, point, span, resolution, width, limit, cursor))


def _span(here: Window, point_id: int, start: datetime | None, end: datetime | None) -> Span:
    last = end or to_datetime(here.clock.now_ms() + 1)
    try:
        first = start or last - timedelta(hours=1)
    except OverflowError:
        raise Problem(Kind.INVALID, "end: it is too far in the past.") from None
    if first >= last:
        raise Problem(Kind.INVALID, "start: it must lie before end.")
    return Span(point_id, first, last)


async def _auto(here: Window, point: Point, span: Span, cursor: str | None) -> Readings:
    if cursor is None:
        async with here.database.transaction(DEADLINE_S) as connection:
            dropped = (await store.rolled(connection, span)).dropped
            most = MOST_ITEMS + 1
            number = 0 if point.has_states else await store.count(connection, span, most)
        if dropped or number > MOST_ITEMS:
            name, width = step_for(span.end - span.start, Resolution.MINUTE if dropped else None)
            return await _buckets(here, point, span, name, width, MOST_ITEMS, None)
    return await _raw(here, point, span, MOST_ITEMS, cursor)


async def _raw(here: Window, point: Point, span: Span, limit: int, cursor: str | None) -> Readings:
    place: Place | None = read_cursor(cursor, tuple[Ms, float | None, int, _Micro])
    after = None
    if place is not None:
        ms, value, quality, micro = place
        at = to_datetime(ms) + timedelta(microseconds=micro)
        after = (at, float("inf") if value is None else value, max(-1, min(quality, 9)))
    async with here.database.transaction(DEADLINE_S) as connection:
        found = await store.readings(connection, span, after, limit + 1)
    page = found[:limit]
    following = _place(page[-1]) if len(found) > limit else None
    return Readings("raw", point.unit, [_reading(point, each) for each in page], following)


async def _buckets(
    here: Window,
    point: Point,
    span: Span,
    name: str,
    width: timedelta,
    limit: int,
    cursor: str | None,
) -> Readings:
    place = read_cursor(cursor, tuple[Ms])
    if place is not None:
        span = Span(span.point_id, max(span.start, to_datetime(place[0])), span.end)
    async with here.database.transaction(DEADLINE_S) as connection:
        state = await store.rolled(connection, span)
        found = await store.buckets(connection, span, state, width, limit + 1)
    page = found[:limit]
    following = make_cursor([to_ms(found[limit].bucket)]) if len(found) > limit else None
    return Readings(name, point.unit, [_bucket(point, each) for each in page], following)


_Micro = Annotated[int, msgspec.Meta(ge=0, le=999)]


def _place(reading: StoredReading) -> str:
    at = reading.measured_at
    micro = at.microsecond % 1000
    ms = to_ms(at - timedelta(microseconds=micro))
    return make_cursor([ms, reading.value, reading.quality, micro])


def _reading(point: Point, reading: StoredReading) -> ReadingView:
    return ReadingView(
        moment_text(reading.measured_at),
        moment_text(reading.received_at),
        point.present(reading.value),
        _QUALITIES[reading.quality],
        [f.name.lower() for f in ReadingFlag(reading.flags) if f.name] if reading.flags else [],
    )


def _bucket(point: Point, bucket: Bucket) -> BucketView:
    if not point.has_states:
        return BucketView(
            moment_text(bucket.bucket),
            bucket.low,
            bucket.high,
            bucket.mean,
            bucket.number,
            bucket.bad,
            bucket.newest,
            _QUALITIES[bucket.quality],
        )
    last = point.present(bucket.newest)
    return BucketView(
        moment_text(bucket.bucket),
        None,
        None,
        None,
        bucket.number,
        bucket.bad,
        last,
        _QUALITIES[bucket.quality],
    )
