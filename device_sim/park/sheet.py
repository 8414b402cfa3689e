"""The points of an enterprise from its sheet ``data/<code>.csv``: one row a point.

``limits``: empty, or ``standard`` with what only the plant knows behind it: ``standard 45`` (upper
end of normal working), ``standard 1300/2000`` (and the design pressure). ``detectors``: names of
templates, ``filling:600`` with the seconds to act.
"""

import csv
from collections.abc import Iterable, Mapping

from device_sim.park.description import STATE_KINDS, PointCard, Usual, Wanted

Row = Mapping[str, str]


def read_points(lines: Iterable[str]) -> dict[str, tuple[PointCard, ...]]:
    """The cards of each gateway, in the order of the sheet.

    Raises ``ValueError`` or ``KeyError`` for a sheet that is no such sheet.
    """
    cards: dict[str, list[PointCard]] = {}
    for row in csv.DictReader(lines):
        cards.setdefault(row["station"], []).append(_card(row))
    return {gateway: tuple(those) for gateway, those in cards.items()}


def _card(row: Row) -> PointCard:
    return PointCard(
        row["tag"],
        row["kind"],
        row["unit"],
        row["name"],
        row["name_en"],
        _number(row["low"]),
        _number(row["high"]),
        (float(row["east"]), float(row["north"]), float(row["height"])),
        row["substance"] or None,
        usual=_usual(row),
        wanted=_wanted(row["limits"], row["detectors"]),
        piece=row["equipment"] or None,
        criticality=row["criticality"] or None,
        calibrated_ago=int(row["calibrated"]) if row["calibrated"] else None,
    )


def _usual(row: Row) -> Usual:
    if row["kind"] in STATE_KINDS:
        return Usual(row["normal"])
    return Usual(float(row["normal"]), float(row["swing"] or 0), row["like"] or None)


def _wanted(limits: str, detectors: str) -> Wanted:
    word, _, figures = limits.partition(" ")
    high, _, design = figures.partition("/")
    named = [each.partition(":") for each in detectors.split()]
    return Wanted(
        word == "standard",
        _number(high),
        _number(design),
        tuple(name for name, _, _ in named),
        next((float(seconds) for _, _, seconds in named if seconds), None),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
