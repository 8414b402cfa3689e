"""A whole book against the older one on our own disk: what changed while we were away."""

from dataclasses import replace

from services.alerts.follower import difference
from services.domain.directory import BookChange, Directory
from services.domain.shelving_policy import ShelvingPolicy
from tests.stories.suppressing import suppression
from tests.unit.alerts.desk import book
from tests.unit.alerts.samples import NOON


def known(change: BookChange) -> Directory:
    directory = Directory()
    change.apply(directory)
    return directory


def test_the_same_book_brings_nothing_but_its_version() -> None:
    assert difference(known(book(3)), book(5), NOON) == BookChange(5)


def test_a_point_that_went_meanwhile_is_removed() -> None:
    whole = book(5)
    fewer = replace(whole, points=whole.points[:1], rules=whole.rules[:2])

    change = difference(known(book(3)), fewer, NOON)

    assert change == BookChange(5, (), whole.points[1:], ())


def test_a_moved_limit_and_a_new_point_come_and_the_rest_stays() -> None:
    whole = book(5)
    moved = replace(whole.rules[0], valid_to=NOON)
    next_version = replace(whole.rules[0], version=2, limit=20.0)
    rules = (moved, next_version, *whole.rules[1:])
    point = replace(whole.points[0], id=9, tag="GT-9")

    change = difference(
        known(book(3)), replace(whole, points=(*whole.points, point), rules=rules), NOON
    )

    assert change == BookChange(5, (point,), (), (moved, next_version))


def test_a_rule_that_the_book_has_no_more_ended_now() -> None:
    """As after restoring an older backup."""
    whole = book(5)

    change = difference(known(book(9)), replace(whole, rules=whole.rules[1:]), NOON)

    assert change == BookChange(5, (), (), (replace(whole.rules[0], valid_to=NOON),))


def test_the_policy_in_force_is_told_even_where_an_older_one_was_restored() -> None:
    ours = known(replace(book(9), shelving=ShelvingPolicy(4)))
    change = difference(ours, replace(book(5), shelving=ShelvingPolicy(2)), NOON)
    change.apply(ours)
    assert ours.shelving.version == 2


def test_suppression_rules_come_change_and_go_and_an_older_backup_brings_an_older_one() -> None:
    first, second = suppression(name="s-1", version=2), suppression(name="s-2")
    ours = known(replace(book(9), suppressions=(first, second)))
    older, third = suppression(name="s-1", version=1, grade=4), suppression(name="s-3")
    whole = replace(book(5), suppressions=(older, third))
    difference(ours, whole, NOON).apply(ours)
    assert list(ours.suppressions.values()) == [older, third]
    assert difference(ours, whole, NOON).suppressions == ()
