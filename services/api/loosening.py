"""Who loosens a limit beyond the template, or takes it away, says why; the regulator reads it."""

import math
from collections.abc import Iterable

from services.api.problem import Kind, Problem
from services.api.rule_body import Limit
from services.api.window import Window
from services.domain.laxity import Terms, laxer, told_of
from services.domain.point import Point
from services.domain.rule import Condition
from services.domain.template import NoTemplate, Proposed, is_laxer, propose
from services.domain.unit import meaning
from services.store.rule_list import Rule


def check_reason(
    point: Point, terms: Terms, reason: str | None, before: Terms | None = None
) -> None:
    """Refuse terms of a limit that are laxer than the template's and give no reason; of a change
    (`before`: what it was) those that become so.

    A point without substance has no template to be laxer than.
    """
    if point.substance is None or reason is not None:
        return
    told = laxer(point, terms, propose(point), before)
    if told is not None:
        raise Problem(Kind.INVALID, f"reason: {told}; say in `reason` why it may be.")


def terms_of(limit: Rule | Limit) -> Terms:
    """What of a limit is held against the template."""
    return Terms(Condition(limit.condition), limit.limit, limit.on_delay_s, limit.grade)


def told_laxer(here: Window, rule: Rule) -> str | None:
    """What of a limit in force is laxer than the template, for whoever reads it."""
    place = here.register.place(rule.enterprise, rule.tag)
    if place is None or rule.valid_to is not None:
        return None
    return told_of(place.point, terms_of(rule))


def check_removal(point: Point, condition: Condition, reason: str | None) -> None:
    """Refuse to end a limit that the template has without a reason: nothing is laxer than none."""
    if point.substance is None or reason is not None:
        return
    template = propose(point)
    if isinstance(template, NoTemplate):
        if template.unread:
            raise Problem(
                Kind.INVALID,
                f"reason: {point.tag} would have no {condition} limit, and the template's cannot "
                f"be given in {point.unit}; say in `reason` why it may go.",
            )
        return
    none = math.inf if condition.value.startswith("H") else -math.inf
    found = is_laxer(condition, none, template)
    if found is not None:
        raise Problem(
            Kind.INVALID,
            f"reason: {point.tag} would have no {condition} limit, and the template has one, "
            f"{found.value:g} {point.unit} ({found.source}); say in `reason` why it may go.",
        )


def check_kept_limits(
    before: Point, after: Point, limits: Iterable[Rule], reason: str | None
) -> None:
    """Refuse a change of a point without a reason where a limit in force would be laxer than the
    template, lose it, or mean another quantity."""
    if reason is not None:
        return
    for limit in limits:
        told = laxer_after(before, after, Condition(limit.condition), limit.limit)
        if told is not None:
            raise Problem(Kind.INVALID, f"reason: {told}; say in `reason` why it may be.")


def laxer_after(before: Point, after: Point, condition: Condition, limit: float) -> str | None:
    """Why a limit that stands would be laxer once its point is another (None: it would not)."""
    had, has = _of_template(before, condition), _of_template(after, condition)
    stands = f"the {condition} limit in force, {limit:g} {after.unit},"
    if has is not None and is_laxer(condition, limit, (has,)):
        if had == has and meaning(before.unit) == meaning(after.unit):
            return None
        return f"{stands} would be laxer than the template's, {has.limit:g} ({has.source})"
    if had is not None and has is None:
        return f"{stands} would have no template any more"
    if has is None and meaning(before.unit) != meaning(after.unit):
        return f"{stands} was set in {before.unit}"
    return None


def _of_template(point: Point, condition: Condition) -> Proposed | None:
    """The limit that the template has for a point. One without substance has no template."""
    proposal = propose(point)
    if point.substance is None or not isinstance(proposal, tuple):
        return None
    return next((each for each in proposal if each.condition is condition), None)
