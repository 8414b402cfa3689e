"""The bodies that describe an enterprise: its file (一企一档)."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.api.day import Day
from services.api.fault import fault_within
from services.api.source_body import MOST_PEOPLE, Person, Word
from services.api.text import ENTERPRISE_NUMBER, Code, Name, Number
from services.domain.hazard_source import MOST_T, Unfit
from services.domain.place import MOST_CORNERS, BadShape, Polygon
from services.domain.point_file import FENCE_M
from services.domain.product import check_product

MOST_ENTRIES = 200
"""Contacts, licences or zones of an enterprise."""
MOST_SUBSTANCES = 1_000
NATIONAL = ENTERPRISE_NUMBER


class ContactRole(StrEnum):
    """What somebody is there for."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    CHIEF = "chief"
    SAFETY = "safety"
    TECHNICAL = "technical"
    ENVIRONMENT = "environment"
    CONTROL_ROOM = "control_room"
    DUTY = "duty"
    EMERGENCY = "emergency"


class LicenceKind(StrEnum):
    """What an enterprise is allowed."""

    BUSINESS = "business"
    SAFETY_PRODUCTION = "safety_production"
    HAZCHEM_OPERATION = "hazchem_operation"
    HAZCHEM_USE = "hazchem_use"
    HAZCHEM_REGISTRATION = "hazchem_registration"
    HAZCHEM_TRANSPORT = "hazchem_transport"
    EMISSION = "emission"
    FIRE = "fire"
    SPECIAL_EQUIPMENT = "special_equipment"
    OTHER = "other"


class Area(BaseModel):
    """A GeoJSON Polygon (RFC 7946): rings of [longitude, latitude], WGS 84, at most 100 km wide."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "Polygon",
                    "coordinates": [
                        [[107.44, 38.21], [107.46, 38.21], [107.46, 38.22], [107.44, 38.21]]
                    ],
                }
            ]
        },
    )
    type: Literal["Polygon"]
    coordinates: Annotated[
        list[Annotated[list[list[Number]], Field(max_length=MOST_CORNERS + 1)]],
        Field(min_length=1, max_length=50),
    ]

    @field_validator("coordinates")
    @classmethod
    def _shape(cls, rings: list[list[list[float]]]) -> list[list[list[float]]]:
        try:
            return Polygon.of(rings).coordinates
        except BadShape as error:
            raise ValueError(str(error)) from None

    @property
    def polygon(self) -> Polygon:
        return Polygon.of(self.coordinates)


class Contact(Person):
    """Somebody to reach, and what for; personal data."""

    role: ContactRole


class Licence(BaseModel):
    """A permission in writing; without `valid_until` it does not end."""

    model_config = ConfigDict(extra="forbid")
    kind: LicenceKind
    number: Annotated[Name, Field(max_length=100)]
    name: Annotated[Name | None, Field(description="What it says on it")] = None
    issued_by: Name | None = None
    valid_from: Day | None = None
    valid_until: Annotated[Day | None, Field(description="Its last day")] = None

    @field_validator("valid_until")
    @classmethod
    def _end(cls, end: date | None, info: ValidationInfo) -> date | None:
        begin = info.data.get("valid_from")
        if end is not None and begin is not None and end < begin:
            raise ValueError("it must not be before valid_from: a licence ends after it begins")
        return end


class KnownSubstance(BaseModel):
    """A substance that is handled there, or a product that is declared by its class; hazard sources
    say what is where."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    cas: Annotated[Word | None, Field(examples=["7782-50-5"])] = None
    danger: Annotated[
        Word | None,
        Field(
            alias="class",
            examples=["W5.3"],
            description="Asked of what neither the gas library nor Table 1 of GB 18218 knows: its "
            "class of Table 2, or `other`",
        ),
    ] = None
    quantity_t: Annotated[
        Number | None, Field(ge=0, le=MOST_T, description="Tonnes at most on site")
    ] = None


class Zone(BaseModel):
    """A part of an enterprise's ground: a plant, a tank farm, a warehouse."""

    model_config = ConfigDict(extra="forbid")
    code: Code
    name: Name
    name_en: Name | None = None
    area: Area | None = None


