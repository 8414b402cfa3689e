"""The four-colour map as outsiders see it: GeoJSON (RFC 7946)."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class MapReason:
    """Why it has its colours. `alarm`: the worst active one, `grade` its sentence. `risk`: what
    adds to the risk index, of the hazard source `risk_of`. `note`: what keeps this from being the
    whole truth."""

    alarm: str | None
    grade: str
    risk: list[str]
    risk_of: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class MapProperties:
    """An object of the park as it stands. `object`: `enterprise`, `zone`, `hazard_source`,
    `key_place` or `point`; `code`: its code in its enterprise, of a point its tag; `kind`: the unit
    type of a hazard source, the kind of a place or point.

    `grade` is of its worst active alarm, 1 red to 4 blue, null: none; of a zone that of the points
    that stand in it. `risk_level`, 1 to 4, is of our risk index; of an enterprise that of its
    hazard source with the highest; null: it has none. Two things, two legends.
    `registered` false: a hazard source that only points name. `points`: how many watch it, null
    where that is not counted; `points_online` null: nobody knows.
    """

    object: str
    enterprise: str
    code: str
    name: str | None
    name_en: str | None
    kind: str | None
    registered: bool
    grade: int | None
    grade_colour: str | None
    risk_level: int | None
    risk_colour: str | None
    risk_index: float | None
    active: int
    off_board: int
    points: int | None
    points_online: int | None
    why: MapReason


@dataclass(frozen=True, slots=True)
class MapFeature:
    """A GeoJSON Feature; `geometry` (degrees, WGS 84) null: nobody has said where it is."""

    id: str
    geometry: dict[str, Any] | None
    properties: MapProperties
    type: str = "Feature"


@dataclass(frozen=True, slots=True)
class MapLegend:
    """What the colours say, in the asked language; `none`: where there is none."""

    grade: dict[str, str]
    risk: dict[str, str]


@dataclass(frozen=True, slots=True)
class FourColourMap:
    """A GeoJSON FeatureCollection, the widest objects first. `next`: the cursor of the next part.
    `live` false: no engine answers, this is as last known."""

    features: list[MapFeature]
    next: str | None
    legend: MapLegend
    live: bool
    at: str
    type: str = field(default="FeatureCollection")
