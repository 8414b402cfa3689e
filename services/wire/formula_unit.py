"""Units that cannot be: what a formula adds, subtracts or compares as it stands has one unit."""

from collections.abc import Mapping

from services.domain.point import Point
from services.domain.unit import meaning
from services.wire.expression_check import tokens_of

_ALIKE = frozenset({"+", "-", "<", ">", "<=", ">=", "==", "!="})
_BEGINS = frozenset({"", "(", "?", ":", ",", "[", "&&", "||", "!", "+", "-"})
_ENDS = frozenset({"", ")", "?", ":", ",", "]", "&&", "||", "+", "-"})


def unlike(text: str, inputs: Mapping[str, Point]) -> str | None:
    """Why the units of a compiled formula cannot be, in a sentence; None where nothing is against
    them. Only two inputs side by side are looked at: a number between them may convert."""
    tokens = ["", *tokens_of(text), "", ""]
    for place in range(1, len(tokens) - 2):
        first, sign, second = tokens[place : place + 3]
        one, other = inputs.get(first), inputs.get(second)
        if sign not in _ALIKE or one is None or other is None or one.has_states or other.has_states:
            continue
        outer = tokens[place - 1], tokens[place + 3] if place + 3 < len(tokens) else ""
        if outer[0] in _BEGINS and outer[1] in _ENDS and meaning(one.unit) != meaning(other.unit):
            return (
                f"{first} is in {one.unit} and {second} in {other.unit}, so {first} {sign} {second} "
                "has no unit: convert one of them."
            )
    return None
