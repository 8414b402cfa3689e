"""The truth of a run, read back: what a platform must have, and what it may never have seen."""

import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from device_sim.truth.ledger import (
    CAUSES,
    DEPARTURES,
    FORMAT,
    LINE_TOLD,
    MANIFEST,
    READINGS,
    BadTruth,
)
from device_sim.way.departure import Fate

PointKey = tuple[str, str]
"""Enterprise and tag."""
Identity = tuple[int, float | str | None, str]
"""``measured_at``, value and quality: a reading that comes back with another one is another."""


@dataclass(frozen=True, slots=True)
class Told:
    """A reading that left whole. Times are epoch ms; ``left_at``: when it first left."""

    measured_at: int
    value: float | str | None
    quality: str
    left_at: int

    @property
    def identity(self) -> "Identity":
        """What a store knows it by, for its point."""
        return (self.measured_at, self.value, self.quality)


@dataclass(frozen=True)
class Record:
    """``told``: by point, in order of leaving. ``unsure``: the same of messages that nobody
    acknowledged: a platform may have them, or not. ``causes`` as in the file."""

    manifest: dict[str, Any]
    told: dict[PointKey, list[Told]]
    causes: list[dict[str, Any]]
    unsure: dict[PointKey, list[Told]] = field(default_factory=dict)

    @property
    def park(self) -> str:
        """Name of the park."""
        return str(self.manifest["park"])

    @property
    def speed(self) -> float | None:
        """Times real time; ``None``: nothing was sent."""
        speed = self.manifest.get("speed")
        return None if speed is None else float(speed)

    @property
    def is_timed(self) -> bool:
        """Whether what left was stamped with the moment at which it left: only as fast as life,
        or slower. Only then it says anything how late something came."""
        return self.speed is not None and self.speed <= 1.0

    def last_left(self) -> int:
        """When the last reading of all left; 0 if none did."""
        known = (*self.told.values(), *self.unsure.values())
        return max((each.left_at for said in known for each in said), default=0)

    def span(self) -> tuple[int, int]:
        """First and last ``measured_at`` of all; ``(0, 0)`` if nothing left."""
        known = (*self.told.values(), *self.unsure.values())
        times = [each.measured_at for said in known for each in said]
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
    if manifest.get("unacknowledged") and LINE_TOLD not in manifest:
        raise BadTruth(
            f"{folder}: {manifest['unacknowledged']} messages were not acknowledged, and it is not"
            " told which: nobody can say what a platform lost. Run it again."
        )
    causes = [json.loads(line) for line in text.splitlines()]
    sure, unsure = _left(folder)
    return Record(manifest, _told(folder, sure), causes, _told(folder, unsure))


def _left(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Messages that left whole, and when first: those of which a whole copy was acknowledged (or
    nobody asked for that), and those of which none was, and one may be there all the same."""
    left: dict[str, int] = {}
    copies, open_ = Counter[str](), Counter[str]()
    for row in _rows(folder / DEPARTURES):
        name, fate = row["message"], Fate(row["fate"])
        if fate.arrives_whole:
            left.setdefault(name, int(row["at"]))
            copies[name] += 1
        elif fate in (Fate.NOT_SENT, Fate.UNACKNOWLEDGED):
            copies[name] -= 1
            open_[name] += fate is Fate.UNACKNOWLEDGED
    sure = {name: at for name, at in left.items() if copies[name] > 0}
    unsure = {name: at for name, at in left.items() if copies[name] <= 0 and open_[name]}
    return sure, unsure


def _told(folder: Path, left: Mapping[str, int]) -> dict[PointKey, list[Told]]:
    """Usable readings of these messages."""
    told: dict[PointKey, list[Told]] = defaultdict(list)
    for row in _rows(folder / READINGS) if left else ():
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
