"""A shape on the ground as bodies write it: a GeoJSON geometry, degrees of WGS 84."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, field_validator
from pydantic import Tag as Of

from services.api.enterprise_body import Area
from services.api.point_body import Latitude, Longitude
from services.api.problem import UNION
from services.api.text import Number
from services.domain.key_place import Shape
from services.domain.place import MOST_CORNERS, BadShape, Line, Position

SHAPES = ("Point", "LineString", "Polygon")


class Spot(BaseModel):
    """A GeoJSON Point: [longitude, latitude]."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"type": "Point", "coordinates": [107.44, 38.21]}]},
    )
    type: Literal["Point"]
    coordinates: tuple[Longitude, Latitude]

    @field_validator("coordinates", mode="before")
    @classmethod
    def _two(cls, position: object) -> object:
        if not isinstance(position, list | tuple) or len(position) != 2:
            raise ValueError("a position is [longitude, latitude]")
        return position

    @property
    def shape(self) -> Position:
        return Position(*self.coordinates)


class Course(BaseModel):
    """A GeoJSON LineString: positions of [longitude, latitude], at most 100 km wide."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"type": "LineString", "coordinates": [[107.44, 38.21], [107.46, 38.21]]}]
        },
    )
    type: Literal["LineString"]
    coordinates: Annotated[list[list[Number]], Field(min_length=2, max_length=MOST_CORNERS)]

    @field_validator("coordinates")
    @classmethod
    def _course(cls, positions: list[list[float]]) -> list[list[float]]:
        try:
            return Line.of(positions).coordinates
        except BadShape as error:
            raise ValueError(str(error)) from None

    @property
    def shape(self) -> Line:
        return Line.of(self.coordinates)


def _member(value: object) -> str | None:
    """Which of the shapes a body is."""
    told = value.get("type") if isinstance(value, dict) else getattr(value, "type", None)
    return f"{UNION}{told}>" if told in SHAPES else None


AnyShape = Annotated[
    Annotated[Spot, Of("<Point>")]
    | Annotated[Course, Of("<LineString>")]
    | Annotated[Area, Of("<Polygon>")],
    Discriminator(
        _member,
        custom_error_type="unknown_shape",
        custom_error_message=f"it must be a GeoJSON geometry; its type one of {', '.join(SHAPES)}",
    ),
]


def shape_of(body: Spot | Course | Area) -> Shape:
    """The shape that it describes."""
    return body.polygon if isinstance(body, Area) else body.shape
