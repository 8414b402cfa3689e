"""What the test-bench gathers is bounded, and its edges are where its sentences say."""

from services.domain.conformance_evidence import NAMED, TIMES_MOST, Evidence, Heard, Names

T0 = 1_767_225_600_000


def heard(at: int, offset: int = 0, number: tuple[str, int] | None = None) -> Heard:
    """A message received `at` ms after the beginning, with a time so far from its receipt."""
    return Heard(
        received_at=T0 + at,
        qos=1,
        times=(T0 + at + offset,),
        numbers=(number,) if number else (),
        points=("GT-1",),
        quantities=1,
        ranged=1,
    )


def gathered(*messages: Heard) -> Evidence:
    evidence = Evidence(session=True)
    for each in messages:
        evidence.hear(each)
    return evidence


def test_names_are_counted_once_and_the_first_ten_are_told() -> None:
    names = Names()
    names.add(f"t{number:02}" for number in range(12))
    names.add(["t00", "t11"])
    assert len(names) == 12
    assert str(names).split(", ") == [f"t{number:02}" for number in range(NAMED)]


def test_beyond_their_end_names_are_not_remembered() -> None:
    names = Names()
    names.add(str(number) for number in range(TIMES_MOST + 5))
    assert len(names) == TIMES_MOST


def test_the_highest_number_counts_and_a_new_boot_counts_anew() -> None:
    numbers = [("a", 5), ("a", 3), ("a", 9), ("a", 9), ("b", 2), ("b", 1)]
    evidence = Evidence()
    seen = []
    for place, number in enumerate(numbers):
        evidence.hear(heard(place * 1000, number=number))
        seen.append(evidence.number)
    assert seen == [("a", 5), ("a", 5), ("a", 9), ("a", 9), ("b", 2), ("b", 2)]


def test_offsets_within_a_second_of_their_middle_are_near_and_two_thirds_are_enough() -> None:
    near = [heard(second * 1000, offset) for second, offset in enumerate((0, 0, 1_000))]
    assert gathered(*near).is_steady
    wide = [heard(second * 1000, offset) for second, offset in enumerate((0, 0, 1_001))]
    assert gathered(*wide).is_steady, "two of three are near"
    spread = [
        heard(second * 1000, at) for second, at in enumerate((0, 1_001, 5_000, -1_001, 9_000))
    ]
    assert not gathered(*spread).is_steady


def test_a_seconds_offset_is_the_best_of_it() -> None:
    evidence = gathered(heard(0, -500), heard(100, -20), heard(200, -900), heard(1_000, -20))
    assert (evidence.seconds_timed, evidence.skew_ms) == (2, -20)


def test_a_period_wants_two_deliveries() -> None:
    assert gathered().period_ms is None
    assert gathered(heard(0)).period_ms is None
    assert gathered(heard(0), heard(1_000), heard(4_000)).period_ms == 2_000
