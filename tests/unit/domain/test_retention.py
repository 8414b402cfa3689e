"""What may go, and what goes first when room is short."""

import pytest

from services.domain.retention import (
    DAY_MS,
    Day,
    Drop,
    Room,
    Why,
    free_share,
    next_drop,
    patience_days,
    room,
)

NOW = 1_795_000_000_000 // DAY_MS * DAY_MS


def day(measured_ago: int, received_ago: int | None = None) -> Day:
    """A day of readings that began, and whose newest was received, so many days ago."""
    received = measured_ago - 1 if received_ago is None else received_ago
    return Day(NOW - measured_ago * DAY_MS, NOW - received * DAY_MS)


def test_nothing_goes_before_its_time() -> None:
    assert next_drop([], NOW, 90, Room.ENOUGH) is None
    assert next_drop([day(91), day(40)], NOW, 90, Room.ENOUGH) is None


def test_what_is_older_than_was_chosen_goes_the_oldest_first() -> None:
    days = [day(92), day(100), day(95)]

    assert next_drop(days, NOW, 90, Room.ENOUGH) == Drop(days[1].start, Why.AGE)


def test_a_replayed_past_is_not_old() -> None:
    assert next_drop([day(2_000, received_ago=3)], NOW, 90, Room.FULL) is None


def test_a_day_that_is_still_to_come_is_not_old_however_long_ago_it_was_received() -> None:
    assert next_drop([day(-500, received_ago=400)], NOW, 90, Room.FULL) is None


@pytest.mark.parametrize("space", [Room.TIGHT, Room.FULL])
def test_when_room_is_short_days_go_early_but_never_the_last_thirty(space: Room) -> None:
    days = [day(32), day(31), day(2)]

    assert next_drop(days, NOW, 90, space) == Drop(days[0].start, Why.SPACE)
    assert next_drop(days[1:], NOW, 90, space) is None


def test_no_setting_goes_below_the_law() -> None:
    assert next_drop([day(31)], NOW, 1, Room.ENOUGH) is None


def test_what_a_share_of_free_room_means() -> None:
    assert [room(free) for free in (None, 1.0, 0.25, 0.24, 0.2, 0.19, 0.1, 0.09, 0.0)] == [
        Room.ENOUGH, Room.ENOUGH, Room.ENOUGH, Room.LOW, Room.LOW, Room.TIGHT, Room.TIGHT,
        Room.FULL, Room.FULL,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stood", "border", "better"),
    [
        (Room.LOW, 0.25, Room.ENOUGH),
        (Room.TIGHT, 0.20, Room.LOW),
        (Room.FULL, 0.10, Room.TIGHT),
    ],
)
def test_at_a_border_it_does_not_come_and_go(stood: Room, border: float, better: Room) -> None:
    found = [Room.ENOUGH]
    for percent in (-1, 1, -1, 4, -1, 6):
        found.append(room(border + percent / 100, found[-1]))

    assert found[1:6] == [stood] * 5
    assert found[6] is better


def test_what_nobody_can_see_means_what_it_meant_before() -> None:
    assert [room(None, each) for each in Room] == list(Room)


def test_while_room_only_runs_out_nothing_goes_early() -> None:
    assert next_drop([day(60)], NOW, 90, Room.LOW) is None
    assert patience_days(365, Room.LOW) == 365


@pytest.mark.parametrize(
    ("size_gb", "free_gb", "limit_gb", "share"),
    [
        (100, None, None, None),
        (75, 25, None, 0.25),
        (1, 99, None, 0.99),  # others on the disk do not count, only what they leave
        (0.1, 1, None, 0.2),  # a small database on a full disk
        (80, None, 100, 0.2),
        (120, 1_000, 100, 0.0),
    ],
)
def test_room_is_what_the_database_takes_and_what_is_left(
    size_gb: float, free_gb: float | None, limit_gb: float | None, share: float | None
) -> None:
    gb = 2**30
    free = None if free_gb is None else int(free_gb * gb)
    limit = None if limit_gb is None else int(limit_gb * gb)

    assert free_share(int(size_gb * gb), free, limit) == pytest.approx(share)


def test_when_room_is_short_what_nobody_must_keep_stays_thirty_days() -> None:
    assert patience_days(365, Room.ENOUGH) == 365
    assert patience_days(365, Room.TIGHT) == 30
    assert patience_days(30, Room.FULL) == 30
