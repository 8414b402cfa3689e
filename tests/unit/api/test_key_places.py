"""Which points watch which key places, as the register in memory keeps it."""

from dataclasses import replace
from datetime import UTC, datetime

from services.api.key_places import KeyPlaces
from services.store.key_place import KeyPlace

SINCE = datetime(2026, 1, 4, tzinfo=UTC)


def place(code: str, *tags: str, enterprise: str = "E", kind: str = "road") -> KeyPlace:
    line = {"type": "LineString", "coordinates": [[0, 0], [0, 1]]}
    return KeyPlace(
        enterprise,
        code,
        1,
        kind,
        code,
        None,
        line,
        list(tags),
        False,
        SINCE,
        SINCE,
        None,
        "a",
        None,
    )


def test_a_point_watches_the_places_that_name_it_now() -> None:
    places = KeyPlaces()
    places.apply([place("R-1", "T-1", "T-2"), place("G-1", "T-1"), place("R-1", enterprise="F")])
    assert places.watched_by("E", "T-1") == ("G-1", "R-1")
    assert places.watched_by("F", "T-1") == ()
    places.apply([place("R-1", "T-2")])
    assert (places.watched_by("E", "T-1"), places.watched_by("E", "T-2")) == (("G-1",), ("R-1",))
    assert [each.code for each in places.of("E")] == ["G-1", "R-1"]


def test_a_place_that_was_removed_is_in_no_list() -> None:
    places = KeyPlaces()
    places.apply([place("R-1", "T-1")])
    places.apply([replace(place("R-1", "T-1"), version=2, removed=True), place("G-1")])
    assert (places.get("E", "R-1"), places.watched_by("E", "T-1")) == (None, ())
    assert places.codes_of("E") == ("G-1",)


def test_they_come_in_order_after_one_of_those_that_may_be_seen() -> None:
    places = KeyPlaces()
    places.apply([place("B", enterprise="F"), place("A", kind="gate"), place("B"), place("C")])

    def codes(after: tuple[str, str], scope: frozenset[str] | None, limit: int = 9) -> list[str]:
        return [each.enterprise + each.code for each in places.after(after, scope, limit)]

    assert codes(("", ""), None) == ["EA", "EB", "EC", "FB"]
    assert codes(("", ""), None, 2) == ["EA", "EB"]
    assert codes(("E", "B"), None) == ["EC", "FB"]
    assert codes(("", ""), frozenset({"F"})) == ["FB"]
    assert [each.code for each in places.after(("", ""), None, 9, "gate")] == ["A"]
