"""Where things are: positions and areas on the ground, in degrees of WGS 84.

Edges are straight in longitude and latitude, as RFC 7946 (3.1.1) has them. Metres are measured with
the two radii of curvature of the WGS 84 ellipsoid at the place (NIMA TR8350.2: a = 6 378 137 m,
1/f = 298.257223563): M = a(1-e2)/(1-e2 sin2)^1.5 along the meridian, N = a/(1-e2 sin2)^0.5 across.
That errs by less than one in ten thousand within 100 km, and is not meant for more.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
_E2 = FLATTENING * (2 - FLATTENING)

MOST_CORNERS = 500
"""Of an area, its holes included."""
WIDEST_M = 100_000.0
"""No area of a park is wider: longitude and latitude were mixed up, or it is in other degrees."""
ROUND = 64
"""Corners of a circle."""
_MOST_LATITUDE = 85.0
"""Beyond it metres and degrees have little to do with each other."""
_SLACK = 1.0001
"""What a buffer is wider, so that it never misses what is within it by our own measure."""


class BadShape(ValueError):
    """What is no area; the text says why and what to do."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Degrees: longitude -180 to 180, east positive; latitude -90 to 90, north positive."""

    lon: float
    lat: float


Ring = tuple[Position, ...]
"""Corners in order, the first one not repeated at the end."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """An area: its outer ring counterclockwise, its holes clockwise (RFC 7946, 3.1.6)."""

    outer: Ring
    holes: tuple[Ring, ...] = ()

    @classmethod
    def of(cls, rings: Sequence[Sequence[Sequence[float]]]) -> "Polygon":
        """From the `coordinates` of a GeoJSON Polygon; the rings' turning is put right.

        Raises BadShape.
        """
        if not rings:
            raise BadShape("it has no ring: send one with at least four positions")
        if sum(map(len, rings)) > MOST_CORNERS + len(rings):
            raise BadShape(f"it has more than {MOST_CORNERS} corners: simplify it")
        outer, *holes = [_ring(each) for each in rings]
        _check_crossings([outer, *holes])
        shape = cls(_turned(outer, left=True), tuple(_turned(each, left=False) for each in holes))
        filled = cls(outer)
        for hole in shape.holes:
            if not all(filled.contains(corner) for corner in hole):
                raise BadShape("a hole of it lies outside of its outer ring")
        if _width(outer) > WIDEST_M:
            raise BadShape(
                f"it is more than {WIDEST_M / 1000:g} km wide: positions are [longitude, latitude]"
            )
        return shape

    @property
    def rings(self) -> tuple[Ring, ...]:
        return (self.outer, *self.holes)

    @property
    def coordinates(self) -> list[list[list[float]]]:
        """As a GeoJSON Polygon has them."""
        return [[[each.lon, each.lat] for each in (*ring, ring[0])] for ring in self.rings]

    def contains(self, position: Position) -> bool:
        """Whether a position is inside; on an edge, a hole's too, is inside."""
        if not _in_box(self.outer, position):
            return False
        if any(_on_edge(a, b, position) for ring in self.rings for a, b in _edges(ring)):
            return True
        return sum(_crossings(ring, position) for ring in self.rings) % 2 == 1

    def distance(self, position: Position) -> float:
        """Metres from a position to the nearest of it; 0 inside."""
        return 0.0 if self.contains(position) else self.margin(position)

    def margin(self, position: Position) -> float:
        """Metres from a position, inside or outside, to the nearest of its edges."""
        return min(_to_edge(a, b, position) for ring in self.rings for a, b in _edges(ring))

    def left_by(self, other: "Polygon", slack_m: float) -> Position | None:
        """Where another area lies outside of this one by more than so many metres; None: nowhere.

        Looked at: its corners, the middles of its sides between where they cross the edges of this
        one, and the corners of this one that lie within it (a bay or a hole that it covers).
        """
        along = (spot for a, b in _edges(other.outer) for spot in self._along(a, b))
        bays = (corner for ring in self.rings for corner in ring if other.contains(corner))
        return next(
            chain(
                (spot for spot in along if self.distance(spot) > slack_m),
                (corner for corner in bays if other.margin(corner) > slack_m),
            ),
            None,
        )

    def _along(self, a: Position, b: Position) -> Iterator[Position]:
        edges = (edge for ring in self.rings for edge in _edges(ring))
        shares = {0.0, 1.0, *(s for c, d in edges if (s := _share(a, b, c, d)) is not None)}
        yield a
        for before, after in pairwise(sorted(shares)):
            half = (before + after) / 2
            yield Position(a.lon + half * (b.lon - a.lon), a.lat + half * (b.lat - a.lat))


