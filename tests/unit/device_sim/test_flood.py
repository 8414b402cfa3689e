"""Floods as ISA-18.2 counts them: more than ten in ten minutes begin one, fewer than five end it."""

from device_sim.truth.flood import Flood, floods, most_in_ten_minutes

MINUTE = 60_000


def test_ten_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    ten = [place * 50_000 for place in range(10)]
    assert floods(ten) == []
    (flood,) = floods([*ten, 500_000])
    # The eleventh begins it; with the fifth-newest ten minutes old, four are left.
    assert flood == Flood(500_000, 300_000 + 10 * MINUTE, 11, 11)


def test_the_window_is_open_at_its_far_end() -> None:
    assert floods([*range(10), 10 * MINUTE]) == []
    assert most_in_ten_minutes([0, 10 * MINUTE - 1, 10 * MINUTE]) == 2


def test_it_goes_on_as_long_as_five_are_in_the_window() -> None:
    burst = list(range(0, 11_000, 1_000))
    trickle = [10_000 + place * 2 * MINUTE for place in range(1, 20)]
    (flood,) = floods([*burst, *trickle])
    assert flood.alarms == 30
    assert flood.ended_at == trickle[-5] + 10 * MINUTE


def test_two_hours_apart_they_are_two() -> None:
    burst = list(range(0, 20_000, 1_000))
    found = floods([*burst, *(at + 120 * MINUTE for at in burst)])
    assert [each.alarms for each in found] == [20, 20]
    assert floods([]) == []
