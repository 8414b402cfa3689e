"""Latencies as they are reported: percentiles in milliseconds, and what never came."""

import math
from collections.abc import Sequence
from typing import Any

PERCENTILES = (50.0, 90.0, 99.0, 99.9)


def summary(seconds: Sequence[float], expected: int) -> dict[str, Any]:
    """Percentiles (nearest rank) and the greatest, in ms; `missing` never came at all."""
    ordered = sorted(seconds)
    found: dict[str, Any] = {"samples": len(ordered), "missing": expected - len(ordered)}
    if not ordered:
        return found
    for percentile in PERCENTILES:
        rank = max(0, math.ceil(percentile / 100 * len(ordered)) - 1)
        found[f"p{percentile:g}_ms"] = round(ordered[rank] * 1000, 2)
    return found | {"max_ms": round(ordered[-1] * 1000, 2)}
