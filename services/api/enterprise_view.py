"""An enterprise as outsiders see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import WithJsonSchema

from services.api.alarm_view import moment_text
from services.domain.product import is_listed
from services.store.register import Enterprise


@dataclass(frozen=True, slots=True)
class EnterpriseView:
    """A tenant. `national_code`: its 11 digits, null while only a local code is known."""

    code: str
    name: str
    name_en: str | None
    created_at: str
    national_code: str | None
    address: str | None
    staff_on_site: int | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """Somebody to reach, and what for; personal data."""

    role: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A permission in writing. `state`: `valid`, `not_yet_valid` or `expired` today (Asia/Shanghai);
    without `valid_until` it does not end."""

    kind: str
    number: str
    name: str | None
    issued_by: str | None
    valid_from: str | None
    valid_until: str | None
    state: str


def _maybe(kind: str) -> dict[str, Any]:
    return {"anyOf": [{"type": kind}, {"type": "null"}]}


SubstanceOnSite = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "title": "SubstanceOnSite",
            "description": "A substance that is handled there, with the tonnes at most on site. "
            "`known`: the gas library or Table 1 of GB 18218 has it; of what they do not have, "
            "`class` is what the enterprise declares: of Table 2, or `other`.",
            "properties": {
                "name": {"type": "string"},
                "cas": _maybe("string"),
                "class": _maybe("string"),
                "quantity_t": _maybe("number"),
                "known": {"type": "boolean"},
            },
            "required": ["name", "cas", "class", "quantity_t", "known"],
        }
    ),
]
"""A dict, because `class` is no name of Python's, and it is what is sent."""


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A part of an enterprise's ground; `area` is a GeoJSON Polygon, WGS 84."""

    code: str
    name: str
    name_en: str | None
    area: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class EnterpriseFileView:
    """The file of an enterprise (一企一档); `area` is a GeoJSON Polygon, WGS 84."""

    code: str
    name: str
    name_en: str | None
    created_at: str
    national_code: str | None
    address: str | None
    staff_on_site: int | None
    area: dict[str, Any] | None
    contacts: list[ContactView]
    licences: list[LicenceView]
    substances: list[SubstanceOnSite]
    zones: list[ZoneView]


def national_code(code: str, file: Mapping[str, Any]) -> str | None:
    """The 11 digits; a code of 11 digits is that by itself."""
    own = code if len(code) == 11 and code.isascii() and code.isdigit() else None
    found: str | None = file.get("national_code", own)
    return found


def enterprise_view(enterprise: Enterprise) -> EnterpriseView:
    """What lists show: no personal data."""
    file = enterprise.file
    return EnterpriseView(
        enterprise.code,
        enterprise.name,
        enterprise.name_en,
        moment_text(enterprise.created_at),
        national_code(enterprise.code, file),
        file.get("address"),
        file.get("staff_on_site"),
    )


def file_view(enterprise: Enterprise, today: date) -> EnterpriseFileView:
    """The whole file."""
    file = enterprise.file
    return EnterpriseFileView(
        code=enterprise.code,
        name=enterprise.name,
        name_en=enterprise.name_en,
        created_at=moment_text(enterprise.created_at),
        national_code=national_code(enterprise.code, file),
        address=file.get("address"),
        staff_on_site=file.get("staff_on_site"),
        area=file.get("area"),
        contacts=[
            ContactView(each["role"], each["name"], each["phone"])
            for each in file.get("contacts", [])
        ],
        licences=[_licence(each, today) for each in file.get("licences", [])],
        substances=[_substance(each) for each in file.get("substances", [])],
        zones=[
            ZoneView(each["code"], each["name"], each.get("name_en"), each.get("area"))
            for each in file.get("zones", [])
        ],
    )


def _substance(told: Mapping[str, Any]) -> SubstanceOnSite:
    kept = {name: told.get(name) for name in ("name", "cas", "class", "quantity_t")}
    return kept | {"known": is_listed(told["name"], told.get("cas"))}


def _licence(told: Mapping[str, Any], today: date) -> LicenceView:
    begin, end = told.get("valid_from"), told.get("valid_until")
    return LicenceView(
        kind=told["kind"],
        number=told["number"],
        name=told.get("name"),
        issued_by=told.get("issued_by"),
        valid_from=begin,
        valid_until=end,
        state=_state(begin, end, today.isoformat()),
    )


def _state(begin: str | None, end: str | None, today: str) -> str:
    """Days as ISO 8601 writes them are in the order of the calendar."""
    if end is not None and end < today:
        return "expired"
    return "not_yet_valid" if begin is not None and begin > today else "valid"
