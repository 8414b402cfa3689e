"""Codes of the national register: one object's in the whole park, also when two ask in one moment."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx2
import psycopg
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_hazard_sources import source
from tests.integration.api.test_register import refused
from tests.living.park import Door, Json

ENTERPRISES = "national_code: another enterprise has it already; look for a slip."
SOURCES = "national_code: a hazard source of another enterprise has it already; look for a slip."


def digits(number: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(number))


def both(one: Door, other: Door, method: str, paths: list[str], bodies: list[Json]) -> list[int]:
    """Two requests that set out in one moment; their answers' statuses, in order."""
    start = Barrier(2)

    def ask(place: int) -> httpx2.Response:
        door = (one, other)[place]
        start.wait(10)
        return door.http.request(method, paths[place], json=bodies[place])

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, (0, 1)))
    for each in answers:
        if each.status_code == 409:
            refused(each, 409, "conflict", "national_code", "look for a slip")
    return sorted(each.status_code for each in answers)


def test_of_two_enterprises_that_ask_for_one_code_at_once_one_is_refused(api: Api) -> None:
    for _ in range(5):
        codes = [api.enterprise(), api.enterprise()]
        one, other = (api.person("enterprise", each) for each in codes)
        national = {"national_code": digits(11)}
        paths = [f"/enterprises/{each}" for each in codes]
        assert both(one, other, "PATCH", paths, [national, national]) == [200, 409]
        have = [api.admin.ask(path)["national_code"] for path in paths]
        assert sorted(have, key=str) == sorted([None, national["national_code"]], key=str)


def test_of_two_registrations_with_one_code_at_once_one_is_refused(api: Api) -> None:
    national = digits(11)
    bodies: list[Json] = [
        {"code": f"E-{secrets.token_hex(4)}", "name": "企业", "national_code": national},
        {"code": national, "name": "十一位"},
    ]
    paths = ["/enterprises"] * 2
    assert both(api.admin, api.person("supervisor"), "POST", paths, bodies) == [201, 409]
    known = {each["code"] for each in api.admin.items("/enterprises")}
    assert len(known & {each["code"] for each in bodies}) == 1


def test_what_the_api_cannot_know_yet_the_database_refuses_in_the_same_words(api: Api) -> None:
    """Another api has just registered the code: neither this one's memory nor its tenant's
    transaction shows it."""
    there, here = api.enterprise(), api.enterprise()
    plant, national = api.person("enterprise", here), digits(11)
    with psycopg.connect(api.engines.superuser_url) as superuser:
        superuser.execute(
            "UPDATE enterprise SET file = jsonb_build_object('national_code', %s::text)"
            " WHERE code = %s",
            (national, there),
        )
    before = plant.ask(f"/enterprises/{here}")
    body = {"national_code": national, "staff_on_site": 3}
    told = plant.http.patch(f"/enterprises/{here}", json=body)
    refused(told, 409, "conflict", ENTERPRISES)
    assert there not in told.text
    assert plant.ask(f"/enterprises/{here}") == before
    assert len(plant.items(f"/enterprises/{here}/history")) == 1


def test_two_hazard_sources_of_two_enterprises_never_have_one_code(api: Api) -> None:
    codes = [api.enterprise(), api.enterprise()]
    one, other = (api.person("enterprise", each) for each in codes)
    national = digits(14)
    bodies = [source(each, national_code=national) for each in codes]
    assert both(one, other, "POST", ["/hazard-sources"] * 2, bodies) == [201, 409]
    again = [source(each, "HS-9") for each in codes]
    for door, body in zip((one, other), again, strict=True):
        door.tell("/hazard-sources", body, status=201)
    with psycopg.connect(api.engines.superuser_url) as superuser:
        superuser.execute(
            "UPDATE hazard_source SET particulars = jsonb_build_object('national_code', %s::text)"
            " WHERE enterprise = %s AND code = 'HS-9'",
            (secret := digits(14), codes[0]),
        )
    address = f"/hazard-sources/{codes[1]}/HS-9"
    told = other.http.patch(address, json={"national_code": secret})
    refused(told, 409, "conflict", SOURCES)
    assert (other.ask(address)["national_code"], other.ask(address)["version"]) == (None, 1)


def test_the_code_of_an_enterprise_does_not_leave_those_of_its_hazard_sources(api: Api) -> None:
    code, national = api.enterprise(), digits(11)
    address, other = f"/enterprises/{code}", digits(11)
    api.admin.tell("/hazard-sources", source(code, national_code=f"{national}001"), status=201)
    wrong = api.admin.http.patch(address, json={"national_code": other})
    refused(wrong, 422, "invalid", f"national_code: hazard source HS-1 has {national}001")
    for told in (national, national, None, national):
        answer = api.admin.http.patch(address, json={"national_code": told})
        assert answer.status_code == 200, answer.text
    refused(api.admin.http.patch(address, json={"national_code": other}), 422, "invalid", "HS-1")
    emptied = api.admin.http.patch(f"/hazard-sources/{code}/HS-1", json={"national_code": None})
    assert emptied.status_code == 200, emptied.text
    moved = api.admin.http.patch(address, json={"national_code": other})
    assert moved.json()["national_code"] == other


@pytest.mark.parametrize("code", ["other", None])
def test_a_code_of_eleven_digits_is_the_national_one_itself_also_after_a_change(
    api: Api, code: str | None
) -> None:
    own = digits(11)
    api.admin.tell("/enterprises", {"code": own, "name": "十一位"}, status=201)
    address = f"/enterprises/{own}"
    national = None if code is None else digits(11)
    told = api.admin.http.patch(address, json={"national_code": national})
    if national is not None:
        refused(told, 422, "invalid", "national_code", own)
    assert api.admin.ask(address)["national_code"] == own
