"""What is kept of a tag and does not fit is in letters that can be read again, whole."""

from services.domain.reading import Quality, ReadingFlag
from services.store.kept_letter import VALUES_MOST, UnfitKept, letters_of
from services.wire.native import decode_native
from services.wire.telemetry import PAYLOAD_LIMIT, STATE_LIMIT, TAG_LIMIT
from services.wire.translate import UnregisteredValue

NOW = 1_795_000_000_000


def kept(number: int, tag: str, state: str | None) -> UnfitKept:
    value = 0.5 if state is None else None
    at = NOW + number
    flags = ReadingFlag.NONE
    found = UnregisteredValue(tag, at, at, value, state, Quality.UNCERTAIN, flags)
    return UnfitKept("g", found, f"reason {number}")


def test_the_longest_values_are_all_there_and_no_letter_is_too_long() -> None:
    tag, state = "\U0001f6a8" * TAG_LIMIT, '"' * STATE_LIMIT
    unfit = [kept(number, tag, state) for number in range(2_000)]

    letters = letters_of("acme", tag, unfit)

    assert all(len(each.payload) <= PAYLOAD_LIMIT for each in letters)
    found = [message for each in letters for message in decode_native(each.payload)]
    values = [value for message in found for value in message.values]
    assert [each.ts for each in values] == [NOW + number for number in range(2_000)]
    assert {(each.tag, each.value, each.quality) for each in values} == {
        (tag, state, Quality.UNCERTAIN)
    }
    assert sum(each.refused for each in letters) == 2_000


def test_a_letter_is_no_longer_than_it_need_be() -> None:
    letters = letters_of("acme", "GT-1", [kept(n, "GT-1", None) for n in range(VALUES_MOST + 1)])

    assert [each.refused for each in letters] == [VALUES_MOST, 1]
    assert letters[0].reason.startswith(f"{VALUES_MOST} values kept before GT-1 was registered")
    assert [each.received_at for each in letters] == [NOW + VALUES_MOST - 1, NOW + VALUES_MOST]


def test_nothing_unfit_makes_no_letter() -> None:
    assert letters_of("acme", "GT-1", []) == []


def test_a_number_whose_unit_nobody_compared_is_uncertain_when_it_is_read_again() -> None:
    def quality(number: float | None, state: str | None, unit: str | None) -> Quality:
        kept = UnregisteredValue(
            "GT-1", NOW, NOW, number, state, Quality.GOOD, ReadingFlag.NONE, unit
        )
        (letter,) = letters_of("acme", "GT-1", [UnfitKept("g", kept, "it does not fit")])
        ((value,),) = (message.values for message in decode_native(letter.payload))
        return value.quality

    assert quality(1.0, None, "Cel") is Quality.UNCERTAIN
    assert quality(1.0, None, None) is Quality.GOOD
    assert quality(None, "tripped", "Cel") is Quality.GOOD
