"""The park is registered once; what people change there afterwards stands."""

import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from device_sim.park.sample import PHYSICAL_PARK, SAMPLE_PARK
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.register.platform import Away, Refused
from tests.unit.device_sim.clerk import NOW_MS, Clerk
from tests.unit.device_sim.park_office import ParkOffice, open_office

THIRD = next(each for each in SAMPLE_PARK.enterprises if each.code == "E005")
PARK = replace(PHYSICAL_PARK, enterprises=(*PHYSICAL_PARK.enterprises, THIRD))
"""Two enterprises without a file and one with everything: enough to see every way."""
POINTS = sum(len(station.points) for _, station in PARK.stations())
LIMITS = sum(len(card.limits) for _, station in PARK.stations() for card in station.points)
DOSSIERS = [each.dossier for each in PARK.enterprises if each.dossier is not None]
RULES = LIMITS + sum(len(dossier.rules) for dossier in DOSSIERS)
TEMPLATES = sum(
    card.wanted.standard + bool(card.wanted.detectors)
    for _, station in PARK.stations()
    for card in station.points
)
GATEWAYS = len(list(PARK.stations()))


@pytest.fixture
def office() -> Iterator[ParkOffice]:
    with open_office() as found:
        yield found


@pytest.fixture
def clerk(office: ParkOffice, tmp_path: Path) -> Clerk:
    return Clerk(office, tmp_path / "state", PARK)


def test_an_empty_platform_gets_the_whole_park(office: ParkOffice, clerk: Clerk) -> None:
    logins = clerk.enrol()
    made = {name: len(rows) for name, rows in office.rows.items()}
    assert made == {
        "enterprises": 3,
        "gateways": GATEWAYS,
        "hazard-sources": 6,
        "points": POINTS,
        "rules": RULES,
        "groups": sum(len(dossier.groups) for dossier in DOSSIERS),
        "interlocks": sum(len(dossier.loops) for dossier in DOSSIERS),
        "places": 0,
        "derived-points": sum(len(dossier.derived) for dossier in DOSSIERS),
        "users": 7,
        "templates": TEMPLATES,
        "bypasses": 1,
    }
    assert [note for note in clerk.notes if "not registered" in note] == []
    assert logins["E001", "G01"] == "secret-E001-G01-0"
    gas = next(row for row in office.rows["points"] if row["tag"] == "GT-101")
    assert (gas["hazard_source"], gas["equipment"]) == ("HS-LPG", "P-101")
    farm = next(row for row in office.rows["hazard-sources"] if row["code"] == "HS-LPG")
    assert (farm["name_en"], farm["national_code"]) == ("LPG tank farm", "11506999001001")
    assert set(farm["responsible"]) == {"chief", "technical", "operating"}
    assert (gas["kind"], gas["unit"], gas["substance"]) == ("combustible_gas", "%LEL", "74-98-6")
    limits = {
        (row["condition"], row["limit"]) for row in office.rows["rules"] if row["tag"] == "GT-101"
    }
    assert limits == {("H", 25.0), ("HH", 50.0)}


def test_two_others_approve_a_bypass_before_the_field_shows_it(
    office: ParkOffice, clerk: Clerk
) -> None:
    clerk.enrol()
    approved = {number: sorted(who) for number, who in office.approvals.items()}
    assert approved == {
        "E005-ESD-5203": ["admin", "sample.supervisor"],
    }
    assert [row["by"] for row in office.rows["bypasses"]] == ["sample.e005"]
    half_an_hour = 1_800_000
    assert clerk.held == {
        ("E005", "ESD-5203"): ("bypass_maintenance", NOW_MS + 720 * 3_600_000 - half_an_hour),
    }


def test_a_bypass_that_nobody_approves_is_not_shown(office: ParkOffice, clerk: Clerk) -> None:
    office.approvals = {"E005-ESD-5203": {"admin"}}
    clerk.enrol()
    assert clerk.held == {}
    assert [note for note in clerk.notes if "ESD-5203: its bypass is not registered" in note]


def test_a_platform_without_interlocks_gets_the_rest(office: ParkOffice, clerk: Clerk) -> None:
    office.missing = {"interlocks"}
    clerk.enrol()
    assert office.rows["interlocks"] == []
    assert len(office.rows["rules"]) == RULES
    before = len(clerk.notes)
    clerk.enrol()
    assert len(clerk.notes) == before


