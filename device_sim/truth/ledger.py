"""Ground truth in files: every reading's identity, what became of every message, every cause, and
what really went into the air.

A folder of five files, UTF-8, LF. ``truth.json`` is written last and by renaming: without it a
run did not end in order, and nobody should judge by what is there. The platform that is judged
never sees any of it.
"""

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from device_sim.fleet.cause import LeakCause
from device_sim.fleet.scenario import Cause, Scenario
from device_sim.fleet.world import StationKey
from device_sim.message import Value
from device_sim.way.departure import Departure, Fate, Said

READINGS, DEPARTURES, RELEASES, CAUSES, MANIFEST = (
    "readings.csv", "departures.csv", "releases.csv", "causes.jsonl", "truth.json",
)  # fmt: skip
READING_COLUMNS = (
    "message", "enterprise", "gateway", "boot", "seq", "tag", "measured_at", "value", "quality",
    "sampled_at", "refusable",
)  # fmt: skip
DEPARTURE_COLUMNS = ("message", "enterprise", "gateway", "boot", "seq", "at", "fate", "bytes")
RELEASE_COLUMNS = ("at", "source", "substance", "kg_s")
SEALED = (READINGS, DEPARTURES, RELEASES, CAUSES)
FORMAT = 1
LINE_TOLD = "line_told"
"""In a manifest: its departures tell which messages the line did not bring over."""


class BadTruth(Exception):
    """The folder cannot take the truth of a run; the text says why in one sentence."""


class Ledger:
    """Writes down what a ``Stream`` tells it. Times are epoch ms, UTC.

    Use as a context; ``seal`` ends it in order. Raises ``BadTruth`` for a folder that already
    holds something of another run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counts: Counter[str] = Counter()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any((folder / name).exists() for name in (*SEALED, MANIFEST)):
                raise BadTruth(f"{folder} already holds the truth of a run; name another folder.")
            self._files: list[IO[str]] = [
                (folder / name).open("x", encoding="utf-8", newline="")
                for name in (READINGS, DEPARTURES, RELEASES)
            ]
        except OSError as error:
            raise BadTruth(f"{folder}: cannot be written ({error.strerror}).") from error
        self._readings, self._departures, self._releases = (
            csv.writer(each, lineterminator="\n") for each in self._files
        )
        self._readings.writerow(READING_COLUMNS)
        self._departures.writerow(DEPARTURE_COLUMNS)
        self._releases.writerow(RELEASE_COLUMNS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for each in self._files:
            each.close()

    def say(self, key: StationKey, said: Said) -> None:
        """A row for each reading of a message, as it is sent."""
        message = said.message
        place = (said.number, *key, message.boot, message.seq)
        for tag, value in message.values.items():
            quality = message.qualities.get(tag, "good")
            shown = (tag, message.ts_ms, _written(value), quality, said.sampled_ms)
            self._readings.writerow((*place, *shown, said.refusable.get(tag, "")))
        # A dialect that gives no bad value still says that it is bad.
        silent = [tag for tag in message.qualities if tag not in message.values]
        for tag in silent:
            shown = (tag, message.ts_ms, "null", message.qualities[tag], said.sampled_ms)
            self._readings.writerow((*place, *shown, ""))
        self._counts["messages"] += 1
        self._counts["readings"] += len(message.values) + len(silent)

    def depart(self, key: StationKey, departure: Departure, at_ms: int) -> None:
        """A row for each time a message left, or was given up."""
        message = departure.said.message
        size = 0 if departure.outgoing is None else len(departure.outgoing.payload)
        place = (departure.said.number, *key, message.boot, message.seq)
        self._departures.writerow((*place, at_ms, str(departure.fate), size))
        self._counts[str(departure.fate)] += 1

    def give_up(self, key: StationKey, number: int, fate: Fate, at_ms: int) -> None:
        """A row for a whole message that left and was not brought over; others, of ``number`` 0,
        are nobody's loss."""
        if number:
            self._departures.writerow((number, *key, "", "", at_ms, str(fate), 0))
            self._counts[str(fate)] += 1

    def release(self, at_ms: int, leaving: Mapping[str, tuple[str, float]]) -> None:
        """A row for each leak and each relief that lets go at this second: by its name, of what
        and how much, kg/s."""
        for source, (substance, kg_s) in leaving.items():
            self._releases.writerow((at_ms, source, substance, f"{kg_s:.6f}"))
            self._counts["releases"] += 1

    def seal(
        self, scenario: Scenario, start_ms: int, seconds: int, run: dict[str, Any]
    ) -> dict[str, Any]:
        """The causes and, last of all, the manifest; ``run``: what is special to this run
        (seed, persona, hash). What the manifest holds."""
        for each in self._files:
            each.close()
        causes = list(dated(scenario, start_ms, seconds))
        text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in causes)
        (self._folder / CAUSES).write_text(text, encoding="utf-8")
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "scenario": scenario.name,
            "park": scenario.park,
            "exercise": scenario.exercise,
            "start_ms": start_ms,
            "seconds": seconds,
            LINE_TOLD: True,
            **run,
            "counts": {"causes": len(causes), **dict(sorted(self._counts.items()))},
            "sha256": {name: _sha256(self._folder / name) for name in SEALED},
        }  # fmt: skip
        fresh = self._folder / f"{MANIFEST}.part"
        fresh.write_text(json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", "utf-8")
        fresh.replace(self._folder / MANIFEST)
        return manifest


def dated(scenario: Scenario, start_ms: int, seconds: int) -> list[dict[str, Any]]:
    """Every cause that begins within ``seconds``, with its true times, in order of beginning.

    A cause that repeats is there once for each time; ``until`` is ``None`` where it stays. A leak
    ends where its rates come to nothing for good.
    """
    found: list[dict[str, Any]] = []
    for place, cause in enumerate(scenario.timeline, 1):
        fields = cause.model_dump(mode="json", exclude_none=True)
        repeated = fields.pop("every_s", None) if fields["cause"] == "leak" else None
        at_s, until_s = fields.pop("at_s"), fields.pop("until_s", None)
        lasts_s = _lasts_s(cause)
        name, times = fields.pop("cause"), 0
        while at_s < seconds:
            times += 1
            until_s = until_s if lasts_s is None else at_s + lasts_s
            found.append(
                {
                    "id": f"{place}" if repeated is None else f"{place}.{times}",
                    "cause": name,
                    "from": start_ms + round(at_s * 1000),
                    "until": None if until_s is None else start_ms + round(until_s * 1000),
                    "exercise": scenario.exercise,
                    "what": fields,
                }
            )
            if repeated is None:
                break
            at_s += repeated
    return sorted(found, key=lambda each: (each["from"], each["id"]))


def _lasts_s(cause: Cause) -> float | None:
    """Seconds until a leak's rates are nothing and stay so; ``None``: it says no such thing."""
    ended: float | None = None
    for at_s, kg_s in reversed(cause.rate_kg_s or () if isinstance(cause, LeakCause) else ()):
        if kg_s > 0:
            break
        ended = at_s
    return ended


def _written(value: Value) -> str:
    """As JSON writes it, so that it can be compared with what a store gives back."""
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
