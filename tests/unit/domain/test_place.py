"""Positions and areas, against figures that others published."""

import math
from collections.abc import Sequence

import pytest

from services.domain.gcj02 import from_gcj02, is_shifted, to_gcj02
from services.domain.place import (
    BadShape,
    Polygon,
    Position,
    buffer,
    distance,
    hull,
    metres_a_degree,
)

L_SHAPE = [[[0, 0], [3, 0], [3, 1], [1, 1], [1, 3], [0, 3], [0, 0]]]
"""In hundredths of a degree, by `small`."""


def small(rings: Sequence[Sequence[Sequence[float]]]) -> Polygon:
    return Polygon.of([[[x / 100, y / 100] for x, y in ring] for ring in rings])


def at(x: float, y: float) -> Position:
    return Position(x / 100, y / 100)


@pytest.mark.parametrize(
    ("lat", "across_km", "along_km"),
    [
        (0, 111.320, 110.574),
        (15, 107.550, 110.649),
        (30, 96.486, 110.852),
        (45, 78.847, 111.132),
        (60, 55.800, 111.412),
        (75, 28.902, 111.618),
    ],
)
def test_a_degree_is_as_long_as_tables_of_wgs_84_have_it(
    lat: float, across_km: float, along_km: float
) -> None:
    """The figures of "Length of a degree" in Wikipedia's article on latitude and longitude."""
    across, along = metres_a_degree(lat)
    assert across / 1000 == pytest.approx(across_km, abs=0.001)
    assert along / 1000 == pytest.approx(along_km, abs=0.001)


def test_the_line_that_vincenty_is_tried_on_is_measured() -> None:
    """Flinders Peak to Buninyong, 54 972.271 m (Geodetic Datum of Australia, technical manual)."""
    flinders = Position(144 + 25 / 60 + 29.52440 / 3600, -(37 + 57 / 60 + 3.72030 / 3600))
    buninyong = Position(143 + 55 / 60 + 35.38390 / 3600, -(37 + 39 / 60 + 10.15610 / 3600))
    assert distance(flinders, buninyong) == pytest.approx(54_972.271, rel=1e-5)


def test_the_date_line_is_crossed_the_short_way() -> None:
    assert distance(Position(179.999, 0), Position(-179.999, 0)) == pytest.approx(222.64, abs=0.01)


def test_an_area_with_a_bay_and_a_hole_knows_what_is_inside() -> None:
    shape = small(L_SHAPE)
    assert shape.contains(at(0.5, 2))
    assert shape.contains(at(2, 0.5))
    assert not shape.contains(at(2, 2)), "the bay"
    assert shape.contains(at(1, 1)), "a corner"
    assert shape.contains(at(3, 0.5)), "an edge"
    assert not shape.contains(at(3.0001, 0.5))
    holed = small(
        [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]]
    )
    assert not holed.contains(at(2, 2))
    assert holed.contains(at(0.5, 2))
    assert holed.contains(at(1, 2)), "the fence of the hole"
    assert holed.distance(at(2, 2.5)) == pytest.approx(0.005 * metres_a_degree(0.025)[1], rel=1e-6)


@pytest.mark.parametrize(
    ("other", "leaves"),
    [
        (L_SHAPE, False),
        ([[[0, 0], [1, 0], [1, 3], [0, 3], [0, 0]]], False),
        ([[[0.2, 0.2], [2.8, 0.2], [2.8, 0.8], [0.2, 0.8], [0.2, 0.2]]], False),
        ([[[0.1, 2.5], [2.5, 0.1], [0.1, 0.1], [0.1, 2.5]]], True),
        ([[[0.5, 0.5], [4, 0.5], [4, 0.8], [0.5, 0.5]]], True),
        ([[[10, 10], [11, 10], [11, 11], [10, 10]]], True),
    ],
)
def test_what_leaves_an_area_over_its_bay_is_seen_though_its_corners_are_inside(
    other: list[list[list[float]]], leaves: bool
) -> None:
    whole, its = small(L_SHAPE), small(other)
    place = whole.left_by(its, 1)
    assert (place is not None) is leaves
    assert place is None or (whole.distance(place) > 1 and its.distance(place) < 1)