@dataclass(frozen=True, slots=True)
class Line:
    """A course over the ground from its first corner to its last, as of a road or a pipe corridor;
    it may cross itself or end where it begins."""

    corners: tuple[Position, ...]

    @classmethod
    def of(cls, positions: Sequence[Sequence[float]]) -> "Line":
        """From the `coordinates` of a GeoJSON LineString. Raises BadShape."""
        if len(positions) > MOST_CORNERS:
            raise BadShape(f"it has more than {MOST_CORNERS} corners: simplify it")
        line = cls(tuple(_position(each) for each in positions))
        if len(line.corners) < 2:
            raise BadShape("a line has at least two positions")
        if any(a == b for a, b in pairwise(line.corners)):
            raise BadShape("a line stays where it is: two positions that follow each other are one")
        if _width(line.corners) > WIDEST_M:
            raise BadShape(
                f"it is more than {WIDEST_M / 1000:g} km wide: positions are [longitude, latitude]"
            )
        return line

    @property
    def coordinates(self) -> list[list[float]]:
        """As a GeoJSON LineString has them."""
        return [[each.lon, each.lat] for each in self.corners]

    @property
    def length(self) -> float:
        """Metres from end to end, along it."""
        return sum(distance(a, b) for a, b in pairwise(self.corners))

    def distance(self, position: Position) -> float:
        """Metres from a position to the nearest of it."""
        return min(_to_edge(a, b, position) for a, b in pairwise(self.corners))


def distance(a: Position, b: Position) -> float:
    """Metres between two positions, on the ellipsoid's curvature half-way."""
    across, along = metres_a_degree((a.lat + b.lat) / 2)
    return math.hypot(_turn(b.lon - a.lon) * across, (b.lat - a.lat) * along)


