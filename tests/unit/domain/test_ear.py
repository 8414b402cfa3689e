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