class EnterpriseFacts(BaseModel):
    """What there is one of in an enterprise's file."""

    model_config = ConfigDict(extra="forbid")

    national_code: Annotated[
        str | None,
        Field(
            pattern=NATIONAL, description="11 digits; of a code of 11 digits it is that by itself"
        ),
    ] = None
    address: Name | None = None
    area: Area | None = None
    staff_on_site: Annotated[
        int | None, Field(strict=True, ge=0, le=MOST_PEOPLE, description="On an ordinary day")
    ] = None


class EnterpriseDescription(EnterpriseFacts):
    """What an enterprise is, whole."""

    name: Name
    name_en: Name | None = None
    contacts: Annotated[list[Contact], Field(max_length=MOST_ENTRIES)] = []
    licences: Annotated[list[Licence], Field(max_length=MOST_ENTRIES)] = []
    substances: Annotated[list[KnownSubstance], Field(max_length=MOST_SUBSTANCES)] = []
    zones: Annotated[list[Zone], Field(max_length=MOST_ENTRIES)] = []

    @field_validator("licences")
    @classmethod
    def _licences(cls, licences: list[Licence]) -> list[Licence]:
        _once("number", [f"{each.kind} {each.number}" for each in licences])
        return licences

    @field_validator("substances")
    @classmethod
    def _substances(cls, substances: list[KnownSubstance]) -> list[KnownSubstance]:
        _once("name", [each.cas or each.name for each in substances])
        return substances

    @field_validator("zones")
    @classmethod
    def _zones(cls, zones: list[Zone], info: ValidationInfo) -> list[Zone]:
        _once("code", [each.code for each in zones])
        area: Area | None = info.data.get("area")
        whole = None if area is None else area.polygon
        for number, zone in enumerate(zones):
            its = None if zone.area is None else zone.area.polygon
            out = None if whole is None or its is None else whole.left_by(its, FENCE_M)
            if out is not None:
                raise fault_within(
                    f"{number}.area",
                    f"{zone.code} lies partly outside of the enterprise's area, near "
                    f"[{out.lon:.6g}, {out.lat:.6g}]",
                )
        return zones

    def file(self) -> dict[str, Any]:
        """What there is of it, as JSON."""
        whole = self.model_dump(mode="json", by_alias=True, include=set(FILE), exclude_none=True)
        return {name: value for name, value in whole.items() if value != []}


FILE = frozenset(EnterpriseDescription.model_fields) - {"name", "name_en"}


class NewEnterprise(EnterpriseDescription):
    """A new tenant; its code stands in its gateways' topics."""

    code: Code

    @field_validator("code")
    @classmethod
    def _one_code(cls, code: str, info: ValidationInfo) -> str:
        national = info.data.get("national_code")
        if national is not None and re.fullmatch(NATIONAL, code) and code != national:
            raise ValueError("it has 11 digits and is not national_code: one of them is a slip")
        return code


class EnterpriseChange(EnterpriseFacts):
    """What changes; whatever is not named stays, null empties. A list is sent whole. The file is
    checked as it would be after the change, and changed whole or not at all."""

    name: Name | None = None
    name_en: Name | None = None
    contacts: Annotated[list[Contact] | None, Field(max_length=MOST_ENTRIES)] = None
    licences: Annotated[list[Licence] | None, Field(max_length=MOST_ENTRIES)] = None
    substances: Annotated[list[KnownSubstance] | None, Field(max_length=MOST_SUBSTANCES)] = None
    zones: Annotated[list[Zone] | None, Field(max_length=MOST_ENTRIES)] = None


def undeclared(substances: list[KnownSubstance] | None) -> dict[str, str]:
    """By its path each of these that nobody can look up and nobody has declared, and why."""
    wrong: dict[str, str] = {}
    for number, each in enumerate(substances or []):
        try:
            check_product(each.name, each.cas, each.danger)
        except Unfit as fault:
            wrong[f"substances.{number}.{fault.field}"] = fault.reason
    return wrong


def _once(field: str, names: list[str]) -> None:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name in seen:
            raise fault_within(f"{number}.{field}", f"{name} stands in it twice")
        seen.add(name)
