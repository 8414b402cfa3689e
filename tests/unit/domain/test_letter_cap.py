"""The dead letters of one gateway and day: kept up to two ends, and counted beyond them."""

from services.domain.letter_cap import LetterCap, LetterDay


def test_so_many_letters_are_kept_and_the_rest_is_counted() -> None:
    day, cap = LetterDay(), LetterCap(letters=2, size=1_000)
    assert [day.take(10, cap) for _ in range(4)] == [True, True, False, False]
    assert (day.letters, day.size) == (2, 20)
    assert (day.dropped, day.dropped_size) == (2, 20)


def test_so_many_bytes_are_kept_to_the_last_one() -> None:
    day, cap = LetterDay(), LetterCap(letters=10, size=100)
    assert day.take(60, cap) is True
    assert day.take(41, cap) is False
    assert day.take(40, cap) is True
    assert day.take(1, cap) is False
    assert (day.letters, day.size, day.dropped, day.dropped_size) == (2, 100, 2, 42)


def test_a_letter_that_fits_alone_may_follow_one_that_did_not() -> None:
    day, cap = LetterDay(), LetterCap(letters=10, size=100)
    assert [day.take(size, cap) for size in (101, 100)] == [False, True]


def test_by_default_nothing_was_there_yet() -> None:
    assert LetterDay() == LetterDay(letters=0, size=0, dropped=0, dropped_size=0)
