"""A finding counts once it has lasted; ends and beginnings are dated by their delays."""

from services.domain.detector import Finding
from services.domain.lasting import UNJUDGED_MS, Lasting

YES, NO, UNKNOWN = (Finding(0, active) for active in (True, False, None))


def told(lasting: Lasting, at: int, finding: Finding) -> list[tuple[int, bool]]:
    return [(turn.at, turn.active) for turn in lasting.take(at, finding)]


def test_without_delays_it_turns_at_once() -> None:
    lasting = Lasting()
    assert told(lasting, 1, YES) == [(1, True)]
    assert told(lasting, 2, YES) == []
    assert told(lasting, 3, NO) == [(3, False)]


def test_a_delay_that_runs_out_is_dated_exactly_whoever_notices() -> None:
    lasting = Lasting(on_ms=10, off_ms=20)
    assert told(lasting, 1, YES) == []
    assert lasting.due == 11
    assert told(lasting, 50, NO) == [(11, True)]
    assert lasting.due == 70
    assert [(turn.at, turn.active) for turn in lasting.pass_to(100)] == [(70, False)]


def test_what_is_contradicted_within_its_delay_never_was() -> None:
    lasting = Lasting(on_ms=10, off_ms=10)
    told(lasting, 1, YES)
    assert told(lasting, 10, NO) == []
    assert lasting.due is None
    told(lasting, 20, YES)
    assert told(lasting, 30, YES) == [(30, True)]
    told(lasting, 35, NO)
    assert told(lasting, 44, YES) == []
    assert lasting.due is None


def test_without_an_answer_nothing_ends_and_what_begins_goes_on() -> None:
    lasting = Lasting(on_ms=10, off_ms=10)
    told(lasting, 1, YES)
    assert told(lasting, 5, UNKNOWN) == []
    assert told(lasting, 12, UNKNOWN) == [(11, True)]
    told(lasting, 20, NO)
    assert told(lasting, 25, UNKNOWN) == []
    assert lasting.due is None, "an end that cannot be told is no end"
    assert lasting.unjudged_at == 25 + UNJUDGED_MS
    assert told(lasting, 40, YES) == []
    assert lasting.unjudged_at is None


def test_what_does_not_stand_is_not_unjudged() -> None:
    lasting = Lasting()
    told(lasting, 5, UNKNOWN)
    assert lasting.unjudged_at is None


def test_time_never_runs_back() -> None:
    lasting = Lasting()
    told(lasting, 100, NO)
    assert told(lasting, 50, YES) == [(100, True)]
