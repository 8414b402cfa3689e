"""How full the broker's store is, told at 50 % and 80 % with the hours that are left."""

import pytest

from services.domain.broker_store import LEAST_FREE, Level, StoreJudge, end_of

MB = 2**20

GIB = 2**30


def judged(judge: StoreJudge, *percents: int) -> list[Level]:
    """What is told of one look after the other, 10 s apart."""
    return [judge.judge(used, 100, 10.0 * n).level for n, used in enumerate(percents)]


def test_it_is_told_at_half_and_at_four_fifths() -> None:
    assert judged(StoreJudge(), 49, 50, 79, 80, 100) == [
        Level.WELL, Level.HALF, Level.HALF, Level.FULL, Level.FULL,
    ]  # fmt: skip


def test_a_share_at_the_border_does_not_tell_again_and_again() -> None:
    assert judged(StoreJudge(), 50, 49, 50, 45, 44, 49) == [Level.HALF] * 4 + [Level.WELL] * 2
    assert judged(StoreJudge(), 80, 79, 75, 74, 79, 44) == [Level.FULL] * 3 + [
        Level.HALF, Level.HALF, Level.WELL,
    ]  # fmt: skip


def test_the_hours_left_are_those_of_the_growth_of_the_last_minutes() -> None:
    judge = StoreJudge()
    states = [judge.judge(GIB + n * 2**20, 2 * GIB, n * 10.0) for n in range(61)]
    room_mib = 1024 - 60
    assert states[-1].hours_left == pytest.approx(room_mib * 10 / 3600)


def test_what_grew_long_ago_says_nothing_of_the_hours_left() -> None:
    judge = StoreJudge()
    judge.judge(0, 100, 0.0)
    judge.judge(50, 100, 300.0)
    assert judge.judge(50, 100, 300.0 + 601).hours_left is None


def test_of_the_first_minute_and_of_what_shrinks_no_hours_are_claimed() -> None:
    judge = StoreJudge()
    assert judge.judge(10, 100, 0.0).hours_left is None
    assert judge.judge(20, 100, 59.0).hours_left is None
    assert judge.judge(5, 100, 120.0).hours_left is None


def test_a_store_at_its_end_has_no_hour_left_and_one_without_room_is_at_its_end() -> None:
    at_its_end = StoreJudge().judge(100, 100, 0.0)
    assert (at_its_end.share, at_its_end.hours_left) == (1.0, 0.0)
    assert StoreJudge().judge(0, 0, 0.0).level is Level.FULL


def test_it_ends_where_its_disk_does() -> None:
    assert end_of(used=5 * MB, limit=100 * MB, free=10 * MB) == 15 * MB
    assert end_of(used=5 * MB, limit=100 * MB, free=200 * MB) == 100 * MB
    assert end_of(used=5 * MB, limit=100 * MB, free=None) == 100 * MB


@pytest.mark.parametrize("used", [0, 1_000, 5 * MB])
def test_on_a_disk_without_room_it_is_full_however_little_it_holds(used: int) -> None:
    end = end_of(used, limit=100 * MB, free=LEAST_FREE - 1)

    assert StoreJudge().judge(used, end, at=0.0).level is Level.FULL
