"""The bodies that describe a hazard source."""

from datetime import date
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)

from services.api.day import Day
from services.api.point_body import Latitude, Longitude
from services.api.text import PHONE, SOURCE_NUMBER, Code, Name, Number, Reason
from services.domain.hazard_source import MOST_T, Holding, Mixture, UnitType

MOST_PEOPLE = 10_000_000
MOST_SUBSTANCES = 500
Word = Annotated[str, Field(min_length=1, max_length=20)]


class HoldingBody(BaseModel):
    """A substance at its design maximum: by CAS number (Table 1) or by class of danger (Table 2);
    of a substance with several dangers all `classes`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    cas: Annotated[Word | None, Field(examples=["7782-50-5"])] = None
    form: Annotated[
        Word | None, Field(description="Where Table 1 has several rows of one CAS number")
    ] = None
    danger: Annotated[Word | None, Field(alias="class", examples=["W5.3"])] = None
    classes: Annotated[list[Word] | None, Field(min_length=1, max_length=24)] = None
    name: Name | None = None
    quantity_t: Annotated[Number, Field(gt=0, le=MOST_T, description="Tonnes")]
    mixture: Annotated[
        Mixture | None,
        Field(
            description="Of the class of the pure substance, or of another (4.2.3): then of what "
            "Table 1 names with `name` and `reason`"
        ),
    ] = None
    reason: Annotated[
        Reason | None, Field(description="Why a mixture is of another class than its substance")
    ] = None

    def holding(self) -> Holding:
        """As it is graded."""
        dangers = ([self.danger] if self.danger else []) + (self.classes or [])
        return Holding(
            self.quantity_t,
            self.cas,
            self.form,
            tuple(dict.fromkeys(dangers)),
            self.name,
            self.mixture,
            self.reason,
        )


class Person(BaseModel):
    """Who answers for it, and how to reach them."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    phone: Annotated[str, Field(pattern=PHONE, examples=["0512-5555 0101"])]


class Responsible(BaseModel):
    """The three of the guarantee of safety (安全包保): 主要负责人, 技术负责人, 操作负责人."""

    model_config = ConfigDict(extra="forbid")
    chief: Person | None = None
    technical: Person | None = None
    operating: Person | None = None


class Particulars(BaseModel):
    """What the register keeps beside the grade."""

    national_code: Annotated[
        str | None,
        Field(pattern=SOURCE_NUMBER, description="14 digits: enterprise 11, serial 3"),
    ] = None
    address: Name | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    established_on: Day | None = None
    nearest_target: Annotated[Name | None, Field(description="The nearest protected target")] = None
    nearest_target_m: Annotated[Number, Field(ge=0, le=1_000_000)] | None = None
    filed_on: Day | None = None
    filing_expires_on: Day | None = None
    responsible: Responsible | None = None


PARTICULARS = frozenset(Particulars.model_fields)


class SourceDescription(Particulars):
    """A unit or storage unit, what is in it and who lives near."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    name_en: Name | None = None
    unit_type: UnitType
    exposed_people: Annotated[
        int,
        Field(
            strict=True,
            ge=0,
            le=MOST_PEOPLE,
            description="Residents within 500 m of the plant's boundary",
        ),
    ]
    substances: Annotated[list[HoldingBody], Field(min_length=1, max_length=MOST_SUBSTANCES)]
    lat: Latitude | None = Field(default=None, validate_default=True)
    reason: Annotated[Reason | None, Field(description="Why this version")] = None

    @field_validator("lat")
    @classmethod
    def _whole_position(cls, lat: float | None, info: ValidationInfo) -> float | None:
        # A longitude that was refused itself is not there to be missed.
        if "lon" in info.data and (info.data["lon"] is None) != (lat is None):
            raise ValueError("lon and lat go together: send both")
        return lat

    @field_validator("filing_expires_on")
    @classmethod
    def _filing(cls, expires: date | None, info: ValidationInfo) -> date | None:
        filed = info.data.get("filed_on")
        if filed is not None and expires is not None and expires < filed:
            raise ValueError("it must not be before filed_on")
        return expires

    def particulars(self) -> dict[str, Any]:
        """What there is of them, as JSON."""
        return self.model_dump(mode="json", include=set(PARTICULARS), exclude_none=True)

    def holdings(self) -> list[dict[str, Any]]:
        """The substances as they were sent."""
        return [
            each.model_dump(mode="json", by_alias=True, exclude_none=True)
            for each in self.substances
        ]


class NewSource(SourceDescription):
    """A hazard source to register; it is graded at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "enterprise": "north-works",
                    "code": "HS-1",
                    "name": "液氯储存",
                    "unit_type": "storage",
                    "exposed_people": 60,
                    "substances": [
                        {"cas": "7782-50-5", "quantity_t": 5},
                        {"class": "W5.3", "name": "溶剂", "quantity_t": 300},
                    ],
                }
            ]
        },
    )
    enterprise: Code
    code: Code


class SourceChange(Particulars):
    """What changes of a hazard source; whatever is not named stays, null empties. A change makes
    a new version, graded anew; the old one is kept."""

    model_config = ConfigDict(extra="forbid")
    name: Name = ""
    name_en: Name | None = None
    unit_type: UnitType = UnitType.STORAGE
    exposed_people: Annotated[int, Field(strict=True, ge=0, le=MOST_PEOPLE)] = 0
    substances: Annotated[
        list[HoldingBody], Field(min_length=1, max_length=MOST_SUBSTANCES, default_factory=list)
    ]
    reason: Annotated[Reason | None, Field(description="Why this version")] = None
