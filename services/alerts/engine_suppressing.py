"""What a suppressed alarm bears of the rule that suppresses it: the logic, with what it found."""

from services.domain.claim import Scalar
from services.domain.point import STATES, Point
from services.domain.suppression import Off, OffBoard
from services.domain.suppression_hold import SuppressionState
from services.domain.suppression_rule import SuppressionRule


def why_off(rule: SuppressionRule, state: SuppressionState, point: Point | None) -> OffBoard:
    """Why an alarm is off the board by a rule; `point` is the one it waits for."""
    return OffBoard(
        Off.SUPPRESSED,
        rule.id,
        rule.reason,
        state.since or 0,
        None,
        rule.grade,
        rule_version=rule.version,
        logic=logic_of(rule, state, point),
    )


def logic_of(
    rule: SuppressionRule, state: SuppressionState, point: Point | None
) -> dict[str, Scalar]:
    """The condition and what met it, by name; a state by its name, a quantity in its unit."""
    condition = rule.condition
    names = () if point is None else STATES.get(point.kind, ())
    value = state.value if point is None else point.present(state.value)
    told: dict[str, Scalar] = {
        "name": rule.name,
        "kind": condition.kind.value,
        "tag": None if point is None else point.tag,
        "states": ",".join(names[code] for code in condition.states if code < len(names)) or None,
        "direction": None if condition.direction is None else condition.direction.value,
        "limit": condition.limit,
        "unit": None if point is None or names else point.unit,
        "alarm": condition.alarm,
        "value": value,
        "alarm_id": state.alarm,
        "off_delay_s": rule.off_delay_ms / 1000,
    }
    return {name: each for name, each in told.items() if each is not None}