def test_a_hole_that_another_area_covers_is_no_part_of_this_one() -> None:
    hole = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
    holed = small([[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], hole])
    assert holed.left_by(small([[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]), 1) is not None
    assert holed.left_by(holed, 1) is None
    assert holed.left_by(small([[[3, 0], [4, 0], [4, 4], [3, 4], [3, 0]]]), 1) is None


def test_rings_are_turned_as_geojson_wants_them() -> None:
    clockwise = [[[0, 0], [0, 4], [4, 4], [4, 0], [0, 0]], [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]]
    shape = small(clockwise)
    again = Polygon.of(shape.coordinates)
    assert again == shape
    assert shape.outer == (at(4, 0), at(4, 4), at(0, 4), at(0, 0))
    assert shape.holes[0] == (at(1, 3), at(3, 3), at(3, 1), at(1, 1))


@pytest.mark.parametrize(
    ("rings", "says"),
    [
        ([], "no ring"),
        ([[]], "at least four"),
        ([[[0, 0], [1, 0], [0, 0]]], "at least four"),
        ([[[0, 0], [1, 0], [1, 1], [0, 1]]], "end where it begins"),
        ([[[0, 0], [1, 1], [2, 2], [0, 0]]], "cross or touch"),
        ([[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]], "cross or touch"),
        ([[[0, 0], [2, 0], [1, 0], [1, 1], [0, 0]]], "cross or touch"),
        ([[[0, 0], [1, 0], [1, 0], [1, 1], [0, 0]]], "twice"),
        ([[[0, 0], [181, 0], [1, 1], [0, 0]]], "is no"),
        ([[[0, 0], [0, 91], [1, 1], [0, 0]]], "is no"),
        ([[[0, 0], [0, float("nan")], [1, 1], [0, 0]]], "a position is"),
        ([[[0, 0, 5], [1, 0, 5], [1, 1, 5], [0, 0, 5]]], "a position is"),
        ([[[0, 0], [5, 0], [5, 5], [0, 0]]], "km wide"),
        ([[[n / 1e4, (n * n) / 1e7] for n in range(502)] + [[0, 0]]], "more than 500 corners"),
        (
            [
                [[0, 0], [0.1, 0], [0.1, 0.1], [0, 0]],
                [[0.3, 0.3], [0.4, 0.3], [0.4, 0.4], [0.3, 0.3]],
            ],
            "outside",
        ),
    ],
    ids=str,
)
def test_what_is_no_area_is_refused_with_the_reason(
    rings: list[list[list[float]]], says: str
) -> None:
    with pytest.raises(BadShape, match=says):
        Polygon.of(rings)


def test_a_buffer_covers_what_is_near_and_little_more() -> None:
    middle = Position(107.5, 38.2)
    round_about = buffer(middle, 500)
    across, along = metres_a_degree(middle.lat)
    for turn in range(360):
        east, north = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        inside = Position(middle.lon + 499 * east / across, middle.lat + 499 * north / along)
        beyond = Position(middle.lon + 503 * east / across, middle.lat + 503 * north / along)
        assert round_about.contains(inside)
        assert not round_about.contains(beyond)
    whole = buffer(small(L_SHAPE), 100)
    assert whole.contains(at(2, 2)), "its bays are covered, too"
    assert whole.contains(at(3.0, -0.05))
    assert not whole.contains(at(3.0, -0.1))
    for bad in (0, -1, 1e9, float("nan")):
        with pytest.raises(BadShape):
            buffer(middle, bad)
    with pytest.raises(BadShape, match="poles"):
        buffer(Position(0, 89), 10)


def test_a_hull_of_little_is_that() -> None:
    assert hull([at(1, 1), at(1, 1)]) == (at(1, 1),)
    assert hull([at(0, 0), at(4, 0), at(4, 4), at(2, 1), at(2, 0)]) == (
        at(0, 0),
        at(4, 0),
        at(4, 4),
    )


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
    ids=["Shanghai", "Shenzhen", "Beijing"],
)
def test_the_shift_of_chinese_maps_is_that_of_the_known_vectors(
    wgs: tuple[float, float], gcj: tuple[float, float]
) -> None:
    """The vectors of googollee/eviltransform."""
    shown = to_gcj02(Position(*wgs))
    assert (shown.lon, shown.lat) == pytest.approx(gcj, abs=1e-9)
    back = from_gcj02(Position(*gcj))
    assert (back.lon, back.lat) == pytest.approx(wgs, abs=1e-9)


def test_elsewhere_nothing_is_shifted() -> None:
    denver = Position(-104.9903, 39.7392)
    assert not is_shifted(denver)
    assert to_gcj02(denver) == from_gcj02(denver) == denver
