"""A failpoint takes the setting and the key in the folder: one alone arms nothing."""

from pathlib import Path

import pytest

from services.runtime.failpoint import KEY_FILE, Failpoint, arm, is_armed, reach


@pytest.mark.parametrize(
    ("order", "key"),
    [
        (None, "k1"),
        ("before_judge:k1", None),
        ("before_judge:k1", "k2"),
        ("before_judge:k1", ""),
        ("before_judge:", ""),
        ("before_judge", "before_judge"),
        ("no_such_place:", "k1"),
    ],
)
def test_without_both_nothing_is_armed(tmp_path: Path, order: str | None, key: str | None) -> None:
    if key is not None:
        (tmp_path / KEY_FILE).write_text(key)
    arm(order, tmp_path)
    for place in Failpoint:
        assert not is_armed(place)
        reach(place)


def test_there_are_twelve_places_on_the_way() -> None:
    assert len(Failpoint) == 12