def test_an_enterprise_that_was_registered_before_it_had_a_file_is_left_alone(
    office: ParkOffice, clerk: Clerk
) -> None:
    clerk.enrol()
    for name in ("groups", "interlocks", "templates"):
        office.rows[name].clear()
    keys = KeyFile(clerk._folder)
    keys.forget_completion("E005")
    keys.complete("E005")
    clerk.enrol()
    assert [office.rows[name] for name in ("groups", "interlocks", "templates")] == [[], [], []]


def test_days_are_counted_from_the_registration(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    works = next(row for row in office.rows["enterprises"] if row["code"] == "E005")
    permit = next(row for row in works["licences"] if row["kind"] == "hazchem_operation")
    assert permit["valid_until"] == "2026-08-14"
    due = {row["calibration_due_on"] for row in office.rows["points"] if "calibrated_on" in row}
    assert min(due) > "2026-03-31"


def test_passwords_are_kept_for_their_owner_only(clerk: Clerk, tmp_path: Path) -> None:
    first = clerk.enrol()
    file = tmp_path / "state" / "gateways.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert clerk.enrol() == first


def test_a_second_start_makes_and_changes_nothing(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    before = json.dumps(office.rows)
    clerk.enrol()
    assert json.dumps(office.rows) == before
    assert office.rotated == []


def test_a_rule_that_somebody_removed_stays_removed(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    removed = office.rows["rules"].pop()
    clerk.enrol()
    assert removed not in office.rows["rules"]


def test_a_gateway_that_somebody_removed_stays_silent(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    office.rows["gateways"] = [row for row in office.rows["gateways"] if row["code"] != "MET"]
    assert ("E001", "MET") not in clerk.enrol()
    assert any("MET was removed" in note for note in clerk.notes)


def test_lost_passwords_are_rotated(office: ParkOffice, clerk: Clerk, tmp_path: Path) -> None:
    clerk.enrol()
    (tmp_path / "state" / "gateways.json").unlink()
    assert clerk.enrol()["E002", "G02"] == "secret-E002-G02-1"
    assert len(office.rotated) == GATEWAYS
    assert len(office.rows["rules"]) == RULES


def test_an_interrupted_registration_is_completed(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    # As if it had been cut between points and rules: nothing was marked as complete.
    del office.rows["points"][-3:], office.rows["rules"][-5:]
    before = len(office.rows["groups"])
    del office.rows["groups"][-2:]
    KeyFile(clerk._folder).forget_completion("E005")
    KeyFile(clerk._folder).forget_completion("E002")
    clerk.enrol()
    assert (len(office.rows["points"]), len(office.rows["rules"])) == (POINTS, RULES)
    assert len(office.rows["groups"]) == before


def test_an_emptied_platform_is_filled_again(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    for rows in office.rows.values():
        rows.clear()
    clerk.enrol()
    assert len(office.rows["points"]) == POINTS


def test_a_platform_without_hazard_sources_is_told_once(office: ParkOffice, clerk: Clerk) -> None:
    office.takes_sources = False
    clerk.enrol()
    assert sum("hazard sources" in note for note in clerk.notes) == 1
    assert len(office.rows["points"]) == POINTS


def test_what_the_platform_will_not_have_is_said_and_the_rest_is_registered(
    office: ParkOffice, clerk: Clerk
) -> None:
    office.disliked = {"WD-001"}
    clerk.enrol()
    assert len(office.rows["points"]) == POINTS - 1
    assert [note for note in clerk.notes if "WD-001: not registered" in note]
    assert [note for note in clerk.notes if "one by one" in note]


def test_a_platform_that_is_away_is_worth_another_try(office: ParkOffice, clerk: Clerk) -> None:
    office.closed = True
    with pytest.raises(Away, match="503"):
        clerk.enrol()
    office.closed = False
    assert len(clerk.enrol()) == GATEWAYS


def test_a_wrong_password_is_an_answer(clerk: Clerk) -> None:
    with pytest.raises(Refused, match="401"):
        clerk.enrol("wrong")


def test_spoilt_credentials_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "gateways.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadKeys, match="delete it"):
        KeyFile(tmp_path)
