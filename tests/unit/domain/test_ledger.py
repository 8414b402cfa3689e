"""The loss ledger of one boot: what is missing, what closes it, and where it ends."""

from services.domain.ledger import HOLES_MOST, BootLedger, Hole

NOW = 1_795_000_000_000
TOP = 2**63 - 1


def heard(*batches: list[int]) -> BootLedger:
    """A ledger after these batches, a second apart."""
    ledger = BootLedger()
    for number, batch in enumerate(batches):
        ledger.note(batch, NOW + number * 1000)
    return ledger


def missing(ledger: BootLedger) -> list[tuple[int, int]]:
    return [(each.first, each.last) for each in ledger.holes]


def test_numbers_in_their_order_leave_no_hole() -> None:
    ledger = heard([1, 2, 3], [4], [5, 6])

    assert (ledger.first, ledger.highest, missing(ledger), ledger.repeats) == (1, 6, [], 0)


def test_a_boot_may_begin_anywhere_and_what_was_before_is_not_missing() -> None:
    assert missing(heard([500, 501])) == []


def test_what_was_left_out_is_missing_since_it_was_seen() -> None:
    ledger = heard([1, 2], [5], [9])

    assert ledger.holes == [Hole(3, 4, NOW + 1000), Hole(6, 8, NOW + 2000)]
    assert ledger.missing == 5


def test_late_data_closes_a_hole_whole_in_part_and_in_its_middle() -> None:
    ledger = heard([1, 11], [5, 6])
    assert missing(ledger) == [(2, 4), (7, 10)]

    ledger.note([2, 3, 10], NOW)
    assert missing(ledger) == [(4, 4), (7, 9)]

    ledger.note([4, 7, 8, 9], NOW)
    assert missing(ledger) == []
    assert ledger.repeats == 0


def test_a_piece_is_as_old_as_the_whole_and_its_first_keeps_the_name() -> None:
    ledger = BootLedger(1, 11, holes=[Hole(2, 10, NOW, NOW + 5, number=7)])

    ledger.note([5, 6], NOW + 60_000)

    assert ledger.holes == [
        Hole(2, 4, NOW, NOW + 5, number=7, filled=2),
        Hole(7, 10, NOW, NOW + 5, number=None),
    ]


def test_what_comes_before_the_first_leaves_a_hole_between() -> None:
    assert missing(heard([5], [3])) == [(4, 4)]
    assert missing(heard([5], [4])) == []


def test_repeats_are_counted_and_change_nothing() -> None:
    ledger = heard([1, 1, 2], [2, 1, 3], [3])

    assert (missing(ledger), ledger.repeats) == ([], 4)


def test_a_counter_that_goes_back_in_the_same_boot_only_repeats() -> None:
    ledger = heard(list(range(1, 11)), list(range(1, 6)))

    assert (ledger.highest, ledger.repeats, missing(ledger)) == (10, 5, [])


def test_an_absurd_jump_costs_one_hole() -> None:
    ledger = heard([1], [TOP], [2], [3], [TOP - 1, 0])

    assert (ledger.highest, missing(ledger)) == (TOP, [(4, TOP - 2)])


def test_holes_have_an_end_and_the_lowest_are_given_up() -> None:
    ledger = BootLedger()
    ledger.note(range(0, HOLES_MOST * 2, 2), NOW)
    assert len(ledger.holes) == HOLES_MOST - 1

    given_up = ledger.note([HOLES_MOST * 2 + n * 2 for n in range(3)], NOW)

    assert [(each.first, each.last) for each in given_up] == [(1, 1), (3, 3)]
    assert len(ledger.holes) == HOLES_MOST
    ledger.note([1, 3, 3], NOW)
    assert ledger.repeats == 0, "nobody knows whether they are new"


def test_a_gateway_is_told_how_far_all_is_known_and_what_is_missing() -> None:
    ledger = heard([1, 3, 5, 7, 9])

    assert ledger.answer() == (9, [(2, 2), (4, 4), (6, 6), (8, 8)])
    assert ledger.answer(2) == (5, [(2, 2), (4, 4)]), "6 is missing too, and must not be forgotten"
