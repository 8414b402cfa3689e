"""The park is registered once; what people change there afterwards stands."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from device_sim.park.sample import SAMPLE_PARK
from device_sim.register.enrolment import Enrolment
from device_sim.register.keys import BadKeys, KeyFile
from device_sim.register.platform import Away, Platform, Refused
from tests.unit.device_sim.park_office import ParkOffice, open_office

POINTS = sum(len(station.points) for _, station in SAMPLE_PARK.stations())
RULES = sum(len(card.limits) for _, station in SAMPLE_PARK.stations() for card in station.points)


@pytest.fixture
def office() -> Iterator[ParkOffice]:
    with open_office() as found:
        yield found


class Clerk:
    """Enrols the sample park, each time as a freshly started program would."""

    def __init__(self, office: ParkOffice, folder: Path) -> None:
        self._office, self._folder = office, folder
        self.notes: list[str] = []

    def enrol(self, password: str = "right") -> dict[tuple[str, str], str]:
        platform = Platform(self._office.url, "admin", password)
        logins = Enrolment(platform, KeyFile(self._folder), self.notes.append).enrol(SAMPLE_PARK)
        return {key: login.password for key, login in logins.items()}


@pytest.fixture
def clerk(office: ParkOffice, tmp_path: Path) -> Clerk:
    return Clerk(office, tmp_path / "state")


def test_an_empty_platform_gets_the_whole_park(office: ParkOffice, clerk: Clerk) -> None:
    logins = clerk.enrol()
    made = {name: len(rows) for name, rows in office.rows.items()}
    assert made == {
        "enterprises": 2,
        "gateways": 5,
        "hazard-sources": 4,
        "points": POINTS,
        "rules": RULES,
    }
    assert logins["E001", "G01"] == "secret-E001-G01-0"
    gas = next(row for row in office.rows["points"] if row["tag"] == "GT-101")
    assert (gas["hazard_source"], gas["equipment"]) == ("HS-LPG", "P-101")
    farm = next(row for row in office.rows["hazard-sources"] if row["code"] == "HS-LPG")
    assert (farm["name_en"], farm["national_code"]) == ("LPG tank farm", "32011600001001")
    assert set(farm["responsible"]) == {"chief", "technical", "operating"}
    assert (gas["kind"], gas["unit"], gas["substance"]) == ("combustible_gas", "%LEL", "74-98-6")
    limits = {
        (row["condition"], row["limit"]) for row in office.rows["rules"] if row["tag"] == "GT-101"
    }
    assert limits == {("H", 25.0), ("HH", 50.0)}


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
    assert len(office.rotated) == 5
    assert len(office.rows["rules"]) == RULES


def test_an_interrupted_registration_is_completed(office: ParkOffice, clerk: Clerk) -> None:
    clerk.enrol()
    # As if it had been cut between points and rules: nothing was marked as complete.
    del office.rows["points"][-3:], office.rows["rules"][-5:]
    KeyFile(clerk._folder).forget_completion("E002")
    clerk.enrol()
    assert (len(office.rows["points"]), len(office.rows["rules"])) == (POINTS, RULES)


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


def test_a_platform_that_is_away_is_worth_another_try(office: ParkOffice, clerk: Clerk) -> None:
    office.closed = True
    with pytest.raises(Away, match="503"):
        clerk.enrol()
    office.closed = False
    assert len(clerk.enrol()) == 5


def test_a_wrong_password_is_an_answer(clerk: Clerk) -> None:
    with pytest.raises(Refused, match="401"):
        clerk.enrol("wrong")


def test_spoilt_credentials_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "gateways.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadKeys, match="delete it"):
        KeyFile(tmp_path)
