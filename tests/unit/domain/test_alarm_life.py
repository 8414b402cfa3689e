"""The table of states and events: complete, with a reason where there is no way, and written."""

from itertools import product
from pathlib import Path

import pytest

from services.domain.alarm import AlarmState
from services.domain.alarm_life import Case, Impossible, LifeEvent, after, markdown

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "alarm-states.md"
BEGIN, END = "<!-- table -->\n\n", "<!-- end of table -->"


def test_the_page_holds_the_table_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    written = text[text.index(BEGIN) + len(BEGIN) : text.index(END)]
    assert written == markdown()


@pytest.mark.parametrize(("state", "event"), list(product(AlarmState, LifeEvent)))
def test_each_cell_leads_somewhere_or_says_why_not(state: AlarmState, event: LifeEvent) -> None:
    for stands, latched, covered in product((True, False), repeat=3):
        way = after(state, event, Case(stands, latched, covered))
        assert isinstance(way, AlarmState) or way.why


def test_every_state_can_be_reached_and_left() -> None:
    ways = {
        (state, way)
        for state, event in product(AlarmState, LifeEvent)
        for stands, latched, covered in product((True, False), repeat=3)
        if (way := after(state, event, Case(stands, latched, covered))) in set(AlarmState)
    }
    for state in AlarmState:
        assert any(to is state and start is not state for start, to in ways)
        assert any(start is state and to is not state for start, to in ways)


def test_what_is_released_is_looked_at_anew() -> None:
    for state, event in (
        (AlarmState.SHELVED, LifeEvent.UNSHELVE),
        (AlarmState.SUPPRESSED, LifeEvent.RELEASE),
        (AlarmState.OUT_OF_SERVICE, LifeEvent.RETURN_TO_SERVICE),
    ):
        assert after(state, event, Case(stands=True)) is AlarmState.UNACKNOWLEDGED
        assert after(state, event, Case(stands=False)) is AlarmState.NORMAL
        reset = after(state, event, Case(stands=False, latched=True))
        assert reset is AlarmState.RETURNED_UNACKNOWLEDGED


@pytest.mark.parametrize("event", [LifeEvent.RETURNS, LifeEvent.WORSENS, LifeEvent.EASES])
@pytest.mark.parametrize("state", [AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.SHELVED])
def test_what_is_over_cannot_end_ease_or_worsen(state: AlarmState, event: LifeEvent) -> None:
    assert after(state, event, Case(stands=False)) == Impossible("its condition is gone")


def test_without_a_word_it_stands_does_not_latch_and_is_covered() -> None:
    assert Case() == Case(stands=True, latched=False, covered=True)
    assert after(AlarmState.ACKNOWLEDGED, LifeEvent.RETURNS) is AlarmState.NORMAL
    assert after(AlarmState.SHELVED, LifeEvent.WORSENS) is AlarmState.SHELVED
    over = after(AlarmState.RETURNED_UNACKNOWLEDGED, LifeEvent.RETURNS)
    assert over == Impossible("its condition is gone")
