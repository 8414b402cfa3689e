"""GCJ-02, the shifted coordinates of Chinese maps, into WGS 84 and back.

The formulas were never published; these are the ones that everybody uses, found by others from the
maps (first public in C#, 2010; tested here against the vectors of googollee/eviltransform). They
follow the published shift to a few metres at worst. Outside of China nothing is shifted.
"""

import math

from services.domain.place import Position

_A = 6_378_245.0
"""Krasovsky's ellipsoid of 1940."""
_E2 = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_CLOSE = 1e-10
"""Degrees: a hundredth of a millimetre."""
_TRIES = 30


def is_shifted(position: Position) -> bool:
    """Whether maps shift here: the rectangle around China that they use."""
    return _WEST <= position.lon <= _EAST and _SOUTH <= position.lat <= _NORTH


def to_gcj02(position: Position) -> Position:
    """Where Chinese maps show a position of WGS 84."""
    if not is_shifted(position):
        return position
    east, north = _shift(position)
    return Position(position.lon + east, position.lat + north)


def from_gcj02(shown: Position) -> Position:
    """The position of WGS 84 that Chinese maps show there, to less than a millimetre."""
    if not is_shifted(shown):
        return shown
    found = shown
    for _ in range(_TRIES):
        east, north = _shift(found)
        better = Position(shown.lon - east, shown.lat - north)
        moved = max(abs(better.lon - found.lon), abs(better.lat - found.lat))
        found = better
        if moved < _CLOSE:
            break
    return found


def _shift(position: Position) -> tuple[float, float]:
    """How far maps shift a position, in degrees east and north."""
    x, y = position.lon - 105.0, position.lat - 35.0
    across = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    along = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    fine = 20.0 * _wave(6.0 * x) + 20.0 * _wave(2.0 * x)
    across += 2 / 3 * (fine + 20 * _wave(x) + 40 * _wave(x / 3))
    across += 2 / 3 * (150 * _wave(x / 12) + 300 * _wave(x / 30))
    along += 2 / 3 * (fine + 20 * _wave(y) + 40 * _wave(y / 3))
    along += 2 / 3 * (160 * _wave(y / 12) + 320 * _wave(y / 30))
    radians = math.radians(position.lat)
    root = math.sqrt(1 - _E2 * math.sin(radians) ** 2)
    meridian = _A * (1 - _E2) / root**3
    return (
        math.degrees(across / (_A / root * math.cos(radians))),
        math.degrees(along / meridian),
    )


def _wave(turns: float) -> float:
    return math.sin(turns * math.pi)
