"""Key places and infrastructure (重点部位): what carries or supplies many, and is no hazard source."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from services.domain.place import Line, Polygon, Position

Shape = Position | Line | Polygon
"""What a place covers on the ground."""


class PlaceKind(StrEnum):
    """What a key place is there for."""

    PIPE_CORRIDOR = "pipe_corridor"
    FIRE_WATER = "fire_water"
    POWER_FEED = "power_feed"
    ROAD = "road"
    GATE = "gate"
    OTHER = "other"


_SHAPES: Mapping[PlaceKind, tuple[type[Shape], ...]] = MappingProxyType(
    {
        PlaceKind.PIPE_CORRIDOR: (Line, Polygon),
        PlaceKind.ROAD: (Line, Polygon),
        PlaceKind.GATE: (Position, Line),
    }
)
"""Of the kinds that are not of every shape."""
_NAMES: Mapping[type[Shape], str] = MappingProxyType(
    {Position: "Point", Line: "LineString", Polygon: "Polygon"}
)


FARTHEST_M = 20_000.0
"""No key place lies farther from the area of its enterprise with all that it covers: pipe corridors and
roads lead out of it, and a water intake may be miles away; what is farther has a slip in its degrees."""


def too_far(area: Polygon, shape: Shape) -> float | None:
    """How many metres the nearest of a place lies from the area of its enterprise; None where that is
    near enough."""
    match shape:
        case Position():
            away = area.distance(shape)
        case Line(corners) | Polygon(corners):
            away = min(
                *(area.distance(each) for each in corners),
                *(shape.distance(each) for each in area.outer),
            )
    return None if away <= FARTHEST_M else away


def geometry_of(shape: Shape) -> dict[str, object]:
    """A shape as a GeoJSON geometry (RFC 7946, 3.1), degrees of WGS 84."""
    match shape:
        case Position(lon, lat):
            return {"type": "Point", "coordinates": [lon, lat]}
        case Line() | Polygon():
            return {"type": _NAMES[type(shape)], "coordinates": shape.coordinates}


def misshapen(kind: PlaceKind, shape: Shape) -> str | None:
    """Why a place of this kind has no such shape; None where it may."""
    fitting = _SHAPES.get(kind)
    if fitting is None or isinstance(shape, fitting):
        return None
    named = " or a ".join(_NAMES[each] for each in fitting)
    return f"a {kind} is a {named}, not a {_NAMES[type(shape)]}"
