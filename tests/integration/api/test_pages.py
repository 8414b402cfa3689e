"""Lists in pages while they grow, on the real database: what was there is there once, in order; and
any of them whole, as a sheet."""

import secrets
from collections.abc import Callable

import pytest

from services.api.sheet import csv_rows
from tests.integration.api.conftest import Api
from tests.living.park import Json

Make = Callable[[Api, str, int], None]


def enterprise(api: Api, code: str, number: int) -> None:
    api.admin.register("/enterprises", {"code": f"{code}-{number:02}", "name": "企业"})


def person(api: Api, code: str, number: int) -> None:
    body = {"username": f"{code}.{number:02}", "password": "a-long-Passphrase-7"}
    api.admin.register("/users", body | {"role": "operator"})


def point(api: Api, code: str, number: int) -> None:
    api.point(code, f"T-{number:02}")


def gateway(api: Api, code: str, number: int) -> None:
    api.admin.register(f"/enterprises/{code}/gateways", {"code": f"gw-{number:02}"})


def rule(api: Api, code: str, number: int) -> None:
    point(api, code, number)
    body = {"enterprise": code, "tag": f"T-{number:02}", "condition": "H", "limit": 1, "grade": 3}
    api.admin.register("/rules", body)


def renamed(api: Api, code: str, number: int) -> None:
    changed = api.admin.http.patch(f"/enterprises/{code}", json={"name": f"名{number}"})
    assert changed.status_code == 200, changed.text


LISTS: list[tuple[str, Make, str]] = [
    ("/enterprises", enterprise, "code"),
    ("/users", person, "username"),
    ("/points?enterprise={code}", point, "tag"),
    ("/values?enterprise={code}", point, "tag"),
    ("/enterprises/{code}/gateways", gateway, "code"),
    ("/rules?enterprise={code}", rule, "id"),
    ("/enterprises/{code}/history", renamed, "at"),
]


def pages(api: Api, path: str, between: Callable[[], None]) -> list[Json]:
    """All of a list, in pages of three, with something new between each two of them."""
    found: list[Json] = []
    query: dict[str, str] = _query(path) | {"limit": "3"}
    while True:
        page = api.admin.http.get(path.split("?")[0], params=query)
        assert page.status_code == 200, page.text
        found += page.json()["items"]
        cursor = page.json()["next"]
        if cursor is None or len(found) > 400:
            return found
        query["cursor"] = cursor
        between()


@pytest.mark.parametrize(("path", "make", "key"), LISTS, ids=[each[0] for each in LISTS])
def test_a_list_that_grows_between_its_pages(api: Api, path: str, make: Make, key: str) -> None:
    code = api.enterprise()
    path = path.format(code=code)
    numbers = list(range(0, 12, 2))
    for number in numbers:
        make(api, code, number)
    first = [each[key] for each in api.admin.items(path.split("?")[0], **_query(path))]
    later = iter([5, 1, 11, 3])

    def between() -> None:
        number = next(later, None)
        if number is not None:
            make(api, code, number)

    seen = [each[key] for each in pages(api, path, between)]
    assert len(set(seen)) == len(seen), "none twice"
    assert [each for each in seen if each in set(first)] == first, "none left out, all in order"


def test_a_list_as_a_sheet_holds_what_its_pages_hold(api: Api) -> None:
    code = api.enterprise()
    tags = [f"T-{number:03}" for number in range(7)]
    for tag in tags:
        api.point(code, tag, name="=1+1", range_low=-5)
    told = api.admin.http.get(f"/points?enterprise={code}&format=csv&fields=tag,name,range_low")
    assert told.status_code == 200, told.text
    assert told.headers["content-type"].startswith("text/csv")
    header, *rows = [cells for _, cells in csv_rows(told.content)]
    assert header == ["tag", "name", "range_low"]
    assert [cells[0] for cells in rows] == tags
    assert {tuple(cells[1:]) for cells in rows} == {("'=1+1", "-5.0")}
    asked = api.admin.http.get("/enterprises", headers={"Accept": "text/csv"})
    assert asked.content.startswith("\ufeffcode,".encode())


def test_an_enterprise_gets_its_own_as_a_sheet_and_nobody_without_a_sign_in(api: Api) -> None:
    ours, theirs = api.enterprise(), api.enterprise()
    for code in (ours, theirs):
        api.point(code, f"T-{secrets.token_hex(4)}")
    sheet = api.person("enterprise", ours).http.get("/points?format=csv").text
    assert ours in sheet
    assert theirs not in sheet
    bare = api.admin.http.get("/points?format=csv&fields=nonsense", headers={"Authorization": ""})
    assert bare.status_code == 401


def _query(path: str) -> dict[str, str]:
    return dict(each.split("=") for each in path.partition("?")[2].split("&") if each)
