"""Trying rules on the stored past: what matters of it is fetched, and judged by the scalar judge;
detectors are told every reading of their points."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

import psycopg

from services.domain.backtest import Backtest, Comparison, Trial
from services.domain.detector_past import DetectorTrial
from services.store.deadline import Row
from services.store.past_columns import Columns, Past
from services.store.past_every import in_order, taken_live
from services.store.past_sieve import Sieve
from services.wire.expression import watch as express

MAX_READINGS = 60_000_000
MAX_KEPT = 1_000_000
"""Readings that may matter. Limits in the middle of the noise keep nearly every one."""
MAX_WATCHED = 2_000_000
"""Readings that detectors may be told: each rule those of all its points, and twice where it would
be changed."""


class TooMuch(ValueError):
    """More than one back-test may look at; the text says what to ask for instead."""


async def backtest(
    connection: psycopg.AsyncConnection[Row],
    trials: Sequence[Trial],
    start: int,
    end: int,
    detectors: Sequence[DetectorTrial] = (),
    until: int | None = None,
    *,
    tenant: str,
) -> Backtest:
    """Judge what is stored of these points from `start` on and before `end` (epoch ms).

    `tenant`: whose points they may be; of others nothing is found (`services.store.tenant`).
    `until`: how far silence is known, which detectors judge: now, where `end` is still to come.
    Raises TooMuch, and psycopg.OperationalError when the database does not answer in time.
    """
    comparison = Comparison()
    past = Past(connection, tenant), Past(connection, tenant, "every")
    watched = await _watch(past[1], comparison, detectors, start, end, until)
    limits = await _judge(past[0], comparison, trials, start, end)
    # Both may have looked at the same point; one of them saw bad readings, too.
    readings = (limits.readings | watched.readings).total()
    left_out = (limits.left_out | watched.left_out).total()
    return comparison.result(start, end, readings, left_out)


async def _judge(
    past: Past,
    comparison: Comparison,
    trials: Sequence[Trial],
    start: int,
    end: int,
) -> Past:
    sieves = {trial.point.id: Sieve((*trial.today, *trial.proposed)) for trial in trials}
    kept, count = defaultdict[int, list[Columns]](list), 0
    async for found in past.slices(list(sieves), start, end):
        for point_id, columns in found.items():
            sifted = sieves[point_id].sift(columns)
            kept[point_id].append(sifted)
            count += len(sifted.value)
        if count > MAX_KEPT:
            raise TooMuch(
                f"These limits are crossed more than {MAX_KEPT:,} times in this stretch: ask for "
                "a shorter one, or for fewer points."
            )
        if past.readings.total() > MAX_READINGS:
            raise TooMuch(
                f"There are more than {MAX_READINGS:,} readings in this stretch: ask for a "
                "shorter one, or for fewer points."
            )
    for trial in trials:
        number = trial.point.id
        parts = kept.pop(number, [])
        comparison.add(trial, [each for part in parts for each in part.readings(number)])
    return past


async def _watch(
    past: Past,
    comparison: Comparison,
    detectors: Sequence[DetectorTrial],
    start: int,
    end: int,
    until: int | None,
) -> Past:
    parts = defaultdict[int, list[Columns]](list)
    times: dict[int, int] = defaultdict(int)
    for trial in detectors:
        for number in trial.points:
            times[number] += trial.passes
    told = 0
    async for found in past.slices(list(times), start, end if times else start):
        for number, columns in found.items():
            parts[number].append(columns)
            told += times[number] * len(columns.value)
        if told > MAX_WATCHED:
            raise TooMuch(
                f"Rules that are more than a limit would be told more than {MAX_WATCHED:,} "
                "readings: ask for a shorter stretch, for fewer points, or "
                "for limits only."
            )
    live = {number: taken_live(each) for number, each in parts.items()}
    known = end if until is None else min(end, until)
    for trial in detectors:
        mine = {number: live[number] for number in trial.points if number in live}
        comparison.watch(trial, partial(in_order, mine), known, express)
    return past
