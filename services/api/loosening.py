"""Who loosens a limit beyond the template, or takes it away, says why; the regulator reads it."""

import math

from services.api.problem import Kind, Problem
from services.domain.point import Point
from services.domain.rule import Condition
from services.domain.template import is_laxer, propose


def check_reason(point: Point, condition: Condition, limit: float, reason: str | None) -> None:
    """Refuse a limit that is laxer than the template's and gives no reason.

    A point without substance has no template to be laxer than.
    """
    if point.substance is None or reason is not None:
        return
    template = is_laxer(condition, limit, propose(point))
    if template is not None:
        raise Problem(
            Kind.INVALID,
            f"reason: {limit:g} {point.unit} is laxer than the {condition} limit of the template, "
            f"{template.value:g} {point.unit} ({template.source}); say in `reason` why it may be.",
        )


def check_removal(point: Point, condition: Condition, reason: str | None) -> None:
    """Refuse to end a limit that the template has without a reason: nothing is laxer than none."""
    if point.substance is None or reason is not None:
        return
    none = math.inf if condition.value.startswith("H") else -math.inf
    template = is_laxer(condition, none, propose(point))
    if template is not None:
        raise Problem(
            Kind.INVALID,
            f"reason: {point.tag} would have no {condition} limit, and the template has one, "
            f"{template.value:g} {point.unit} ({template.source}); say in `reason` why it may go.",
        )
