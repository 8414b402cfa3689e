"""The points of an enterprise as the platform registers them: in one sheet, or one by one."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from device_sim.fleet.gateway import STATE_REPEAT_S
from device_sim.park.description import Enterprise, PointCard, Station
from device_sim.park.gases import CAS
from device_sim.park.geometry import Origin
from device_sim.register.entry import NO_SUCH_DOOR, NOT_ALLOWED, Note, create
from device_sim.register.platform import Platform, Refused

GAS_KINDS = frozenset({"combustible_gas", "toxic_gas", "oxygen"})
CALIBRATED_EVERY_D = 365
"""Gas detectors once a year (JJG 693-2011); other instruments as a plant usually has it."""
BUMP_TESTED_EVERY_D = 90

Body = Mapping[str, str | float | int]


def register_points(
    platform: Platform, note: Note, origin: Origin, enterprise: Enterprise, today: date
) -> int:
    """Those that are not there yet, by one sheet; one by one where the platform will not have the
    sheet, so that one bad row costs one point. How many were made.

    Raises ``Away`` or ``Refused``.
    """
    code = enterprise.code
    known = platform.items("/points", enterprise=code)
    tags = {str(item["tag"]) for item in known if item["enterprise"] == code}
    bodies = [
        _body(origin, code, station, card, today)
        for station in enterprise.stations
        for card in station.points
        if card.tag not in tags
    ]
    if not bodies:
        return 0
    try:
        platform.post_text("/points/import", _sheet(bodies), "text/csv; charset=utf-8")
    except Refused as error:
        if error.status in NOT_ALLOWED:
            raise
        if error.status not in NO_SUCH_DOOR:
            note(f"{code}: the sheet of its points was not taken ({error}); one by one, then")
        return sum(create(platform, note, "/points", body) for body in bodies)
    return len(bodies)


def _sheet(bodies: Iterable[Body]) -> str:
    """CSV with a column for each field that any of them has."""
    rows = list(bodies)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _body(
    origin: Origin, enterprise: str, station: Station, card: PointCard, today: date
) -> dict[str, str | float | int]:
    place = card.place or station.place
    lon, lat = origin.degrees(place)
    body: dict[str, str | float | int | None] = {
        "enterprise": enterprise,
        "tag": card.tag,
        "kind": card.kind,
        "unit": card.unit,
        "name": card.name,
        "name_en": card.name_en,
        "gateway": station.gateway,
        # What reports on change has no period; what it repeats now and then is its heartbeat.
        "period_s": STATE_REPEAT_S if card.on_change else station.period_s,
        "reporting": "on_change" if card.on_change else "periodic",
        "lon": lon,
        "lat": lat,
        "height_m": place[2],
        "range_low": card.low,
        "range_high": card.high,
        "substance": None if card.substance is None else CAS[card.substance],
        "hazard_source": None if station.hazard_source is None else station.hazard_source.code,
        "equipment": card.equipment,
        "criticality": card.criticality,
        **_care(card, today),
    }
    return {name: value for name, value in body.items() if value is not None}


def _care(card: PointCard, today: date) -> dict[str, str]:
    """When it was calibrated and, of a gas detector, bump-tested, and when that is due again."""
    if card.calibrated_ago is None:
        return {}
    calibrated = today - timedelta(days=card.calibrated_ago)
    due = calibrated + timedelta(days=CALIBRATED_EVERY_D)
    days = {"calibrated_on": calibrated, "calibration_due_on": due}
    if card.kind in GAS_KINDS:
        tested = today - timedelta(days=card.calibrated_ago // 4)
        days |= {
            "bump_tested_on": tested,
            "bump_test_due_on": tested + timedelta(days=BUMP_TESTED_EVERY_D),
        }
    return {name: day.isoformat() for name, day in days.items()}