def metres_a_degree(lat: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of one of latitude, at a latitude."""
    radians = math.radians(lat)
    root = math.sqrt(1 - _E2 * math.sin(radians) ** 2)
    across = SEMI_MAJOR_M / root * math.cos(radians)
    along = SEMI_MAJOR_M * (1 - _E2) / root**3
    return math.radians(across), math.radians(along)


def buffer(what: Position | Polygon, metres: float) -> Polygon:
    """An area that covers everything within so many metres.

    Of a position a circle of 64 corners, of an area the convex one around it, rounded: never too
    small; where an area has bays, they are covered, too. Raises BadShape.
    """
    corners: Ring = (what,) if isinstance(what, Position) else hull(what.outer)
    if not 0 < metres <= WIDEST_M:
        raise BadShape(f"a buffer is more than 0 and at most {WIDEST_M:g} m wide")
    if any(abs(each.lat) > _MOST_LATITUDE for each in corners):
        raise BadShape("nothing is buffered near the poles")
    return Polygon(hull(spot for corner in corners for spot in _circle(corner, metres)))


def hull(positions: Iterable[Position]) -> Ring:
    """The convex ring around positions, counterclockwise (Andrew's monotone chain, 1979)."""
    found = sorted(set(positions))
    if len(found) < 3:
        return tuple(found)

    def chain(spots: Iterable[Position]) -> list[Position]:
        line: list[Position] = []
        for spot in spots:
            while len(line) > 1 and _side(line[-2], line[-1], spot) <= 0:
                line.pop()
            line.append(spot)
        return line[:-1]

    return (*chain(found), *chain(reversed(found)))


def _circle(middle: Position, metres: float) -> Iterator[Position]:
    across, along = metres_a_degree(middle.lat)
    # The corners stand outside, so that the sides touch the circle.
    radius = metres * _SLACK / math.cos(math.pi / ROUND)
    for number in range(ROUND):
        angle = 2 * math.pi * number / ROUND
        yield Position(
            middle.lon + radius * math.cos(angle) / across,
            middle.lat + radius * math.sin(angle) / along,
        )


def _ring(sent: Sequence[Sequence[float]]) -> Ring:
    ring = tuple(_position(each) for each in sent)
    if len(ring) < 4:
        raise BadShape("a ring has at least four positions, the last the same as the first")
    if ring[0] != ring[-1]:
        raise BadShape("a ring must end where it begins: repeat its first position at the end")
    if len(set(ring)) != len(ring) - 1:
        raise BadShape("a ring passes through one position twice")
    return ring[:-1]


def _position(sent: Sequence[float]) -> Position:
    if len(sent) != 2 or not all(math.isfinite(each) for each in sent):
        raise BadShape("a position is [longitude, latitude]")
    lon, lat = sent
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise BadShape(f"[{lon:g}, {lat:g}] is no [longitude, latitude]")
    return Position(lon, lat)


def _check_crossings(rings: Sequence[Ring]) -> None:
    edges = [(n, *each) for n, ring in enumerate(rings) for each in enumerate(_edges(ring))]
    for index, (ring, place, (a, b)) in enumerate(edges):
        last = len(rings[ring]) - 1
        for other, there, (c, d) in edges[index + 1 :]:
            near = ring == other and (there - place == 1 or (place == 0 and there == last))
            if near and not _folds(a, b, c, d):
                continue
            if near or _meet(a, b, c, d):
                raise BadShape(f"its edges cross or touch near [{c.lon:g}, {c.lat:g}]")


def _folds(a: Position, b: Position, c: Position, d: Position) -> bool:
    """Whether two edges that follow each other lie upon each other."""
    middle, ends = (b, (a, d)) if b == c else (a, (b, c))
    return _side(ends[0], middle, ends[1]) == 0 and not _on_edge(ends[0], ends[1], middle)


def _meet(a: Position, b: Position, c: Position, d: Position) -> bool:
    if _on_edge(a, b, c) or _on_edge(a, b, d) or _on_edge(c, d, a) or _on_edge(c, d, b):
        return True
    return (_side(a, b, c) > 0) != (_side(a, b, d) > 0) and (
        (_side(c, d, a) > 0) != (_side(c, d, b) > 0)
    )


def _share(a: Position, b: Position, c: Position, d: Position) -> float | None:
    """At which share of the way from a to b the edge from c to d crosses it; None: nowhere."""
    if max(c.lon, d.lon) < min(a.lon, b.lon) or max(a.lon, b.lon) < min(c.lon, d.lon):
        return None
    begin, end = _side(c, d, a), _side(c, d, b)
    if (begin > 0) == (end > 0) or (_side(a, b, c) > 0) == (_side(a, b, d) > 0):
        return None
    return begin / (begin - end)


def _turned(ring: Ring, *, left: bool) -> Ring:
    twice = sum(a.lon * b.lat - b.lon * a.lat for a, b in _edges(_from_origin(ring)))
    if twice == 0:
        raise BadShape("a ring encloses nothing")
    return ring if (twice > 0) == left else ring[::-1]


def _from_origin(ring: Ring) -> Ring:
    """Near the origin sums keep their small digits."""
    first = ring[0]
    return tuple(Position(each.lon - first.lon, each.lat - first.lat) for each in ring)


def _width(ring: Ring) -> float:
    west, east = min(p.lon for p in ring), max(p.lon for p in ring)
    south, north = min(p.lat for p in ring), max(p.lat for p in ring)
    across, along = metres_a_degree((south + north) / 2)
    return math.hypot((east - west) * across, (north - south) * along)


def _edges(ring: Ring) -> Iterator[tuple[Position, Position]]:
    return pairwise((*ring, ring[0]))


def _in_box(ring: Ring, position: Position) -> bool:
    return min(p.lon for p in ring) <= position.lon <= max(p.lon for p in ring) and min(
        p.lat for p in ring
    ) <= position.lat <= max(p.lat for p in ring)


def _side(a: Position, b: Position, spot: Position) -> float:
    """Above 0: left of the line from a to b; below: right."""
    return (b.lon - a.lon) * (spot.lat - a.lat) - (b.lat - a.lat) * (spot.lon - a.lon)


def _on_edge(a: Position, b: Position, spot: Position) -> bool:
    return (
        min(a.lon, b.lon) <= spot.lon <= max(a.lon, b.lon)
        and min(a.lat, b.lat) <= spot.lat <= max(a.lat, b.lat)
        and _side(a, b, spot) == 0
    )


def _crossings(ring: Ring, spot: Position) -> int:
    """How often a ray to the east crosses the ring (even-odd rule; Shimrat 1962)."""
    found = 0
    for a, b in _edges(ring):
        if (a.lat > spot.lat) != (b.lat > spot.lat):
            upward = b.lat > a.lat
            if (_side(a, b, spot) > 0) == upward:
                found += 1
    return found


def _to_edge(a: Position, b: Position, spot: Position) -> float:
    across, along = metres_a_degree(spot.lat)
    ax, ay = _turn(a.lon - spot.lon) * across, (a.lat - spot.lat) * along
    bx, by = _turn(b.lon - spot.lon) * across, (b.lat - spot.lat) * along
    dx, dy = bx - ax, by - ay
    share = -(ax * dx + ay * dy) / (dx * dx + dy * dy)
    share = min(1.0, max(0.0, share))
    return math.hypot(ax + share * dx, ay + share * dy)


def _turn(degrees: float) -> float:
    """A difference of longitudes, the short way round."""
    return (degrees + 180) % 360 - 180
