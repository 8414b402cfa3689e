"""Time listened is not time passed."""

from services.domain.ear import STEP_MS, Ear


def test_it_counts_what_passes_while_we_look_often() -> None:
    ear = Ear()
    for now in range(1_000, 11_001, 1_000):
        ear.listen(now)
    assert ear.at == 10_000
    assert ear.wall_of(4_000) == 5_000


def test_a_long_pause_counts_as_one_step() -> None:
    ear = Ear(wall=0)
    ear.listen(3_600_000)
    assert ear.at == STEP_MS


def test_deaf_time_counts_nothing() -> None:
    ear = Ear(wall=0)
    ear.listen(1_000, hearing=False)
    ear.listen(2_000)
    assert ear.at == 1_000


def test_our_clock_set_back_counts_nothing_and_goes_on() -> None:
    ear = Ear(wall=10_000_000)
    ear.listen(1_000)
    ear.listen(2_000)
    assert ear.at == 1_000


def test_a_receipt_a_little_older_than_the_last_look_turns_nothing_back() -> None:
    ear = Ear(wall=10_000)
    ear.listen(9_500)
    ear.listen(11_000)
    assert ear.at == 1_000


def test_who_never_listened_has_heard_nothing_since_the_beginning() -> None:
    ear = Ear()
    assert (ear.at, ear.wall, ear.wall_of(0)) == (0, None, 0)


def test_two_seconds_back_is_an_older_receipt_and_more_is_a_clock_set_back() -> None:
    late, back = Ear(wall=10_000), Ear(wall=10_000)
    late.listen(10_000 - STEP_MS)
    back.listen(10_000 - STEP_MS - 1)
    assert (STEP_MS, late.wall, back.wall) == (2_000, 10_000, 7_999)
