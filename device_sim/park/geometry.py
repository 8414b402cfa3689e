"""Places of a park in degrees: flat earth about its origin, which is right to millimetres here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Longitude and latitude (WGS 84) of the place from which east and north are measured."""

    longitude: float
    latitude: float

    def degrees(self, place: Sequence[float]) -> tuple[float, float]:
        """Longitude and latitude of a place given in metres east and north."""
        across = METRES_PER_DEGREE * math.cos(math.radians(self.latitude))
        lon = self.longitude + place[0] / across
        lat = self.latitude + place[1] / METRES_PER_DEGREE
        return round(lon, 7), round(lat, 7)

    def point(self, place: Sequence[float]) -> dict[str, object]:
        """A GeoJSON Point."""
        return {"type": "Point", "coordinates": list(self.degrees(place))}

    def line(self, places: Sequence[Sequence[float]]) -> dict[str, object]:
        """A GeoJSON LineString."""
        return {"type": "LineString", "coordinates": [list(self.degrees(each)) for each in places]}

    def polygon(self, corners: Sequence[Sequence[float]]) -> dict[str, object]:
        """A GeoJSON Polygon without holes; the ring is closed here."""
        ring = [list(self.degrees(each)) for each in (*corners, corners[0])]
        return {"type": "Polygon", "coordinates": [ring]}
