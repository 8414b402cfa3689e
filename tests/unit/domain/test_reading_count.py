"""What became of readings adds up, or it is seen."""

from dataclasses import fields, replace

import pytest

from services.domain.reading_count import ReadingCount

WHOLE = ReadingCount(3, 21, 1, 2, 3, 4, 5, 6)


def test_every_reading_is_somewhere_once() -> None:
    assert ReadingCount().adds_up
    assert WHOLE.adds_up


@pytest.mark.parametrize("name", [each.name for each in fields(ReadingCount)][1:])
def test_one_more_anywhere_is_seen(name: str) -> None:
    assert not replace(WHOLE, **{name: getattr(WHOLE, name) + 1}).adds_up


def test_figures_are_added_each_to_its_own() -> None:
    total = replace(WHOLE)
    total.add(WHOLE)
    total.add(ReadingCount())
    assert total == ReadingCount(6, 42, 2, 4, 6, 8, 10, 12)
