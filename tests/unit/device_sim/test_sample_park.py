"""The sample park's data: complete, without contradiction in itself, and as a platform wants it.

Another reader than the simulator reads it here: the platform's own bodies and decisions.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from device_sim.fleet.scenario import load
from device_sim.fleet.world import World
from device_sim.park.description import Dossier, Enterprise, PointCard, Wanted
from device_sim.park.gases import CAS
from device_sim.park.sample import ORIGIN, PHYSICAL_PARK, SAMPLE_PARK
from services.api.derived_body import NewDerivedPoint
from services.api.enterprise_body import NewEnterprise, undeclared
from services.api.group_body import NewGroup
from services.api.interlock_body import Application, NewLoop
from services.api.loosening import check_reason, terms_of
from services.api.place_body import NewPlace
from services.api.point_body import NewPoint
from services.api.rule_body import NewRule
from services.api.rule_union import AnyNewRule
from services.api.source_body import NewSource
from services.domain.hazard_source import grading
from services.domain.place import Polygon, Position
from services.domain.point import STATES, Point, PointKind
from services.domain.rule import Condition
from services.domain.template import NoTemplate, Plant, propose
from services.wire.expression import compile_expression
from services.wire.formula import compile_formula
from tests.unit.device_sim.clerk import TODAY, Clerk
from tests.unit.device_sim.park_office import ParkOffice, open_office

CARDS = [
    (enterprise, station, card)
    for enterprise, station in SAMPLE_PARK.stations()
    for card in station.points
]
LEVELS = {
    "HS-C3": 1, "HS-NH3": 1, "HS-MEOH": 2,
    "HS-LPG": 3, "HS-CL2": 3, "HS-EO": 3, "HS-AMU": 3, "HS-ACN": 3,
    "HS-HYD": 4, "HS-SOL": 4, "HS-GAS": 4, "HS-SYN": 4, "HS-CHL": 4, "HS-LNG": 4,
}  # fmt: skip
BODIES: dict[str, Any] = {
    "enterprises": NewEnterprise,
    "hazard-sources": NewSource,
    "points": NewPoint,
    "derived-points": NewDerivedPoint,
    "groups": NewGroup,
    "interlocks": NewLoop,
    "places": NewPlace,
    "rules": AnyNewRule,
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkOffice]:
    """An office that was told all of it."""
    with open_office() as found:
        folder: Path = tmp_path_factory.mktemp("park")
        Clerk(found, folder, SAMPLE_PARK).enrol()
        yield found


def dossiers() -> Iterator[tuple[Enterprise, Dossier]]:
    for enterprise in SAMPLE_PARK.enterprises:
        assert enterprise.dossier is not None
        yield enterprise, enterprise.dossier


def tags_of(enterprise: Enterprise) -> set[str]:
    return {card.tag for station in enterprise.stations for card in station.points}


def point(enterprise: Enterprise, card: PointCard) -> Point:
    substance = None if card.substance is None else CAS[card.substance]
    kind = PointKind(card.kind)
    return Point(
        1, enterprise.code, card.tag, kind, card.unit, card.low, card.high, substance=substance
    )


def test_it_has_two_zones_six_enterprises_and_fourteen_hazard_sources() -> None:
    assert len(SAMPLE_PARK.enterprises) == 6
    assert 450 <= len(CARDS) <= 550
    sources = [s.hazard_source.code for _, s in SAMPLE_PARK.stations() if s.hazard_source]
    assert Counter(sources) == Counter(dict.fromkeys(LEVELS, 1))
    zones = {zone["code"]: zone["name"] for _, d in dossiers() for zone in d.file["zones"]}
    assert (zones["NRG"], zones["FINE"]) == ("能源化工区", "精细化工区")


def test_the_platform_takes_every_body_of_it(office: ParkOffice) -> None:
    for name, body in BODIES.items():
        assert office.rows[name]
        reader = TypeAdapter(body)
        for row in office.rows[name]:
            reader.validate_python(dict(row), strict=False)
    for row in office.rows["bypasses"]:
        Application.model_validate({n: v for n, v in row.items() if n not in ("id", "by")})


def test_what_its_enterprises_handle_can_be_looked_up_or_is_declared(office: ParkOffice) -> None:
    files = [NewEnterprise.model_validate(row) for row in office.rows["enterprises"]]
    assert all(file.substances for file in files)
    assert [undeclared(file.substances) for file in files] == [{}] * len(files)
    assert any(each.danger for file in files for each in file.substances)


def test_no_limit_of_it_is_laxer_than_the_template(office: ParkOffice) -> None:
    points = {(e.code, card.tag): point(e, card) for e, _, card in CARDS}
    for row in office.rows["derived-points"]:
        key = row["enterprise"], row["tag"]
        points[key] = Point(1, *key, PointKind(row["kind"]), row["unit"])
    limits = [row for row in office.rows["rules"] if row["kind"] == "limit"]
    assert limits
    for row in limits:
        body = NewRule.model_validate(row)
        check_reason(points[body.enterprise, body.tag], terms_of(body), body.reason)


def test_the_levels_of_gb_18218_are_those_that_were_meant(office: ParkOffice) -> None:
    found = {}
    for row in office.rows["hazard-sources"]:
        source = NewSource.model_validate(row)
        holdings = [each.holding() for each in source.substances]
        found[source.code] = grading(source.exposed_people, holdings).level
    assert found == LEVELS


def test_tags_are_unique_in_the_whole_park_and_bodies_have_names_in_both_languages(
    office: ParkOffice,
) -> None:
    assert max(Counter(card.tag for _, _, card in CARDS).values()) == 1
    for name in set(BODIES) - {"rules"}:
        for row in office.rows[name]:
            assert row["name"], row
            assert row["name_en"], row
    for _, dossier in dossiers():
        assert all(zone["name_en"] for zone in dossier.file["zones"])


def test_whatever_is_named_is_there(office: ParkOffice) -> None:
    for enterprise, dossier in dossiers():
        tags, code = tags_of(enterprise), enterprise.code
        sources = {s.hazard_source.code for s in enterprise.stations if s.hazard_source}
        groups = {group["code"]: group["members"] for group in dossier.groups}
        loops = {loop["tag"]: loop for loop in dossier.loops}
        named = [tag for members in groups.values() for tag in members]
        named += [tag for place in dossier.places for tag in place["points"]]
        named += [tag for each in dossier.derived for tag in each["formula"]["inputs"].values()]
        assert tags.isdisjoint(each["tag"] for each in dossier.derived)
        tags |= {each["tag"] for each in dossier.derived}
        for rule in dossier.rules:
            named += [rule["tag"], *rule.get("variables", {}).values()]
            if "group" in rule:
                assert rule["tag"] in groups[rule["group"]], rule
        for loop in dossier.loops:
            named += [cause["tag"] for cause in loop["causes"]]
            named += [cause["state_tag"] for cause in loop["causes"] if "state_tag" in cause]
            # Pumps and control valves are effects that send nothing; shut-off valves send.
            named += [e["tag"] for e in loop["effects"] if e["tag"].startswith(("XV", "XS"))]
            assert loop.get("hazard_source", next(iter(sources))) in sources, loop["tag"]
            assert loop["tag"] in tags or loop.get("fitted") is False, loop["tag"]
        for bypass in dossier.bypasses:
            named += [bypass.shows]
            causes = [cause["tag"] for cause in loops[bypass.loop]["causes"]]
            assert bypass.application.get("cause", causes[0]) in causes
        assert [tag for tag in named if tag not in tags] == [], code


def test_its_derived_points_compute_what_they_are_named_for() -> None:
    cards = {(e.code, card.tag): point(e, card) for e, _, card in CARDS}
    found = {}
    for enterprise, dossier in dossiers():
        for each in dossier.derived:
            told = each["formula"]
            inputs = {name: cards[enterprise.code, tag] for name, tag in told["inputs"].items()}
            found[each["tag"]] = compile_formula(told["expression"], inputs)
    for a, b, c in itertools.permutations((1280.0, 1285.0, 1700.0)):
        assert found["TI-3201"]({"a": a, "b": b, "c": c}) == 1285.0
    assert found["TDI-3301"]({"a": 254.0, "b": 250.5}) == 3.5


def test_every_interlock_point_is_of_a_loop() -> None:
    for enterprise, dossier in dossiers():
        shown = {loop["tag"] for loop in dossier.loops}
        shown |= {
            c["state_tag"] for each in dossier.loops for c in each["causes"] if "state_tag" in c
        }
        cards = [card for station in enterprise.stations for card in station.points]
        points = {card.tag for card in cards if card.kind == "interlock"}
        assert points <= shown, points - shown


def test_everything_stands_inside_its_enterprise(office: ParkOffice) -> None:
    areas = {
        row["code"]: Polygon.of(row["area"]["coordinates"]) for row in office.rows["enterprises"]
    }
    for name in ("points", "hazard-sources"):
        for row in office.rows[name]:
            spot = Position(float(row["lon"]), float(row["lat"]))
            assert areas[row["enterprise"]].contains(spot), row["code" if "code" in row else "tag"]
    park = areas.pop("E006")
    for code, area in areas.items():
        assert all(park.contains(corner) for corner in area.outer)
        others = [each for other, each in areas.items() if other != code]
        assert not any(each.contains(corner) for each in others for corner in area.outer), code


def test_detectors_of_a_hazard_source_stand_near_it() -> None:
    for _, station, card in CARDS:
        source = station.hazard_source
        if source is not None and source.place is not None and card.place is not None:
            away = max(abs(a - b) for a, b in zip(card.place, source.place, strict=False))
            assert away < 150, (card.tag, away)


def test_what_is_usual_is_far_from_every_limit_of_the_standard() -> None:
    judged = 0
    for enterprise, _, card in CARDS:
        wanted, usual = card.wanted, card.usual
        if not wanted.standard:
            continue
        assert usual is not None
        assert isinstance(usual.normal, float)
        plant = Plant(wanted.normal_high, wanted.design_pressure)
        limits = propose(point(enterprise, card), plant)
        assert not isinstance(limits, NoTemplate), (card.tag, limits)
        for limit in limits:
            far = 3.5 * usual.swing + 0.02 * limit.deadband
            if limit.condition in (Condition.H, Condition.HH):
                assert usual.normal + far < limit.limit, card.tag
            else:
                assert usual.normal - far > limit.limit, card.tag
        judged += 1
    assert judged > 200


def test_a_release_at_the_pump_is_felt_at_the_pump_only() -> None:
    spec = load("demo")
    world, felt = World(SAMPLE_PARK, spec, 1), set()
    for second in range(80):
        world.step(1.0, float(second), spec.start_ms + second * 1000)
        for enterprise, station, card in CARDS:
            value = world.shown(enterprise.code, station.gateway).get(card.tag)
            if card.substance is not None and isinstance(value, float):
                assert card.high is not None
                if value >= 0.25 * card.high:
                    felt.add(card.tag)
    assert felt == {"GT-101"}


def test_states_ranges_and_twins_fit_their_points() -> None:
    for _, station, card in CARDS:
        usual, kind = card.usual, PointKind(card.kind)
        if usual is None:
            continue
        if kind in STATES:
            assert usual.normal in STATES[kind], card.tag
            continue
        assert isinstance(usual.normal, float)
        assert card.low is not None
        assert card.high is not None
        assert card.low <= usual.normal - 3 * usual.swing, card.tag
        assert usual.normal + 3 * usual.swing <= card.high, card.tag
        if usual.like is not None:
            twin = next(each for each in station.points if each.tag == usual.like)
            assert (twin.kind, twin.unit) == (card.kind, card.unit)


def test_no_day_of_it_is_due_for_two_months(office: ParkOffice) -> None:
    soon = TODAY + timedelta(days=60)
    ends = [row[name] for row in office.rows["points"] for name in row if name.endswith("_due_on")]
    ends += [row["filing_expires_on"] for row in office.rows["hazard-sources"]]
    for row in office.rows["enterprises"]:
        ends += [each["valid_until"] for each in row["licences"] if "valid_until" in each]
    for row in office.rows["interlocks"]:
        if "proof_tested_on" in row:
            tested = date.fromisoformat(row["proof_tested_on"])
            ends.append((tested + timedelta(days=row["proof_test_days"])).isoformat())
    assert len(ends) > 300
    assert min(ends) > soon.isoformat()


def test_expressions_compile() -> None:
    for enterprise, dossier in dossiers():
        cards = {card.tag: card for station in enterprise.stations for card in station.points}
        for rule in dossier.rules:
            if rule["kind"] == "expression":
                points = {n: point(enterprise, cards[tag]) for n, tag in rule["variables"].items()}
                compile_expression(rule["text"], points)


def test_nobody_can_be_called() -> None:
    """A subscriber's number in China begins with 2 to 8: 0477-000 0101 rings nowhere."""
    numbers = [person["phone"] for _, d in dossiers() for person in d.file["contacts"]]
    for _, station in SAMPLE_PARK.stations():
        if station.hazard_source is not None and station.hazard_source.filing is not None:
            numbers += [phone for _, phone in station.hazard_source.filing.people]
    assert len(numbers) > 60
    assert all(re.fullmatch(r"0477-000 0\d{3}", number) for number in numbers)


def test_the_part_with_physics_is_in_it_as_it_is() -> None:
    assert PHYSICAL_PARK.longitude == ORIGIN.longitude
    whole = {(e.code, s.gateway): s for e, s in SAMPLE_PARK.stations()}
    for enterprise, station in PHYSICAL_PARK.stations():
        found = whole[enterprise.code, station.gateway]
        assert [_measured(card) for card in found.points] == [_measured(c) for c in station.points]
        assert all(card.criticality for card in found.points)
        assert not found.is_routine


def _measured(card: PointCard) -> PointCard:
    """What a simulation goes by."""
    return replace(card, criticality=None, calibrated_ago=None, wanted=Wanted())
