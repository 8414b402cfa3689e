"""What of a limit is laxer than the standards' template: its value, its delay, its grade.

Of a detector that names no substance no reason is asked (nobody knows which template is its own), but
what would be laxer is said to whoever reads the limit.

A deadband and a delay of the return are not asked: the wider they are, the longer an alarm stands,
and it rises no later for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from services.domain.gas_table import GASES
from services.domain.point import Point, PointKind
from services.domain.rule import Condition
from services.domain.template import (
    OUR_CHOICE,
    NoTemplate,
    Proposal,
    Proposed,
    is_laxer,
    propose,
)

_DETECTORS = frozenset({PointKind.COMBUSTIBLE_GAS, PointKind.TOXIC_GAS, PointKind.OXYGEN})


@dataclass(frozen=True, slots=True)
class Terms:
    """What a limit asks for: `limit` in the point's unit, `on_delay_s` in seconds, `grade` 1 (red)
    to 4."""

    condition: Condition
    limit: float
    on_delay_s: float
    grade: int


def laxer(point: Point, terms: Terms, template: Proposal, before: Terms | None) -> str | None:
    """What is laxer than the template of the point, in words; None: nothing that is new.

    `before`: the terms in force, in place of which these come; what stays of them, or becomes
    stricter, is not asked again as long as condition and limit stay.
    """
    if isinstance(template, NoTemplate):
        return _unread(point, terms, before) if template.unread else None
    proposed = next((each for each in template if each.condition is terms.condition), None)
    if proposed is None:
        return None
    return next(_laxer(point, terms, proposed, _kept(terms, before)), None)


def told_of(point: Point, terms: Terms) -> str | None:
    """What of a limit is laxer than the template, in words, for whoever reads it; None: nothing.

    Of a detector without a substance the template of its kind counts where that needs none (%LEL,
    %OEL, oxygen), else the strictest of all gases of the library that its unit and range allow; so
    it does where the library has no limits for the substance: a name hides no more than none.
    """
    is_detector, named = point.kind in _DETECTORS, point.substance
    if named is None and not is_detector:
        return None
    about = point.kind, point.unit, point.range_low, point.range_high
    template, whose = _template(*about, named)
    is_without = isinstance(template, NoTemplate) and not template.unread
    if is_detector and is_without and named is not None:
        template, whose = _template(*about, None)
        why = f"the gas library has no limits for {named}{whose}: "
    else:
        why = "" if named is not None else f"the point names no substance{whose}: "
    told = laxer(point, terms, template, None)
    return None if told is None else f"{why}{told}"


@lru_cache(maxsize=1_024)
def _template(
    kind: PointKind, unit: str, low: float | None, high: float | None, substance: str | None
) -> tuple[Proposal, str]:
    """The template of such a point, and whose it is where it names no substance that it needs."""
    point = Point(0, "", "", kind, unit, low, high, substance=substance)
    own = propose(point)
    if substance is not None or not isinstance(own, NoTemplate):
        return own, ""
    found: dict[Condition, Proposed] = {}
    for gas in GASES:
        template = propose(replace(point, substance=gas.cas))
        for each in () if isinstance(template, NoTemplate) else template:
            known = found.get(each.condition)
            if known is None or each.limit < known.limit:
                found[each.condition] = each
    strictest = tuple(found.values()) or NoTemplate("No gas has limits in this unit.", unread=True)
    return strictest, " (the strictest of the gas library)"


def _laxer(point: Point, terms: Terms, proposed: Proposed, kept: Terms | None) -> Iterator[str]:
    if kept is None and is_laxer(terms.condition, terms.limit, (proposed,)):
        yield (
            f"{terms.limit:g} {point.unit} is laxer than the {terms.condition} limit of the "
            f"template, {proposed.limit:g} {point.unit} ({proposed.source}: {proposed.basis})"
        )
    told = max(proposed.on_delay_s, 0.0 if kept is None else kept.on_delay_s)
    if terms.on_delay_s > told:
        yield (
            f"an on_delay_s of {terms.on_delay_s:g} is longer than that of the template's "
            f"{terms.condition}, {proposed.on_delay_s:g} s ({proposed.source})"
        )
    if terms.grade > max(proposed.grade, 0 if kept is None else kept.grade):
        yield (
            f"grade {terms.grade} is milder than that of the template's {terms.condition}, "
            f"{proposed.grade} ({OUR_CHOICE})"
        )


def _unread(point: Point, terms: Terms, before: Terms | None) -> str | None:
    """A limit in a unit that no limit of the standard can be given in may be laxer: who knows."""
    if _kept(terms, before) is not None:
        return None
    return (
        f"nobody can hold {terms.limit:g} {point.unit} against the template, whose limits cannot "
        "be given in that unit"
    )


def _kept(terms: Terms, before: Terms | None) -> Terms | None:
    """The terms in force where condition and limit stay."""
    if before is None or (terms.condition, terms.limit) != (before.condition, before.limit):
        return None
    return before
