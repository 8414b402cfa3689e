"""Draws the kept results: `python -m bench.chart` → `bench/figures/*.svg`."""

import math
from pathlib import Path
from typing import Any

from bench import report
from bench.svg import Bar, bars

FIGURES = Path(__file__).parent / "figures"


def ingest(found: dict[str, Any]) -> str:
    """Stored and judged beside the bare loop, for both shapes of message."""
    rows = []
    for each in found["results"]:
        size, target = each["readings_a_message"], each["target"]
        ratio = f"{each['rate']:,} ({each['ratio']:.0%} of bare)"
        rows += [
            Bar(f"{size} a message: stored", each["rate"], ratio, target=target),
            Bar("judged", each["judged_rate"], f"{each['judged_rate']:,}"),
            Bar("bare loop", each["bare_rate"], f"{each['bare_rate']:,}", ours=False),
        ]
    noise = max(each["neighbours_cores"] for each in found["results"])
    note = f"neighbours took {noise:g} cores · red: target"
    return bars("Ingest, readings a second", _machine(found, note), rows)


def copying(found: dict[str, Any]) -> str:
    """What the database takes at all."""
    rows = [
        Bar(
            f"batches of {each['batch']:,}"
            + (", repeats absorbed" if each["absorbing_repeats"] else ""),
            each["rate"],
            f"{each['rate']:,}",
            ours=False,
        )
        for each in found["copy_ceiling"]
    ]
    return bars("COPY ceiling, rows a second", _machine(found), rows)


def alarm_latency(found: dict[str, Any]) -> str:
    """Publish → WebSocket, p50 and p99, beside the broker's hop; by the logarithm of the time."""
    rows = []
    for each in found["results"]:
        for rank in ("p50", "p99"):
            head = f"{each['rate']:,}/s, {each['readings_a_message']} a message: {rank}"
            target = (each["target"] or {}).get(f"{rank}_ms")
            rows.append(_delay(head, each["alarm"], rank, True, target))
            rows.append(_delay("broker hop", each["hop"], rank, False, None))
    noise = max(each["alarm"]["neighbours_cores"] for each in found["results"])
    note = f"neighbours took up to {noise:g} cores · logarithmic, red: target"
    return bars("Publish to WebSocket, milliseconds", _machine(found, note), rows)


def _delay(label: str, part: dict[str, Any], rank: str, ours: bool, target: float | None) -> Bar:
    value = part.get(f"{rank}_ms")
    if value is None:
        return Bar(label, 0.0, "nothing arrived", ours)
    text = f"{value:,.1f} ms" + (f", {part['unsent']:,} unsent" if part["unsent"] else "")
    return Bar(label, _decades(value), text, ours, None if target is None else _decades(target))


def _decades(milliseconds: float) -> float:
    """Bars in powers of ten, from 0.1 ms on."""
    return max(0.0, math.log10(milliseconds * 10))


def kernel(found: dict[str, Any]) -> str:
    """Readings judged a second and core."""
    rows = [
        Bar(
            f"{each['shape']}: {each['points']:,} points, {each['readings_a_batch']:,} a batch",
            each["rate"],
            f"{each['rate']:,}",
            target=each["target"],
        )
        for each in found["results"]
    ]
    title = f"Judging, readings a second and core ({found['engine']} engine)"
    return bars(title, _machine(found, "by CPU time, red: target"), rows)


def _machine(found: dict[str, Any], note: str = "") -> str:
    facts = found["machine"]
    parts = [
        f"{facts['cpu']}, {facts['cores']} cores",
        f"flush {found['flush_us_before']['p50']:g} µs",
        f"load before {found['load_before']:g}",
        f"commit {found['commit']}",
        note,
    ]
    return " · ".join(part for part in parts if part)


DRAWINGS = {
    "ingest": ("ingest", ingest),
    "copy": ("ingest", copying),
    "alarm_latency": ("alarm_latency", alarm_latency),
    "kernel": ("kernel", kernel),
}
"""Figure → the result it is drawn from, and how."""


def main() -> None:
    """Draw every figure whose result is there."""
    FIGURES.mkdir(exist_ok=True)
    for name, (source, draw) in DRAWINGS.items():
        if (report.RESULTS / f"{source}.json").exists():
            (FIGURES / f"{name}.svg").write_text(draw(report.read(source)), encoding="utf-8")


if __name__ == "__main__":
    main()
