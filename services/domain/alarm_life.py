"""The life of an alarm as ISA-18.2 has it: seven states, what can happen, and where it leads.

`after` is the machine; the engine's events are made of it (`services.domain.event`). The table in
`docs/reference/alarm-states.md` is `markdown()`, and a test compares the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.domain.alarm import AlarmState

A = AlarmState.NORMAL
B = AlarmState.UNACKNOWLEDGED
C = AlarmState.ACKNOWLEDGED
D = AlarmState.RETURNED_UNACKNOWLEDGED
E = AlarmState.SHELVED
F = AlarmState.SUPPRESSED
G = AlarmState.OUT_OF_SERVICE
OFF = (E, F, G)


class LifeEvent(StrEnum):
    """What can happen to the alarm of a subject and direction."""

    RISES = "rises"
    WORSENS = "worsens"
    EASES = "eases"
    RETURNS = "returns"
    ACKNOWLEDGE = "acknowledge"
    REALARM = "re-alarm time"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SUPPRESS = "suppress"
    RELEASE = "release"
    TAKE_OUT = "take out of service"
    RETURN_TO_SERVICE = "return to service"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Case:
    """What else decides. `stands`: the condition is there. `latched`: its rule latches.
    `covered`: no worse than what it is off the board for."""

    stands: bool = True
    latched: bool = False
    covered: bool = True


@dataclass(frozen=True, slots=True)
class Impossible:
    """Why this cannot happen in this state."""

    why: str


Next = AlarmState | Impossible

NOTHING_STANDS = Impossible("nothing is there that could change")
IS_OVER = Impossible("its condition is gone")
STANDS_ALREADY = Impossible("it stands already; a worse level is “worsens”")
NOT_SHELVED = Impossible("it is not shelved")
NOT_SUPPRESSED = Impossible("no logic suppresses it")
NOT_OUT = Impossible("it is not out of service")
NOTHING_TO_ACKNOWLEDGE = Impossible("nothing waits for an acknowledgement")
OFF_ACKNOWLEDGE = Impossible("off the board nothing is asked; return it to the board first")
NO_REALARM = Impossible("only what was acknowledged can be forgotten")
ALREADY = Impossible("it is so already")
OUT_HOLDS = Impossible("it is out of service; return it to service first")
LOGIC_HOLDS = Impossible("the plant's logic suppresses it; that ends with its condition")
NO_ALARM = Impossible("there is no alarm to take off the board")


def after(state: AlarmState, event: LifeEvent, case: Case | None = None) -> Next:
    """The state that an event leads to, or why it cannot happen."""
    now = case or Case()
    match event:
        case LifeEvent.RISES:
            return _rises(state, now)
        case LifeEvent.WORSENS | LifeEvent.EASES:
            return _moves(state, event, now)
        case LifeEvent.RETURNS:
            return _returns(state, now)
        case LifeEvent.ACKNOWLEDGE:
            return _acknowledged(state)
        case LifeEvent.REALARM:
            return B if state is C else NO_REALARM
        case LifeEvent.SHELVE | LifeEvent.SUPPRESS | LifeEvent.TAKE_OUT:
            return _off(state, event)
        case LifeEvent.UNSHELVE:
            return _back(now) if state is E else NOT_SHELVED
        case LifeEvent.RELEASE:
            return _back(now) if state is F else NOT_SUPPRESSED
        case LifeEvent.RETURN_TO_SERVICE:
            return _back(now) if state is G else NOT_OUT
        case LifeEvent.WITHDRAW:
            return Impossible("there is nothing to withdraw") if state is A else A


def _rises(state: AlarmState, case: Case) -> Next:
    """A new occurrence; what waited before it is superseded and counted."""
    if state in (B, C) or (state in OFF and case.stands):
        return STANDS_ALREADY
    return state if state in OFF and case.covered else B


def _moves(state: AlarmState, event: LifeEvent, case: Case) -> Next:
    if state is A:
        return NOTHING_STANDS
    if state is D or not case.stands:
        return IS_OVER
    if event is LifeEvent.EASES:
        return state
    return state if state in OFF and case.covered else B


def _returns(state: AlarmState, case: Case) -> Next:
    if state is A:
        return NOTHING_STANDS
    if state is D or not case.stands:
        return IS_OVER
    if state is C:
        return D if case.latched else A
    return D if state is B else state


def _acknowledged(state: AlarmState) -> Next:
    if state in OFF:
        return OFF_ACKNOWLEDGE
    if state is B:
        return C
    return A if state is D else NOTHING_TO_ACKNOWLEDGE


def _off(state: AlarmState, event: LifeEvent) -> Next:
    to = {LifeEvent.SHELVE: E, LifeEvent.SUPPRESS: F, LifeEvent.TAKE_OUT: G}[event]
    if state is A:
        return NO_ALARM
    if state is to:
        return ALREADY
    if state is G:
        return OUT_HOLDS
    if state is F and to is E:
        return LOGIC_HOLDS
    if state is E and to is F:
        return Impossible("it is off the board by hand; when the shelf ends, the logic takes it")
    return to


def _back(case: Case) -> AlarmState:
    """Released: looked at anew. What latches and is over still wants its reset."""
    if case.stands:
        return B
    return D if case.latched else A


_CASES = tuple(
    Case(stands, latched, covered)
    for stands in (True, False)
    for latched in (False, True)
    for covered in (True, False)
)


def cell(state: AlarmState, event: LifeEvent) -> str:
    """A cell of the table: where it leads, by what decides it; or why it cannot happen."""
    ways = {case: after(state, event, case) for case in _possible(state)}
    led = {case: way for case, way in ways.items() if isinstance(way, AlarmState)}
    if not led:
        (why,) = {way.why for way in ways.values() if isinstance(way, Impossible)}
        return f"– {why}"
    targets = list(dict.fromkeys(led.values()))
    if len(targets) == 1:
        return f"**{targets[0]}**"
    return "; ".join(
        f"**{target}** {_words([c for c, way in led.items() if way is target], list(led))}"
        for target in targets
    )


def markdown() -> str:
    """The whole table, one section a state."""
    lines: list[str] = []
    for state in AlarmState:
        lines += [f"### {state}", "", "| event | leads to |", "|---|---|"]
        lines += [f"| {event} | {cell(state, event)} |" for event in LifeEvent]
        lines.append("")
    return "\n".join(lines)


def _possible(state: AlarmState) -> Iterable[Case]:
    """The cases that there are in a state: only off the board may it be either."""
    for case in _CASES:
        if state in OFF or case.stands == (state in (B, C)):
            yield case


def _words(mine: list[Case], led: list[Case]) -> str:
    """What tells these cases from the others that lead anywhere."""
    words = [
        text
        for name, true, false in (
            ("stands", "while its condition stands", "once its condition is gone"),
            ("latched", "where its rule latches", "where its rule does not latch"),
            ("covered", "no worse than it covers", "worse than it covers"),
        )
        if len({getattr(each, name) for each in led}) == 2
        and len(here := {getattr(each, name) for each in mine}) == 1
        for text in [true if here.pop() else false]
    ]
    return " and ".join(words)
