"""What a drill is scored by: the journal of its alarms, and the moment of its end."""

from services.domain.alarm import EventKind
from services.domain.drill import is_twin, is_twins_code, original_of, twin_of
from services.domain.drill_score import Entry, Mistake, Score, score

TARGET = 60_000
END = 1_000_000


def entry(alarm: str, event: EventKind, at: int, grade: int = 2, actor: str | None = None) -> Entry:
    return Entry(alarm, "drill-acme", f"GT-{alarm}", event, at, actor, grade, "H")


def raised(alarm: str, at: int, grade: int = 2) -> Entry:
    return entry(alarm, EventKind.RAISED, at, grade)


def acknowledged(alarm: str, at: int, grade: int = 2) -> Entry:
    return entry(alarm, EventKind.ACKNOWLEDGED, at, grade, "wang")


def scored(*journal: Entry) -> Score:
    return score(sorted(journal, key=lambda each: each.at), TARGET, END)


def test_the_time_to_acknowledge_is_from_each_sound_to_its_answer() -> None:
    found = scored(
        raised("a", 0), raised("b", 10_000), raised("c", 20_000),
        acknowledged("a", 5_000), acknowledged("b", 80_000), acknowledged("c", 81_000),
        entry("a", EventKind.ESCALATED, 90_000, 1), acknowledged("a", 99_000, 1),
    )  # fmt: skip
    assert [each.after_ms for each in found.answers] == [5_000, 9_000, 70_000, 61_000]
    assert (found.median_ms, found.worst_ms) == (9_000, 70_000)
    assert (found.alarms, found.annunciations, found.acknowledged) == (3, 4, 4)
    assert (found.late, found.missed) == (2, 0)
    assert found.answers[0].acknowledged_by == "wang"


def test_one_that_escalates_after_its_answer_asks_again_and_is_missed() -> None:
    found = scored(
        raised("a", 0), acknowledged("a", 400), entry("a", EventKind.ESCALATED, 14_400, 1)
    )
    assert [(each.grade, each.missed) for each in found.answers] == [(2, False), (1, True)]
    assert [each.worst_grade for each in found.answers] == [1, 1]
    assert (found.alarms, found.acknowledged, found.late, found.missed) == (1, 1, 0, 1)


def test_an_answer_to_the_escalation_can_be_late() -> None:
    escalated = entry("a", EventKind.ESCALATED, 14_000, 1)
    answered = acknowledged("a", 14_001 + TARGET, 1)
    found = scored(raised("a", 0), acknowledged("a", 400), escalated, answered)
    assert [(each.after_ms, each.late) for each in found.answers] == [
        (400, False),
        (TARGET + 1, True),
    ]
    assert (found.late, found.missed) == (1, 0)


def test_one_answer_is_to_all_that_an_alarm_sounded_before() -> None:
    escalated = entry("a", EventKind.ESCALATED, 50_000, 1)
    found = scored(raised("a", 0), escalated, acknowledged("a", 70_000, 1))
    assert [(each.after_ms, each.late) for each in found.answers] == [
        (70_000, True),
        (20_000, False),
    ]


def test_a_fall_keeps_the_answer_and_the_worst_grade() -> None:
    found = scored(
        raised("a", 0, 1), acknowledged("a", 400, 1), entry("a", EventKind.DEESCALATED, 9_000, 3)
    )
    (answer,) = found.answers
    assert (answer.worst_grade, answer.missed, found.missed) == (1, False, 0)


def test_one_that_was_forgotten_or_comes_back_on_the_board_asks_again() -> None:
    forgotten = entry("a", EventKind.REALARMED, 90_000)
    shelved = entry("b", EventKind.SHELVED, 5_000, actor="wang")
    back = entry("b", EventKind.UNSHELVED, 90_000)
    found = scored(
        raised("a", 0), acknowledged("a", 400), forgotten,
        raised("b", 0), acknowledged("b", 400), shelved, back,
    )  # fmt: skip
    assert [each.missed for each in found.answers] == [False, True, False, True]


def test_what_escalates_or_is_born_off_the_board_does_not_sound() -> None:
    shelved = entry("a", EventKind.SHELVED, 5_000, actor="wang")
    escalated = entry("a", EventKind.ESCALATED, 9_000, 1)
    born = Entry("b", "drill-acme", "GT-b", EventKind.RAISED, 0, None, 2, "H", off=True)
    found = scored(raised("a", 0), acknowledged("a", 400), shelved, escalated, born)
    assert (found.alarms, found.annunciations, found.missed) == (2, 1, 0)
    assert [each.worst_grade for each in found.answers] == [1]


def test_what_nobody_answered_is_missed_unless_there_was_no_time_for_it() -> None:
    found = scored(raised("a", 0), raised("b", END - TARGET), raised("c", END - 1))
    assert [each.missed for each in found.answers] == [True, False, False]
    assert (found.missed, found.median_ms, found.worst_ms) == (1, None, None)


def test_one_that_is_over_and_was_never_answered_is_missed_too() -> None:
    found = scored(raised("a", 0), entry("a", EventKind.RETURNED, 9_000))
    assert found.missed == 1


