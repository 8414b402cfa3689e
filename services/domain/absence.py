"""When a gateway was not there, and what that leaves known of the states that its points told.

A state that is told on change holds while somebody would have told of the next one. All times are
epoch milliseconds UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.domain.use_rate import Change


@dataclass(frozen=True, slots=True)
class Mark:
    """A gateway went (`gone`) or came back: first at `at`, and the last time of several at
    `last_at`; what lay between is not kept."""

    gone: bool
    at: int
    last_at: int


def absences(marks: Iterable[Mark]) -> list[tuple[int, int | None]]:
    """From when until when it was away (None: it still is), in order and apart. Where one mark
    stands for several, the whole time between counts as away."""
    known = list(marks)
    back = sorted({at for each in known if not each.gone for at in (each.at, each.last_at)})
    found: list[tuple[int, int | None]] = []
    for each in sorted((each for each in known if each.gone), key=lambda mark: mark.at):
        end = next((at for at in back if at > each.last_at), None)
        if found and (found[-1][1] is None or each.at <= found[-1][1]):
            last = found[-1][1]
            found[-1] = found[-1][0], None if last is None or end is None else max(last, end)
        else:
            found.append((each.at, end))
    return found


def believed(changes: Sequence[Change], away: Iterable[tuple[int, int | None]]) -> Sequence[Change]:
    """What a point told, with nobody knowing while its gateway was away: from then on what was read
    of that time and came later, and once it is back what holds by then. `changes` in order of time.
    """
    turns: dict[int, str | None] = {}
    for start, end in away:
        turns[start] = None
        if end is not None:
            turns[end] = next((e.state for e in reversed(changes) if e.at <= end), None)
    if not turns:
        return changes
    turns |= {each.at: each.state for each in changes}
    found: list[Change] = []
    for at in sorted(turns):
        if not found or found[-1].state != turns[at]:
            found.append(Change(at, turns[at]))
    return found
