"""Trying rules on the stored past: what matters of it is fetched, and judged by the scalar judge."""

from collections import defaultdict
from collections.abc import Sequence

import psycopg

from services.domain.backtest import Backtest, Comparison, Trial
from services.store.deadline import Row
from services.store.past_columns import Columns, Past
from services.store.past_sieve import Sieve

MAX_POINTS = 1_000
MAX_READINGS = 60_000_000
MAX_KEPT = 1_000_000
"""Readings that may matter. Limits in the middle of the noise keep nearly every one."""


class TooMuch(ValueError):
    """More than one back-test may look at; the text says what to ask for instead."""


async def backtest(
    connection: psycopg.AsyncConnection[Row], trials: Sequence[Trial], start: int, end: int
) -> Backtest:
    """Judge what is stored of these points from `start` on and before `end` (epoch ms).

    Raises TooMuch, and psycopg.OperationalError when the database does not answer in time.
    """
    sieves = {trial.point.id: Sieve((*trial.today, *trial.proposed)) for trial in trials}
    past, kept, count = Past(connection), defaultdict[int, list[Columns]](list), 0
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
        if past.readings > MAX_READINGS:
            raise TooMuch(
                f"There are more than {MAX_READINGS:,} readings in this stretch: ask for a "
                "shorter one, or for fewer points."
            )
    comparison = Comparison()
    for trial in trials:
        number = trial.point.id
        parts = kept.pop(number, [])
        comparison.add(trial, [each for part in parts for each in part.readings(number)])
    return comparison.result(start, end, past.readings, past.left_out)
