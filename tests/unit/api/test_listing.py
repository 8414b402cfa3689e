"""Any list in fewer fields, or whole as a sheet: one layer around all routes."""

from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from services.api.address import Addresses
from services.api.answer import FOLLOWING, Page, answer
from services.api.asking import make_cursor, read_cursor
from services.api.list_columns import columns_of, row
from services.api.listing import PATIENCE_S, Listing
from services.api.preference import prefers
from services.api.problem import Kind, render
from services.api.sheet import csv_rows
from services.runtime.clock import ManualClock
from tests.unit.api.test_routes import ROUTES


@dataclass(frozen=True, slots=True)
class Text:
    """A part of a thing."""

    zh: str
    en: str | None


@dataclass(frozen=True, slots=True)
class Thing:
    """An item."""

    number: int
    name: str
    level: float | None
    text: Text | None
    codes: list[str]
    more: dict[str, int]
    done: bool


def thing(number: int) -> Thing:
    return Thing(number, f"=A{number}", -1.5, Text("甲,乙", None), ["a", "b"], {"x": 1}, True)


class Shelf:
    """A list of things, and an application around it; its clock is moved by each refusal."""

    def __init__(self, things: int, away_at: int | None = None, refusals: int = 0) -> None:
        self.clock = ManualClock(0)
        self.asked: list[tuple[str, bool]] = []
        self.refusals = refusals
        router = APIRouter()

        @router.get("/things", response_model=Page[Thing])
        async def things_of(
            request: Request, limit: int = 2, cursor: str | None = None
        ) -> Response:
            if "if-none-match" in request.headers:
                return Response(None, 304)
            after = (read_cursor(cursor, tuple[int]) or (0,))[0]
            if after == away_at and self.refusals > 0:
                self.refusals -= 1
                self.clock.advance(PATIENCE_S * 0.6)
                return render(Kind.DATABASE_AWAY, "The database is away.")
            if limit > 1000:
                return render(Kind.INVALID, "limit: too many.")
            found = [thing(n) for n in range(after + 1, min(after + limit, things) + 1)]
            last = found[-1].number if found else things
            return answer(Page(found, make_cursor([last]) if last < things else None))

        @router.get("/things/{number}", response_model=Thing)
        async def one_of(number: int) -> Response:
            return answer(thing(number))

        app = FastAPI()
        app.include_router(router, prefix="/api/v1")

        async def noting(scope: Any, receive: Any, send: Any) -> None:
            self.asked.append((scope["query_string"].decode(), FOLLOWING in scope))
            await app(scope, receive, send)

        addresses = Addresses()
        addresses.add("/api/v1", router.routes)
        self.app = Listing(noting, addresses, self.clock)

    async def get(self, path: str, accept: str = "*/*", **more: str) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://x/api/v1") as http:
            return await http.get(path, headers={"Accept": accept} | more)


def sheet(answered: httpx2.Response) -> list[list[Any]]:
    assert answered.status_code == 200, answered.text
    assert answered.content.startswith(b"\xef\xbb\xbf")
    return [cells for _, cells in csv_rows(answered.content)]


async def test_a_wish_that_is_none_is_refused_whatever_the_caller_holds_already() -> None:
    told = await Shelf(3).get("/things?format=junk", **{"If-None-Match": "*"})
    assert told.status_code == 422, told.text
    assert "format" in told.json()["detail"]


