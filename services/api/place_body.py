"""The bodies that describe a key place."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.api.enterprise_body import Area
from services.api.fault import fault_within
from services.api.shape_body import AnyShape, Course, Spot, shape_of
from services.api.text import Code, Name, Reason, Tag
from services.domain.key_place import PlaceKind, misshapen

MOST_POINTS = 500
MOST_PLACES = 1_000
"""Of an enterprise."""
Why = Annotated[Reason | None, Field(description="Why this version")]
Points = Annotated[
    list[Tag],
    Field(max_length=MOST_POINTS, description="Tags of the enterprise's points that watch it"),
]


class PlaceDescription(BaseModel):
    """What a key place is, where it is, and which points watch it."""

    model_config = ConfigDict(extra="forbid")
    kind: PlaceKind
    name: Name
    name_en: Name | None = None
    geometry: AnyShape
    points: Points = []
    reason: Why = None

    @field_validator("geometry")
    @classmethod
    def _fitting(cls, shape: Spot | Course | Area, info: ValidationInfo) -> Spot | Course | Area:
        # A kind that was refused itself is not there to be fitted.
        kind: PlaceKind | None = info.data.get("kind")
        told = None if kind is None else misshapen(kind, shape_of(shape))
        if told is not None:
            raise ValueError(told)
        return shape

    @field_validator("points")
    @classmethod
    def _once(cls, tags: list[str]) -> list[str]:
        for number, tag in enumerate(tags):
            if tag in tags[:number]:
                raise fault_within(str(number), f"{tag} stands in it twice")
        return tags


class NewPlace(PlaceDescription):
    """A key place to register. What is the park's own belongs to the enterprise that runs it; the
    park's company is an enterprise like others."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "enterprise": "north-works",
                    "code": "PC-1",
                    "kind": "pipe_corridor",
                    "name": "一号公共管廊",
                    "name_en": "Pipe corridor 1",
                    "geometry": {
                        "type": "LineString",
                        "coordinates": [[107.44, 38.21], [107.46, 38.21]],
                    },
                    "points": ["GT-101"],
                }
            ]
        },
    )
    enterprise: Code
    code: Code


class PlaceChange(BaseModel):
    """What changes of a key place; whatever is not named stays, null empties. A change makes a new
    version; the old one is kept."""

    model_config = ConfigDict(extra="forbid")
    kind: PlaceKind = PlaceKind.OTHER
    name: Name = ""
    name_en: Name | None = None
    geometry: AnyShape = Field(default_factory=lambda: Spot(type="Point", coordinates=(0, 0)))
    points: Points = []
    reason: Why = None
