"""A point as outsiders see it."""

from dataclasses import dataclass
from datetime import date

from services.api.alarm_view import moment_text
from services.api.derived_body import FormulaView, formula_view
from services.api.window import Window
from services.domain.maintenance import Maintenance
from services.domain.point import STATES
from services.domain.point_file import PointFile
from services.domain.unit import ucum_of
from services.runtime.clock import to_datetime
from services.store.register import Place


@dataclass(frozen=True, slots=True)
class MaintenanceView:
    """A calibration or bump test that goes on, until when at the latest. `grade`: the gravest of the
    point's own alarms that it keeps off the board; grade 1 never is."""

    kind: str
    since: str
    until: str
    by: str
    approved_by: str | None
    reason: str
    grade: int


@dataclass(frozen=True, slots=True)
class PointView:
    """A registered point. `states` is the closed list of a point that has states; `judged` false:
    no rule is in force for it, so that whatever it reads raises no alarm.
    `hazard_source_registered` false: it names a hazard source that the register does not know;
    null: it names none. `unit_ucum`: the code of UCUM for `unit`, null where it has none.
    `converted_from` = `gcj02`: its position was given in those coordinates; `lon` and `lat` are
    WGS 84. A calibration or bump test is due from its day on (Asia/Shanghai)."""

    id: int
    enterprise: str
    tag: str
    kind: str
    unit: str
    range_low: float | None
    range_high: float | None
    substance: str | None
    hazard_source: str | None
    gateway: str | None
    name: str | None
    name_en: str | None
    lon: float | None
    lat: float | None
    period_s: float | None
    reporting: str
    states: list[str] | None
    created_at: str
    judged: bool
    equipment: str | None
    hazard_source_registered: bool | None
    groups: list[str]
    """Codes of the groups of detectors that it is in."""
    unit_ucum: str | None
    height_m: float | None
    criticality: str | None
    converted_from: str | None
    calibrated_on: str | None
    calibration_due_on: str | None
    bump_tested_on: str | None
    bump_test_due_on: str | None
    maintenance: MaintenanceView | None
    """The calibration or bump test that it is in now; null: it is in none."""
    formula: FormulaView | None
    """Of a derived point: what it is computed from; null: a sensor."""


def _judged(here: Window, place: Place) -> bool:
    point = place.point
    return here.register.is_judged(point.enterprise, point.tag, here.clock.now_ms())


def _is_registered(here: Window, place: Place) -> bool | None:
    point = place.point
    if point.hazard_source is None:
        return None
    return (point.enterprise, point.hazard_source) in here.register.hazard_sources


def view(here: Window, place: Place) -> PointView:
    """A point as outsiders see it; a new one is judged by no rule."""
    point = place.point
    file = place.file or PointFile()
    states = STATES.get(point.kind)
    return PointView(
        id=point.id,
        enterprise=point.enterprise,
        tag=point.tag,
        kind=point.kind,
        unit=point.unit,
        range_low=point.range_low,
        range_high=point.range_high,
        substance=point.substance,
        hazard_source=point.hazard_source,
        gateway=point.gateway,
        name=point.name,
        name_en=point.name_en,
        lon=place.lon,
        lat=place.lat,
        period_s=point.period_s,
        reporting=point.reporting,
        states=None if states is None else list(states),
        created_at=moment_text(place.created_at),
        judged=_judged(here, place),
        equipment=place.equipment,
        hazard_source_registered=_is_registered(here, place),
        groups=here.register.groups.of(point.enterprise, point.tag),
        unit_ucum=ucum_of(point.unit),
        height_m=file.height_m,
        criticality=file.criticality,
        converted_from=file.converted_from,
        calibrated_on=_day(file.calibrated_on),
        calibration_due_on=_day(file.calibration_due_on),
        bump_tested_on=_day(file.bump_tested_on),
        bump_test_due_on=_day(file.bump_test_due_on),
        maintenance=_maintenance(point.maintenance, here.clock.now_ms()),
        formula=formula_view(point.formula),
    )


def _maintenance(told: Maintenance | None, now: int) -> MaintenanceView | None:
    if told is None or not told.is_on(now):
        return None
    return MaintenanceView(
        told.kind,
        moment_text(to_datetime(told.since)),
        moment_text(to_datetime(told.until)),
        told.by,
        told.approved_by,
        told.reason,
        told.grade,
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
