"""Which points are of which hazard source, as the register in memory keeps it."""

from dataclasses import replace
from datetime import UTC, datetime

from services.api.register import Register
from services.domain.point import Point, PointKind
from services.store.register import Place, RegisterChange

SINCE = datetime(2026, 1, 4, tzinfo=UTC)


def place(number: int, source: str | None, tag: str | None = None) -> Place:
    point = Point(number, "E", tag or f"T-{number}", PointKind.LEVEL, "%", hazard_source=source)
    return Place(point, None, None, SINCE)


def told(register: Register, *places: Place, gone: tuple[str, ...] = ()) -> None:
    removed = [("E", tag) for tag in gone]
    register.apply(RegisterChange(register.version + 1, [], [], [], [], list(places), removed))


def tags(register: Register, source: str) -> list[str]:
    return [each.point.tag for each in register.places_of_source("E", source)]


def test_a_point_is_of_the_source_that_it_names_now() -> None:
    register = Register()
    told(register, place(2, "A"), place(1, "A"), place(3, None))
    assert tags(register, "A") == ["T-1", "T-2"]
    assert register.sources() == {"E": ["A"]}
    told(register, place(2, "B"))
    assert (tags(register, "A"), tags(register, "B")) == (["T-1"], ["T-2"])
    told(register, replace(place(2, None)))
    assert register.sources() == {"E": ["A"]}
    told(register, gone=("T-1",))
    assert (tags(register, "A"), register.sources()) == ([], {})


def test_a_point_that_comes_back_with_another_number_is_there_once() -> None:
    register = Register()
    told(register, place(1, "A"))
    told(register, place(9, "A", "T-1"))
    assert [each.point.id for each in register.places_of_source("E", "A")] == [9]


def test_sources_come_in_order_after_one_of_those_that_may_be_seen() -> None:
    register = Register()
    other = replace(place(9, "A"), point=replace(place(9, "A").point, enterprise="D"))
    told(register, place(1, "B"), place(2, "A"), place(3, "C"), other)

    def keys(after: tuple[str, str], scope: frozenset[str] | None, limit: int = 9) -> list[str]:
        return [owner + code for owner, code in register.sources_after(after, scope, limit)]

    assert keys(("", ""), None) == ["DA", "EA", "EB", "EC"]
    assert keys(("", ""), None, 2) == ["DA", "EA"]
    assert keys(("E", "A"), None) == ["EB", "EC"]
    assert keys(("", ""), frozenset({"D"})) == ["DA"]


def test_points_after_one_end_with_the_last_enterprise_that_is_looked_at() -> None:
    register = Register()
    first, later = place(1, None), place(2, None)
    told(register, first, replace(later, point=replace(later.point, enterprise="F")))

    def tags(last: str | None) -> list[str]:
        found = register.places_after(("", ""), lambda _: True, 9, last)
        return [each.point.enterprise + each.point.tag for each in found]

    assert (tags(None), tags("E"), tags("D")) == (["ET-1", "FT-2"], ["ET-1"], [])
