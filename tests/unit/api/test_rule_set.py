"""The limits of a point are a set: one that contradicts another is refused, and which is said."""

from datetime import UTC, datetime

import pytest

from services.api.rule_set import contradiction
from services.store.rule_list import Rule

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def limit(condition: str, at: float, grade: int = 2) -> Rule:
    return Rule(
        "acme", f"r-{condition}", 1, "T", "limit", condition, at, grade, 0, 0, 0, NOW, None, "wang"
    )


LADDER = [limit("LL", 10, 1), limit("L", 20, 3), limit("H", 80, 3), limit("HH", 90, 1)]


@pytest.mark.parametrize("rule", LADDER, ids=lambda rule: rule.condition)
def test_a_ladder_in_order_is_taken(rule: Rule) -> None:
    assert contradiction(rule, LADDER) is None


@pytest.mark.parametrize(
    ("rule", "other", "field", "says"),
    [
        (limit("HH", 90), limit("H", 100), "limit", "HH must lie above H at 100 (rule r-H)"),
        (limit("H", 100), limit("HH", 90), "limit", "H must lie below HH at 90 (rule r-HH)"),
        (limit("HH", 90), limit("H", 90), "limit", "above H at 90"),
        (limit("L", 150), limit("H", 100), "limit", "L must lie below H at 100"),
        (limit("LL", 5), limit("L", 1), "limit", "LL must lie below L at 1"),
        (limit("HH", 90), limit("LL", 95), "limit", "above LL at 95"),
        (
            limit("HH", 90, 3),
            limit("H", 80, 2),
            "grade",
            "milder than H at 80 (rule r-H), of grade 2",
        ),
        (limit("L", 20, 1), limit("LL", 10, 2), "grade", "worse than LL at 10 (rule r-LL)"),
    ],
)
def test_a_contradiction_names_the_field_and_the_other_rule(
    rule: Rule, other: Rule, field: str, says: str
) -> None:
    found = contradiction(rule, [other])
    assert found is not None
    assert found[0] == field
    assert says in found[1]


def test_the_two_sides_may_be_of_any_grades() -> None:
    assert contradiction(limit("L", 20, 1), [limit("HH", 90, 4)]) is None
