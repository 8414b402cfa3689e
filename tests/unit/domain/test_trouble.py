"""Gateways that send nothing but poison."""

from services.domain.trouble import POISON_LEAST, PoisonRate, PoisonRuns

BAD, GOOD = ("acme", "bad"), ("acme", "good")


def messages(
    owner: tuple[str, str], useful: bool, count: int
) -> list[tuple[tuple[str, str], bool, int]]:
    return [(owner, useful, 1000 + number) for number in range(count)]


def test_a_gateway_of_which_nothing_can_be_used_is_flagged_with_its_count() -> None:
    runs = PoisonRuns()

    assert runs.note(messages(BAD, False, POISON_LEAST - 1)) == set()
    assert runs.only_poison(BAD) is None
    assert runs.note(messages(BAD, False, 1)) == {BAD}

    found = runs.only_poison(BAD)
    assert found is not None
    assert (found.since, found.count) == (1000, POISON_LEAST)


def test_one_message_of_use_ends_it() -> None:
    runs = PoisonRuns()
    runs.note(messages(BAD, False, POISON_LEAST))

    assert runs.note(messages(BAD, True, 1)) == {BAD}
    assert runs.only_poison(BAD) is None


def test_good_messages_between_the_poison_flag_nobody() -> None:
    runs = PoisonRuns()
    for _ in range(POISON_LEAST):
        runs.note([*messages(BAD, False, POISON_LEAST - 1), *messages(BAD, True, 1)])

    assert runs.only_poison(BAD) is None


def test_a_neighbour_is_not_flagged_with_it() -> None:
    runs = PoisonRuns()

    touched = runs.note([*messages(BAD, False, 50), *messages(GOOD, True, 50)])

    assert touched == {BAD}
    assert runs.only_poison(GOOD) is None


def test_a_run_from_before_a_restart_goes_on() -> None:
    runs = PoisonRuns()
    runs.resume(BAD, 5, 70)

    assert runs.note(messages(BAD, False, 1)) == {BAD}
    found = runs.only_poison(BAD)
    assert found is not None
    assert (found.since, found.count) == (5, 71)


def test_more_than_ten_useless_messages_a_minute_are_over_the_rate_good_ones_between() -> None:
    rate = PoisonRate()
    sent = [(BAD, bool(n % 2), n * 2_900) for n in range(1, 42)]  # each second one is useless

    assert rate.note(sent[:20]) == {}, "ten"
    found = rate.note(sent[20:22])
    assert [(owner, run.since, run.count) for owner, run in found.items()] == [(BAD, 5_800, 1)]
    assert rate.is_over(BAD, 65_799)
    assert not rate.is_over(BAD, 65_800)


def test_ten_useless_messages_a_minute_flag_nobody() -> None:
    rate = PoisonRate()

    assert rate.note((BAD, False, n * 6_000) for n in range(100)) == {}


def test_one_that_was_over_the_rate_before_a_restart_is_for_another_minute() -> None:
    rate = PoisonRate()
    rate.resume(BAD, 1_000)

    assert rate.is_over(BAD, 60_999)
    rate.forget(61_000)
    assert not rate.is_over(BAD, 61_000)
