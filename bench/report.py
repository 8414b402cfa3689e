"""Results on disk: one JSON file a benchmark, with machine, commit and how noisy it was."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import machine

RESULTS = Path(__file__).parent / "results"


class Report:
    """Made before the measuring, so that it knows the load that others caused."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._noise = {"load_before": machine.load(), "flush_us_before": machine.flush_us()}

    def write(self, measured: dict[str, Any]) -> None:
        """Keep what was measured, replacing the older result of the same name."""
        found = {
            "benchmark": self.name,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            **machine.commit(),
            **self._noise,
            "flush_us_after": machine.flush_us(),
            "machine": machine.facts(),
            **measured,
        }
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps(found, indent=2, ensure_ascii=False)
        (RESULTS / f"{self.name}.json").write_text(f"{text}\n", encoding="utf-8")


def read(name: str) -> dict[str, Any]:
    """A result kept earlier. Raises FileNotFoundError."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found
