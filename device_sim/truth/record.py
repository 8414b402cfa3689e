"""The truth of a run, read back: what a platform must have, and what it may never have seen."""

import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_sim.truth.ledger import CAUSES, DEPARTURES, FORMAT, MANIFEST, READINGS, BadTruth
from device_sim.way.departure import Fate

PointKey = tuple[str, str]
"""Enterprise and tag."""


@dataclass(frozen=True, slots=True)
class Told:
    """A reading that left whole. Times are epoch ms; ``left_at``: when it first left."""

    measured_at: int
    value: float | str | None
    quality: str
    left_at: int

    @property
    def identity(self) -> tuple[int, float | str | None]:
        """What a store knows it by, for its point."""
        return (self.measured_at, self.value)


@dataclass(frozen=True)
class Record:
    """``told``: by point, in order of leaving. ``causes`` as in the file."""

    manifest: dict[str, Any]
    told: dict[PointKey, list[Told]]
    causes: list[dict[str, Any]]

    @property
    def park(self) -> str:
        """Name of the park."""
        return str(self.manifest["park"])

    def span(self) -> tuple[int, int]:
        """First and last ``measured_at`` of all; ``(0, 0)`` if nothing left."""
        times = [each.measured_at for said in self.told.values() for each in said]
        return (min(times), max(times)) if times else (0, 0)


def read_record(folder: Path) -> Record:
    """Raises ``BadTruth`` for a folder without a sealed truth, or one that was changed since."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise BadTruth(f"{folder}: format {manifest['format']} is not {FORMAT}.")
        for name, digest in manifest["sha256"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise BadTruth(f"{folder / name} is not what {MANIFEST} has sealed.")
        text = (folder / CAUSES).read_text(encoding="utf-8")
    except OSError as error:
        raise BadTruth(f"{folder} holds no truth of a run ({error.strerror}).") from error
    except (ValueError, KeyError) as error:
        raise BadTruth(f"{folder / MANIFEST} is no manifest ({error}).") from error
    causes = [json.loads(line) for line in text.splitlines()]
    return Record(manifest, _told(folder), causes)


def _told(folder: Path) -> dict[PointKey, list[Told]]:
    """Usable readings of messages that left whole at least once."""
    left: dict[str, int] = {}
    for row in _rows(folder / DEPARTURES):
        if Fate(row["fate"]).arrives_whole:
            left.setdefault(row["message"], int(row["at"]))
    told: dict[PointKey, list[Told]] = defaultdict(list)
    for row in _rows(folder / READINGS):
        if row["message"] in left and not row["refusable"]:
            shown = Told(
                int(row["measured_at"]), _value(row["value"]), row["quality"], left[row["message"]]
            )
            told[row["enterprise"], row["tag"]].append(shown)
    for said in told.values():
        said.sort(key=lambda each: each.left_at)
    return dict(told)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _value(text: str) -> float | str | None:
    if text == "null":
        return None
    try:
        return float(text)
    except ValueError:
        return text