@pytest.mark.parametrize("things", [0, 1, 500, 501, 1203])
async def test_a_sheet_holds_the_whole_list_page_by_page(things: int) -> None:
    shelf = Shelf(things)
    answered = await shelf.get("/things?format=csv")
    header, *rows = sheet(answered)
    assert header == ["number", "name", "level", "text.zh", "text.en", "codes", "more", "done"]
    assert [int(cells[0]) for cells in rows] == list(range(1, things + 1))
    assert answered.headers["content-disposition"] == 'attachment; filename="things.csv"'
    assert [following for _, following in shelf.asked] == [False] + [True] * ((things - 1) // 500)


async def test_texts_are_disarmed_and_numbers_stay_numbers() -> None:
    _, cells = sheet(await Shelf(1).get("/things?format=csv"))
    assert cells == ["1", "'=A1", "-1.5", "甲,乙", "", "a;b", '{"x":1}', "true"]


async def test_a_program_asks_by_its_accept_header_and_a_browser_gets_json() -> None:
    assert sheet(await Shelf(1).get("/things", "text/csv"))[1][0] == "1"
    for accept in ("*/*", "application/json, text/csv;q=0.5", "text/csv;q=0", "text/html"):
        assert (await Shelf(1).get("/things", accept)).json()["next"] is None
    assert (await Shelf(1).get("/things?format=json", "text/csv")).json()["next"] is None


async def test_a_limit_makes_it_one_page_that_says_where_the_next_is() -> None:
    shelf = Shelf(5)
    first = await shelf.get("/things?format=csv&limit=3&fields=number")
    assert sheet(first) == [["number"], ["1"], ["2"], ["3"]]
    following = first.headers["link"].partition(">")[0].removeprefix("</api/v1")
    last = await shelf.get(following)
    assert sheet(last) == [["number"], ["4"], ["5"]]
    assert "link" not in last.headers


async def test_only_the_fields_that_were_asked_for_in_their_order() -> None:
    page = (await Shelf(3).get("/things?fields=name,number&limit=2")).json()
    assert page["items"] == [{"name": "=A1", "number": 1}, {"name": "=A2", "number": 2}]
    assert page["next"] is not None
    assert sheet(await Shelf(1).get("/things?fields=text&format=csv")) == [
        ["text.zh", "text.en"],
        ["甲,乙", ""],
    ]


@pytest.mark.parametrize(
    "wrong", ["fields=colour", "fields=", "format=xml", "fields=number,text.zh"]
)
async def test_a_field_or_format_that_there_is_not_is_refused_with_those_there_are(
    wrong: str,
) -> None:
    answered = await Shelf(1).get(f"/things?{wrong}")
    assert answered.status_code == 422
    assert answered.json()["type"] == "/problems/invalid"


async def test_what_is_refused_is_refused_as_a_problem_and_what_is_no_list_stays_as_it_is() -> None:
    refused = await Shelf(1).get("/things?format=csv&limit=2000")
    assert (refused.status_code, refused.json()["detail"]) == (422, "limit: too many.")
    assert (await Shelf(1).get("/things/7?format=csv")).json()["number"] == 7


async def test_a_short_absence_of_the_database_is_waited_out() -> None:
    _, *rows = sheet(await Shelf(1203, away_at=1000, refusals=1).get("/things?format=csv"))
    assert len(rows) == 1203


async def test_a_long_one_cuts_the_sheet_so_that_nobody_takes_it_for_whole() -> None:
    with pytest.raises(Exception, match="cut"):
        await Shelf(1203, away_at=1000, refusals=99).get("/things?format=csv")


def test_an_accept_header_is_read_by_its_weights() -> None:
    for accept in ("text/csv", "text/csv, */*;q=0.1", "application/json;q=0.9, TEXT/CSV;q=0.9"):
        assert prefers(accept, "text/csv", "application/json")
    for accept in ("", "*/*", "text/*", "text/csv;q=x", "text/csv;q=0.2, application/json"):
        assert not prefers(accept, "text/csv", "application/json")


def is_list(model: Any) -> bool:
    fields = getattr(getattr(model, "__origin__", model), "__annotations__", {})
    return "next" in fields or "next" in getattr(model, "model_fields", {})


LISTS = [r for r in ROUTES if r.response_model is not None and is_list(r.response_model)]


@pytest.mark.parametrize("route", LISTS, ids=lambda route: route.path)
def test_every_list_has_columns_each_of_a_name_of_its_own(route: Any) -> None:
    if route.path == "/map":
        return  # features, not items: GeoJSON is what map programs read
    columns = columns_of(route.response_model)
    assert columns
    names = [column.name for column in columns]
    assert len(set(names)) == len(names)
    assert row({}, columns) == [None] * len(columns)
