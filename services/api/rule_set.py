"""The limits of one point as a set: LL < L < H < HH, and the further one of a side no milder."""

from collections.abc import Iterable

from services.api.problem import invalid_fields
from services.store.rule_list import Connection, Rule, rules_of_points

_PLACE = {"LL": 0, "L": 1, "H": 2, "HH": 3}
_BEYOND = {("HH", "H"), ("LL", "L")}
"""The further level of each side, and the nearer one."""


async def check_set(connection: Connection, *new: Rule) -> None:
    """Refuse new versions of limits of one point that make no sense beside those in force."""
    changed = {rule.id for rule in new}
    places = {(rule.enterprise, rule.tag) for rule in new}
    standing = [r for r in await rules_of_points(connection, [*places]) if r.id not in changed]
    for rule in new:
        wrong = contradiction(rule, [*standing, *new])
        if wrong is not None:
            raise invalid_fields(dict([wrong]))


def contradiction(rule: Rule, others: Iterable[Rule]) -> tuple[str, str] | None:
    """The field of a limit that contradicts another one of its point, and a sentence."""
    for other in others:
        mine, its = _PLACE[rule.condition], _PLACE[other.condition]
        named = f"{other.condition} at {other.limit:g} (rule {other.id})"
        if (mine - its) * (rule.limit - other.limit) <= 0 and mine != its:
            side = "above" if mine > its else "below"
            return "limit", f"{rule.condition} must lie {side} {named}: LL < L < H < HH."
        milder = rule.grade - other.grade
        if (rule.condition, other.condition) in _BEYOND and milder > 0:
            return (
                "grade",
                f"{rule.condition} must not be milder than {named}, of grade {other.grade}.",
            )
        if (other.condition, rule.condition) in _BEYOND and milder < 0:
            return (
                "grade",
                f"{rule.condition} must not be worse than {named}, of grade {other.grade}.",
            )
    return None
