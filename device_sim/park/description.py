"""The words in which a park is described: enterprises, hazard sources, points, limits."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Place = tuple[float, float, float]
"""East, north and height above ground in m, from the park's origin."""

EQUIPMENT = re.compile(r"[A-Z]{1,3}-\d+(?= )")
"""The number of a piece of equipment at the beginning of a point's name."""

STATE_KINDS = frozenset({"interlock", "valve", "switch", "fire", "smoke"})


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit rule. ``limit`` and ``deadband`` in the point's unit; grade 1 red … 4 blue."""

    condition: str
    limit: float
    grade: int
    deadband: float
    on_delay_s: float
    off_delay_s: float


@dataclass(frozen=True, slots=True)
class Usual:
    """What a point shows while nothing happens: a state, or a quantity about ``normal`` that
    strays with the standard deviation ``swing``, in the point's unit. ``like``: the tag of the
    point of the same station that measures the same thing.
    """

    normal: float | str
    swing: float = 0.0
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the platform for a point. ``standard``: its template of limits, with the
    upper end of normal working and the design pressure where the plant has to tell them, in the
    point's unit; ``detectors``: names of further templates; ``respond_s``: seconds to act.
    """

    standard: bool = False
    normal_high: float | None = None
    design_pressure: float | None = None
    detectors: tuple[str, ...] = ()
    respond_s: float | None = None


@dataclass(frozen=True, slots=True)
class PointCard:
    """One point. ``kind``, ``unit``: of the contract; ``substance``: a name of
    ``park.gases`` for gas detectors; ``low``/``high``: the range, ``None`` for states;
    ``place``: where it stands, ``None``: at its station; ``piece``: the piece of equipment,
    ``None``: the one that its name begins with; ``calibrated_ago``: days.
    """

    tag: str
    kind: str
    unit: str
    name: str
    name_en: str
    low: float | None = None
    high: float | None = None
    place: Place | None = None
    substance: str | None = None
    limits: tuple[Limit, ...] = ()
    usual: Usual | None = None
    wanted: Wanted = Wanted()
    piece: str | None = None
    criticality: str | None = None
    calibrated_ago: int | None = None

    @property
    def on_change(self) -> bool:
        """States are reported when they change, quantities at their gateway's period."""
        return self.kind in STATE_KINDS

    @property
    def equipment(self) -> str | None:
        """The piece of equipment that it is of."""
        if self.piece is not None:
            return self.piece
        found = EQUIPMENT.match(self.name)
        return None if found is None else found[0]


@dataclass(frozen=True, slots=True)
class Filing:
    """What the register of a hazard source keeps beside its grade; days as ``2026-01-31``,
    or ``+30`` from the day of registration; ``people``: chief, technical and operating, each a
    name and a telephone number."""

    number: str
    established_on: str
    filed_on: str
    expires_on: str
    nearest_target: str
    nearest_target_m: float
    people: tuple[tuple[str, str], tuple[str, str], tuple[str, str]]
    address: str | None = None

    def body(self) -> dict[str, object]:
        """By the contract's names."""
        roles = ("chief", "technical", "operating")
        return {
            "national_code": self.number,
            "established_on": self.established_on,
            "filed_on": self.filed_on,
            "filing_expires_on": self.expires_on,
            "nearest_target": self.nearest_target,
            "nearest_target_m": self.nearest_target_m,
            "address": self.address,
            "responsible": {
                role: {"name": name, "phone": phone}
                for role, (name, phone) in zip(roles, self.people, strict=True)
            },
        }


@dataclass(frozen=True, slots=True)
class HazardSource:
    """A major hazard source as GB 18218 asks for it; ``substances`` as the contract's."""

    code: str
    name: str
    name_en: str
    unit_type: str
    exposed_people: int
    substances: tuple[dict[str, str | float], ...]
    filing: Filing | None = None
    place: tuple[float, float] | None = None
    """East and north in m from the park's origin."""


@dataclass(frozen=True, slots=True)
class Station:
    """A gateway at a place, with the points behind it, all of one hazard source or of none."""

    gateway: str
    name: str
    name_en: str
    place: Place
    period_s: int
    points: tuple[PointCard, ...]
    hazard_source: HazardSource | None = None

    @property
    def is_routine(self) -> bool:
        """Whether its cards say themselves what their points show: no plant stands behind it."""
        return any(card.usual is not None for card in self.points)


@dataclass(frozen=True, slots=True)
class Bypass:
    """A bypass that is applied for and approved once. ``cause``: the input, ``None``: the whole
    loop; ``shows``: the tag on which the field shows it, by ``state``; ``application``: what the
    contract asks for."""

    loop: str
    shows: str
    state: str
    hours: float
    application: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the register holds of an enterprise beside stations and points: bodies by the
    contract's names, with longitudes, latitudes and, for days, ``+30`` or ``-400`` (days from the
    day of registration). ``file``: the enterprise's own."""

    file: Mapping[str, Any]
    groups: tuple[Mapping[str, Any], ...] = ()
    loops: tuple[Mapping[str, Any], ...] = ()
    places: tuple[Mapping[str, Any], ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    bypasses: tuple[Bypass, ...] = ()
    derived: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Enterprise:
    """An enterprise of the park."""

    code: str
    name: str
    name_en: str
    stations: tuple[Station, ...] = field(default=())
    dossier: Dossier | None = None


@dataclass(frozen=True, slots=True)
class Park:
    """A park, with the longitude and latitude (WGS 84) of its origin."""

    name: str
    name_en: str
    longitude: float
    latitude: float
    enterprises: tuple[Enterprise, ...]

    def stations(self) -> Iterator[tuple[Enterprise, Station]]:
        """Every station with its enterprise, in the order of the description."""
        for enterprise in self.enterprises:
            for station in enterprise.stations:
                yield enterprise, station
