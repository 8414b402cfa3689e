"""Whatever the order, the repeats and the batches: the same messages leave the same ledger."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.ledger import HOLES_MOST, BootLedger

numbers = st.integers(0, 120) | st.integers(0, 2**63 - 1)
some = st.lists(numbers, min_size=1, max_size=60)


def batches(data: st.DataObject, found: list[int]) -> list[list[int]]:
    """The numbers in another order, some of them again, cut into batches."""
    again = data.draw(st.lists(st.sampled_from(found), max_size=20))
    mixed = data.draw(st.permutations(found + again))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(mixed)), max_size=6)))
    return [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]


@given(some, st.data())
def test_order_repeats_and_batches_make_no_difference(
    found: list[int], data: st.DataObject
) -> None:
    whole, parts = BootLedger(), BootLedger()
    whole.note(found, 1)
    delivered = batches(data, found)
    for number, batch in enumerate(delivered):
        parts.note(batch, number)

    assert (parts.first, parts.highest) == (whole.first, whole.highest) == (min(found), max(found))
    assert [(h.first, h.last) for h in parts.holes] == [(h.first, h.last) for h in whole.holes]
    assert parts.repeats == sum(map(len, delivered)) - len(set(found))
    assert whole.missing == max(found) - min(found) + 1 - len(set(found))


@given(st.lists(st.lists(st.integers(0, 60), max_size=30), min_size=1, max_size=8))
def test_the_holes_are_what_a_slow_reader_finds(delivered: list[list[int]]) -> None:
    ledger, heard = BootLedger(), set[int]()
    for batch in delivered:
        ledger.note(batch, 0)
        heard |= set(batch)
        listed = [n for hole in ledger.holes for n in range(hole.first, hole.last + 1)]
        span = range(min(heard), max(heard)) if heard else range(0)
        assert listed == [n for n in span if n not in heard]
        assert all(
            a.last + 1 < b.first for a, b in zip(ledger.holes, ledger.holes[1:], strict=False)
        )


@given(st.lists(st.lists(st.integers(0, 5_000), max_size=400), min_size=1, max_size=6))
def test_beyond_the_cap_nothing_known_to_be_missing_is_taken_for_stored(
    delivered: list[list[int]],
) -> None:
    ledger, heard = BootLedger(), set[int]()
    for batch in delivered:
        ledger.note(batch, 0)
        heard |= set(batch)
        assert len(ledger.holes) <= HOLES_MOST
        listed = {n for hole in ledger.holes for n in range(hole.first, hole.last + 1)}
        assert not listed & heard
        if heard:
            above = set(range(max(ledger.floor + 1, min(heard)), max(heard)))
            assert above - heard <= listed
