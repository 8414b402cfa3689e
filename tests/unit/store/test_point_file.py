"""What the register keeps of a point beside what it is judged by stays with the api."""

from dataclasses import fields

from services.domain.point_file import PointFile
from services.store.queries import Queries
from services.store.register_history import difference


def test_the_file_of_a_point_does_not_travel_with_the_book() -> None:
    """Ingest and the engine hold a country's points in memory."""
    book = Queries.load("book")
    text = b"\n".join(book[name] for name in book.names()).decode()
    assert "period_s" in text
    assert [each.name for each in fields(PointFile) if each.name in text] == []


def test_a_difference_names_only_what_changed() -> None:
    before = {"name": "a", "lon": 1.0, "tags": [1]}
    after = {"name": "a", "lon": None, "tags": [1], "address": "x"}
    assert difference(before, after) == (
        {"lon": 1.0, "address": None},
        {"lon": None, "address": "x"},
    )
    assert difference(after, after) == ({}, {})
