"""Lines over the ground, and which place may have which shape."""

import pytest

from services.domain.key_place import PlaceKind, geometry_of, misshapen
from services.domain.place import MOST_CORNERS, BadShape, Line, Polygon, Position, distance

EAST = [[107.44, 38.21], [107.46, 38.21]]
SQUARE = Polygon.of([[[0, 0], [0.01, 0], [0.01, 0.01], [0, 0.01], [0, 0]]])


def test_a_line_is_as_long_as_its_parts() -> None:
    bent = Line.of([[0, 0], [0.01, 0], [0.01, 0.01]])
    # At the equator a hundredth of a degree is 1113.20 m to the east and 1105.74 m to the north.
    assert bent.length == pytest.approx(1113.20 + 1105.74, abs=0.02)
    assert Line.of(EAST).length == distance(Position(*EAST[0]), Position(*EAST[1]))


def test_the_distance_to_a_line_is_to_the_nearest_of_it_not_to_its_ends() -> None:
    line = Line.of([[0, 0], [0.02, 0]])
    assert line.distance(Position(0.01, 0)) == pytest.approx(0, abs=1e-6)
    assert line.distance(Position(0.01, 0.01)) == pytest.approx(1105.74, abs=0.02)
    assert line.distance(Position(0.03, 0)) == pytest.approx(1113.20, abs=0.02)


def test_a_line_may_cross_itself_and_end_where_it_begins() -> None:
    ring_road: list[list[float]] = [[0, 0], [0.01, 0.01], [0.01, 0], [0, 0.01], [0, 0]]
    assert Line.of(ring_road).coordinates == ring_road


@pytest.mark.parametrize(
    ("positions", "word"),
    [
        ([[0, 0]], "at least two"),
        ([], "at least two"),
        ([[0, 0], [0, 0]], "stays where it is"),
        ([[0, 0], [181, 0]], "no .longitude, latitude."),
        ([[0, 0], [0, 0, 5]], "a position is"),
        ([[0, 0], [0, float("nan")]], "a position is"),
        ([[38.21, 107.44], [38.22, 107.44]], "no .longitude, latitude."),
        ([[0, 0], [2, 0]], "100 km"),
        ([[0, n / 1e5] for n in range(MOST_CORNERS + 1)], "simplify"),
    ],
    ids=["one", "none", "standing", "beyond", "height", "nan", "turned round", "wide", "many"],
)
def test_what_is_no_line_is_refused_with_what_to_do(
    positions: list[list[float]], word: str
) -> None:
    with pytest.raises(BadShape, match=word):
        Line.of(positions)


def test_as_many_corners_as_allowed_are_allowed() -> None:
    assert len(Line.of([[0, n / 1e5] for n in range(MOST_CORNERS)]).corners) == MOST_CORNERS


def test_a_shape_is_written_as_geojson_has_it() -> None:
    assert geometry_of(Position(1, 2)) == {"type": "Point", "coordinates": [1, 2]}
    assert geometry_of(Line.of(EAST)) == {"type": "LineString", "coordinates": EAST}
    assert geometry_of(SQUARE) == {"type": "Polygon", "coordinates": SQUARE.coordinates}


@pytest.mark.parametrize(
    ("kind", "fitting"),
    [
        ("pipe_corridor", {"LineString", "Polygon"}),
        ("road", {"LineString", "Polygon"}),
        ("gate", {"Point", "LineString"}),
        ("fire_water", {"Point", "LineString", "Polygon"}),
        ("power_feed", {"Point", "LineString", "Polygon"}),
        ("other", {"Point", "LineString", "Polygon"}),
    ],
)
def test_a_corridor_is_no_point_and_a_gate_no_area(kind: str, fitting: set[str]) -> None:
    found = set()
    for shape in (Position(1, 2), Line.of(EAST), SQUARE):
        name = str(geometry_of(shape)["type"])
        told = misshapen(PlaceKind(kind), shape)
        if told is None:
            found.add(name)
        else:
            assert told.startswith(f"a {kind} is a ")
            assert told.endswith(f", not a {name}")
    assert found == fitting
