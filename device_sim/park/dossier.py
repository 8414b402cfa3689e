"""An enterprise from its two data files: ``data/<code>.yaml`` and the sheet of its points.

The YAML holds bodies by the contract's names, with places in metres. They become degrees here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from device_sim.park.description import (
    Bypass,
    Dossier,
    Enterprise,
    Filing,
    HazardSource,
    PointCard,
    Station,
    Wanted,
)
from device_sim.park.geometry import Origin
from device_sim.park.sheet import read_points

DATA = Path(__file__).parent / "data"
ROLES = ("chief", "technical", "operating")

Body = Mapping[str, Any]


def read_enterprise(code: str, origin: Origin, known: Enterprise | None = None) -> Enterprise:
    """The enterprise as its files describe it; with ``known`` its stations stand before those of
    the files, and its name is kept.

    Raises ``OSError``, ``KeyError`` or ``ValueError`` for files that are none.
    """
    told: Body = yaml.safe_load((DATA / f"{code}.yaml").read_text(encoding="utf-8"))
    with (DATA / f"{code}.csv").open(encoding="utf-8", newline="") as sheet:
        points = read_points(sheet)
    sources = {body["code"]: _source(body) for body in told["sources"]}
    stations = tuple(_station(body, points, sources) for body in told["stations"])
    name, name_en = told.get("name", ""), told.get("name_en", "")
    if known is not None:
        name, name_en = known.name, known.name_en
        known_stations = _placed(known.stations, told["places_of_sources"])
        care = told["care_of_points"]
        stations = (*(_cared(each, care) for each in known_stations), *stations)
    return Enterprise(code, name, name_en, stations, _dossier(told, origin))


def _source(body: Body) -> HazardSource:
    people = tuple(
        (str(body["responsible"][role]["name"]), str(body["responsible"][role]["phone"]))
        for role in ROLES
    )
    filing = Filing(
        body["national_code"],
        body["established_on"],
        body["filed_on"],
        body["filing_expires_on"],
        body["nearest_target"],
        float(body["nearest_target_m"]),
        (people[0], people[1], people[2]),
        body["address"],
    )
    return HazardSource(
        body["code"],
        body["name"],
        body["name_en"],
        body["unit_type"],
        body["exposed_people"],
        tuple(body["substances"]),
        filing,
        (float(body["place"][0]), float(body["place"][1])),
    )


def _station(
    body: Body,
    points: Mapping[str, tuple[PointCard, ...]],
    sources: Mapping[str, HazardSource],
) -> Station:
    east, north, height = body["place"]
    return Station(
        body["gateway"],
        body["name"],
        body["name_en"],
        (float(east), float(north), float(height)),
        body["period_s"],
        points[body["gateway"]],
        sources.get(body.get("hazard_source", "")),
    )


def _placed(
    stations: Iterable[Station], places: Mapping[str, tuple[float, float]]
) -> Iterable[Station]:
    """The stations with the places of their hazard sources, which the plants' own pages leave out."""
    for station in stations:
        source = station.hazard_source
        if source is not None and source.code in places:
            east, north = places[source.code]
            source = replace(source, place=(float(east), float(north)))
        yield replace(station, hazard_source=source)


def _cared(station: Station, care: Mapping[str, Body]) -> Station:
    """The station with what its plant's own page leaves out: how much depends on each point, when
    it was calibrated (days ago), and what is asked of the platform for it."""
    points = (
        replace(
            card,
            criticality=care[card.tag]["criticality"],
            calibrated_ago=care[card.tag].get("calibrated"),
            wanted=Wanted(detectors=tuple(care[card.tag].get("detectors", ()))),
        )
        for card in station.points
    )
    return replace(station, points=tuple(points))


def _dossier(told: Body, origin: Origin) -> Dossier:
    file = dict(told["file"])
    file["area"] = origin.polygon(file["area"])
    file["zones"] = [{**zone, "area": origin.polygon(zone["area"])} for zone in file["zones"]]
    return Dossier(
        file,
        tuple(told["groups"]),
        tuple(told["loops"]),
        tuple(_key_place(body, origin) for body in told["places"]),
        tuple(told["rules"]),
        tuple(_bypass(body) for body in told["bypasses"]),
        tuple(told.get("derived", ())),
    )


def _key_place(body: Body, origin: Origin) -> Body:
    shapes: dict[str, Callable[[Any], dict[str, object]]] = {
        "point": origin.point,
        "line": origin.line,
        "polygon": origin.polygon,
    }
    (shape,) = shapes.keys() & body.keys()
    kept = {name: value for name, value in body.items() if name != shape}
    return {**kept, "geometry": shapes[shape](body[shape])}


def _bypass(body: Body) -> Bypass:
    beside = {"loop", "shows", "state"}
    application = {name: value for name, value in body.items() if name not in beside}
    return Bypass(body["loop"], body["shows"], body["state"], float(body["hours"]), application)