def test_one_whose_place_another_took_at_once_could_not_be_answered() -> None:
    brief = [raised("a", 0), entry("a", EventKind.SUPERSEDED, 2_000)]
    found = scored(*brief, raised("b", 2_000), acknowledged("b", 9_000))
    assert (found.alarms, found.acknowledged, found.missed) == (2, 1, 0)


def test_what_happens_after_the_end_is_not_scored() -> None:
    found = scored(raised("a", 0), acknowledged("a", END + 1), raised("b", END + 2))
    assert (found.alarms, found.acknowledged, found.missed) == (1, 0, 1)


def test_taking_a_standing_alarm_off_the_board_is_wrong() -> None:
    shelved = entry("a", EventKind.SHELVED, 5_000, actor="wang")
    out = entry("b", EventKind.TAKEN_OUT, 6_000, actor="li")
    found = scored(raised("a", 0), raised("b", 0), shelved, out)
    assert [(each.kind, each.alarm_id, each.actor) for each in found.wrong] == [
        (Mistake.TAKEN_OFF, "a", "wang"),
        (Mistake.TAKEN_OFF, "b", "li"),
    ]


def test_one_that_is_over_may_be_taken_off() -> None:
    over = entry("a", EventKind.RETURNED, 4_000)
    found = scored(raised("a", 0), over, entry("a", EventKind.SHELVED, 5_000, actor="wang"))
    assert found.wrong == ()


def test_answering_a_lesser_one_while_a_worse_one_waits_is_the_wrong_order() -> None:
    found = scored(
        raised("yellow", 0, 3), raised("red", 1_000, 1), raised("orange", 2_000, 2),
        acknowledged("yellow", 30_000, 3), acknowledged("red", 31_000, 1),
        acknowledged("orange", 32_000, 2),
    )  # fmt: skip
    (wrong,) = found.wrong
    assert (wrong.kind, wrong.alarm_id, wrong.worse) == (Mistake.OUT_OF_ORDER, "yellow", "red")


def test_who_answered_before_the_worse_one_could_be_seen_did_right() -> None:
    just_in_time = acknowledged("yellow", 20_999, 3)
    assert scored(raised("yellow", 0, 3), raised("red", 11_000, 1), just_in_time).wrong == ()
    too_late = acknowledged("yellow", 21_000, 3)
    assert len(scored(raised("yellow", 0, 3), raised("red", 11_000, 1), too_late).wrong) == 1


def test_what_one_click_answers_together_is_in_no_order() -> None:
    found = scored(
        raised("yellow", 0, 3), raised("red", 0, 1),
        acknowledged("yellow", 30_000, 3), acknowledged("red", 30_000, 1),
    )  # fmt: skip
    assert found.wrong == ()


def test_the_order_is_by_the_grade_that_stood_when_it_was_answered() -> None:
    orange = [raised("orange", 0, 2), acknowledged("orange", 60_000, 2)]
    risen = [
        raised("b", 0, 3),
        acknowledged("b", 400, 3),
        entry("b", EventKind.ESCALATED, 9_000, 1),
    ]
    (wrong,) = scored(*orange, *risen).wrong
    assert (wrong.kind, wrong.alarm_id, wrong.worse) == (Mistake.OUT_OF_ORDER, "orange", "b")
    assert scored(*orange, *risen, acknowledged("b", 50_000, 1)).wrong == ()


def test_one_that_has_fallen_or_rose_a_moment_ago_did_not_wait_as_a_worse_one() -> None:
    yellow = [raised("yellow", 0, 3), acknowledged("yellow", 60_000, 3)]
    fallen = [raised("b", 0, 1), entry("b", EventKind.DEESCALATED, 9_000, 4)]
    assert scored(*yellow, *fallen).wrong == ()
    risen = [raised("b", 0, 3), entry("b", EventKind.ESCALATED, 51_000, 1)]
    assert scored(*yellow, *risen).wrong == ()


def test_what_is_off_the_board_or_gone_does_not_wait() -> None:
    yellow = [raised("yellow", 0, 3), acknowledged("yellow", 60_000, 3)]
    for kind in (EventKind.SHELVED, EventKind.SUPERSEDED, EventKind.WITHDRAWN):
        assert scored(*yellow, raised("red", 0, 1), entry("red", kind, 9_000, 1)).wrong == ()


def test_a_second_answer_is_held_against_the_order_as_the_first_is() -> None:
    found = scored(
        raised("a", 0, 3), acknowledged("a", 400, 3), entry("a", EventKind.ESCALATED, 9_000, 2),
        raised("red", 20_000, 1), acknowledged("a", 40_000, 2),
    )  # fmt: skip
    assert [(each.alarm_id, each.at, each.worse) for each in found.wrong] == [("a", 40_000, "red")]


def test_a_twin_is_known_by_its_code_and_by_nothing_else() -> None:
    assert twin_of("acme") == "drill-acme"
    assert original_of("drill-acme") == "acme"
    assert is_twin("drill-acme")
    assert not is_twin("acme-drill")
    assert is_twins_code("DRILL-acme")
    assert twin_of("x" * 58) == "drill-" + "x" * 58
    assert twin_of("x" * 59) is None
