"""The fences of enterprises: where their points may stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.domain.key_place import FARTHEST_M, Shape, too_far
from services.domain.place import Line, Polygon, Position
from services.domain.point_file import outside
from services.store import enterprise_file
from services.store.register import Connection


@dataclass(frozen=True, slots=True)
class Fences:
    """The areas of some enterprises, of those that have one."""

    areas: Mapping[str, Polygon]

    @classmethod
    async def of(cls, connection: Connection, codes: Sequence[str]) -> "Fences":
        """As they are in this transaction: with the book's lock, nobody moves one meanwhile."""
        found = await enterprise_file.areas(connection, codes)
        return cls({code: area_of(area) for code, area in found.items()})

    def far(self, enterprise: str, shape: Shape) -> str | None:
        """Why a key place of it may not lie there; None where it may, or where no area is
        registered."""
        area = self.areas.get(enterprise)
        away = None if area is None else too_far(area, shape)
        if away is None:
            return None
        return (
            f"all of it lies {_distance(away)} or more outside of the area of {enterprise}, "
            f"{_distance(FARTHEST_M)} at most is possible; positions are WGS 84"
        )

    def outside(self, enterprise: str, lon: float | None, lat: float | None) -> str | None:
        """Why a point may not stand there; None where it may, or where no area is registered."""
        area = self.areas.get(enterprise)
        if area is None or lon is None or lat is None:
            return None
        away = outside(area, Position(lon, lat))
        if away is None:
            return None
        return (
            f"[{lon:g}, {lat:g}] lies {_distance(away)} outside of the area of {enterprise}; "
            "positions are WGS 84"
        )


def area_of(area: Mapping[str, Any]) -> Polygon:
    """An area as it was stored, which was checked when it came."""
    outer, *holes = [
        tuple(Position(lon, lat) for lon, lat in ring[:-1]) for ring in area["coordinates"]
    ]
    return Polygon(outer, tuple(holes))


def stored_shape(geometry: Mapping[str, Any]) -> Shape:
    """A shape as it was stored, which was checked when it came."""
    match geometry["type"]:
        case "Point":
            return Position(*geometry["coordinates"])
        case "LineString":
            return Line.of(geometry["coordinates"])
        case _:
            return area_of(geometry)


def _distance(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 10_000 else f"{metres / 1000:.0f} km"
