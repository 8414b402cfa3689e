"""What is true of any place."""

import math

from hypothesis import given
from hypothesis import strategies as st

from services.domain.gcj02 import from_gcj02, to_gcj02
from services.domain.place import Polygon, Position, buffer, distance, hull, metres_a_degree

LONS = st.floats(75.0, 134.0)
LATS = st.floats(4.0, 53.0)
SPOTS = st.builds(Position, LONS, LATS)
OFFSETS = st.tuples(st.floats(-2_000, 2_000), st.floats(-2_000, 2_000))


def moved(spot: Position, by: tuple[float, float]) -> Position:
    across, along = metres_a_degree(spot.lat)
    return Position(spot.lon + by[0] / across, spot.lat + by[1] / along)


@st.composite
def areas(draw: st.DrawFn) -> tuple[Position, Polygon]:
    """A star around a middle: any number of bays, no edge across another."""
    middle = draw(SPOTS)
    radii = draw(st.lists(st.floats(50, 2_000), min_size=3, max_size=12))
    corners = [
        moved(middle, (r * math.cos(a), r * math.sin(a)))
        for r, a in ((r, 2 * math.pi * n / len(radii)) for n, r in enumerate(radii))
    ]
    ring = [[each.lon, each.lat] for each in (*corners, corners[0])]
    return middle, Polygon.of([ring])


@given(SPOTS, OFFSETS)
def test_a_distance_is_that_of_the_way_gone_and_the_same_back(
    spot: Position, by: tuple[float, float]
) -> None:
    other = moved(spot, by)
    assert distance(spot, other) == distance(other, spot)
    assert abs(distance(spot, other) - math.hypot(*by)) <= 1e-3 * math.hypot(*by) + 1e-6


@given(SPOTS, OFFSETS, OFFSETS)
def test_a_detour_is_never_shorter(
    spot: Position, one: tuple[float, float], two: tuple[float, float]
) -> None:
    a, b = moved(spot, one), moved(spot, two)
    assert distance(a, b) <= (distance(a, spot) + distance(spot, b)) * 1.001 + 1e-6


@given(areas(), OFFSETS)
def test_what_is_inside_is_no_metre_away_and_what_is_outside_is(
    area: tuple[Position, Polygon], by: tuple[float, float]
) -> None:
    middle, shape = area
    assert shape.contains(middle)
    spot = moved(middle, by)
    away = shape.distance(spot)
    assert (away == 0) == shape.contains(spot) or away < 1e-6
    nearest = min(distance(spot, corner) for corner in shape.outer)
    assert away <= nearest * 1.001 + 1e-6


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Polygon, Polygon]:
    """Two stars around one middle: one may lie in the other, leave it, or cover its bays."""
    middle = draw(SPOTS)
    rings = []
    for longest in (2_000, draw(st.sampled_from([100, 500, 2_000]))):
        radii = draw(st.lists(st.floats(50, longest), min_size=3, max_size=8))
        corners = [
            moved(middle, (r * math.cos(a), r * math.sin(a)))
            for r, a in ((r, 2 * math.pi * n / len(radii)) for n, r in enumerate(radii))
        ]
        rings.append([[each.lon, each.lat] for each in (*corners, corners[0])])
    return Polygon.of([rings[0]]), Polygon.of([rings[1]])


@given(pairs(), st.lists(OFFSETS, min_size=20, max_size=20))
def test_an_area_that_leaves_another_nowhere_is_in_it_everywhere(
    areas: tuple[Polygon, Polygon], ways: list[tuple[float, float]]
) -> None:
    whole, other = areas
    place = whole.left_by(other, 1)
    if place is not None:
        assert whole.distance(place) > 1 or other.margin(place) > 1
        assert other.distance(place) < 1e-3
        return
    middle = other.outer[0]
    inside = [spot for spot in (moved(middle, by) for by in ways) if other.contains(spot)]
    assert all(whole.distance(spot) < 2 for spot in (*inside, *other.outer))


@given(areas(), OFFSETS, st.floats(1, 1_000))
def test_a_buffer_never_misses_what_is_within_it(
    area: tuple[Position, Polygon], by: tuple[float, float], metres: float
) -> None:
    middle, shape = area
    spot = moved(middle, by)
    wide = buffer(shape, metres)
    if shape.distance(spot) <= metres:
        assert wide.contains(spot)
    convex = Polygon(hull(shape.outer))
    if convex.distance(spot) > metres * 1.01 + 0.1:
        assert not wide.contains(spot)


@given(SPOTS)
def test_a_position_shifted_and_shifted_back_is_where_it_was(spot: Position) -> None:
    shown = to_gcj02(spot)
    assert 1 < distance(spot, shown) < 2_000
    assert distance(from_gcj02(shown), spot) < 0.001
