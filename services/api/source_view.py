"""A hazard source as outsiders see it."""

from dataclasses import dataclass, fields
from typing import Any

from services.api.alarm_view import moment_text
from services.store.hazard_source import HazardSource


@dataclass(frozen=True, slots=True)
class PersonView:
    """Who answers for it, and how to reach them."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class ResponsibleView:
    """The three who answer for it: 主要负责人, 技术负责人, 操作负责人; null: nobody is named."""

    chief: PersonView | None
    technical: PersonView | None
    operating: PersonView | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a hazard source. `s`, `r` and `level` (1 highest; null when S < 1: no major
    hazard source) by GB 18218-2018, `working` how they came about: the terms with their critical
    quantities and factors, where each stands (`…_source`) and how sure it is (`…_trust`: `read` in
    the standard, `restated` by others, `computed` by us). `working.certain` false: the level rests on
    a term with a `doubt`: a `declared_class` that is the enterprise's word alone, `other_class` of a
    mixture of what Table 1 names, or an `assigned_row` of it."""

    enterprise: str
    code: str
    name: str
    name_en: str | None
    unit_type: str
    exposed_people: int
    substances: list[dict[str, Any]]
    s: float
    r: float
    level: int | None
    working: dict[str, Any]
    national_code: str | None
    address: str | None
    lon: float | None
    lat: float | None
    established_on: str | None
    nearest_target: str | None
    nearest_target_m: float | None
    filed_on: str | None
    filing_expires_on: str | None
    responsible: ResponsibleView
    version: int
    created_at: str
    valid_from: str
    valid_to: str | None
    changed_by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class SourceView(VersionView):
    """A hazard source: its register, `grade` (1 red to 4 blue, of its worst active alarm; null:
    none) and `risk_level` (1 to 4, of our risk index)."""

    grade: int | None
    risk_level: int


def version_view(source: HazardSource) -> VersionView:
    """One version of it."""
    return VersionView(**_values(source))


def source_view(source: HazardSource, grade: int | None, risk_level: int) -> SourceView:
    """The version in force, with how it stands now."""
    return SourceView(**_values(source), grade=grade, risk_level=risk_level)


def responsible_view(source: HazardSource) -> ResponsibleView:
    """Who answers for it."""
    named = source.particulars.get("responsible") or {}
    return ResponsibleView(*(_person(named.get(each.name)) for each in fields(ResponsibleView)))


def _person(value: dict[str, str] | None) -> PersonView | None:
    return None if value is None else PersonView(value["name"], value["phone"])


def _values(source: HazardSource) -> dict[str, Any]:
    own = {
        each.name: getattr(source, each.name, source.particulars.get(each.name))
        for each in fields(VersionView)
    }
    return own | {
        "responsible": responsible_view(source),
        "created_at": moment_text(source.created_at),
        "valid_from": moment_text(source.valid_from),
        "valid_to": None if source.valid_to is None else moment_text(source.valid_to),
    }
