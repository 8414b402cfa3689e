"""The life of a bypass: asked for, approved by two others, in force, extended, restored, verified."""

from dataclasses import replace
from functools import partial

import pytest

from services.domain import bypass
from services.domain.bypass import (
    COVERS,
    DAY_MS,
    HOUR_MS,
    LIMITS,
    PATIENCE_MS,
    Bypass,
    BypassKind,
    BypassState,
    Refused,
    Signature,
)
from services.domain.interlock import BYPASSED

T0 = 1_790_000_000_000
MAINTENANCE = Bypass(
    enterprise="acme", id="bp-1", loop="ESD-301", cause="LT-1A", kind=BypassKind.MAINTENANCE,
    reason="transmitter drifts", risk="LOPA sheet 14: two of three remain",
    measures=("field operator at the tank", "level read every 15 min"),
    length_ms=8 * HOUR_MS, applied=Signature("wang", T0),
)  # fmt: skip


def by(name: str, hours: float = 0.0) -> Signature:
    return Signature(name, T0 + round(hours * HOUR_MS))


def at(found: Bypass, hours: float) -> BypassState:
    return found.state(T0 + round(hours * HOUR_MS))


def in_force() -> Bypass:
    return bypass.approve(bypass.approve(MAINTENANCE, by("li", 0.5)), by("zhao", 1))


def test_from_the_application_to_the_verified_restoration() -> None:
    asked = bypass.apply(MAINTENANCE, [])
    assert at(asked, 0) is BypassState.APPLIED
    assert asked.until is None
    once = bypass.approve(asked, by("li", 0.5))
    assert at(once, 0.5) is BypassState.APPROVED_ONCE
    assert once.until is None
    twice = bypass.approve(once, by("zhao", 1))
    assert at(twice, 1) is BypassState.IN_FORCE
    assert (twice.since, twice.until) == (T0 + HOUR_MS, T0 + 9 * HOUR_MS)
    back = bypass.restore(twice, by("wang", 4), "in_service")
    assert at(back, 4) is BypassState.RESTORED
    assert back.until == T0 + 4 * HOUR_MS
    seen = bypass.verify(back, by("li", 5), "in_service")
    assert at(seen, 5) is BypassState.VERIFIED


@pytest.mark.parametrize("first", ["wang", "li"])
def test_two_different_persons_approve_and_neither_has_applied(first: str) -> None:
    once = MAINTENANCE if first == "wang" else bypass.approve(MAINTENANCE, by("li"))
    with pytest.raises(Refused) as found:
        bypass.approve(once, by(first))
    assert found.value.personal


def test_an_application_that_nobody_approves_in_time_has_lapsed() -> None:
    once = bypass.approve(MAINTENANCE, by("li", 23))
    assert once.state(T0 + PATIENCE_MS - 1) is BypassState.APPROVED_ONCE
    assert once.state(T0 + PATIENCE_MS) is BypassState.LAPSED
    with pytest.raises(Refused):
        bypass.approve(once, by("zhao", 24))


def test_refused_nothing_comes_of_it() -> None:
    found = bypass.refuse(bypass.approve(MAINTENANCE, by("li")), by("zhao", 1))
    assert at(found, 2) is BypassState.REFUSED
    assert found.until is None
    for act in (bypass.approve, partial(bypass.restore, seen=None), bypass.refuse):
        with pytest.raises(Refused):
            act(found, by("chen", 2))


def test_it_begins_when_it_was_asked_for_and_expires_at_its_end() -> None:
    later = replace(MAINTENANCE, starts_at=T0 + 6 * HOUR_MS)
    twice = bypass.approve(bypass.approve(bypass.apply(later, []), by("li", 1)), by("zhao", 2))
    assert [at(twice, hour) for hour in (2, 6, 13.9, 14)] == [
        BypassState.APPROVED, BypassState.IN_FORCE, BypassState.IN_FORCE, BypassState.EXPIRED,
    ]  # fmt: skip
    assert at(bypass.refuse(twice, by("chen", 3)), 7) is BypassState.REFUSED


def test_an_extension_counts_once_two_others_have_approved_it() -> None:
    longer = bypass.extend(in_force(), by("wang", 8), 4 * HOUR_MS)
    assert longer.until == T0 + 9 * HOUR_MS
    with pytest.raises(Refused):
        bypass.extend(longer, by("wang", 8), HOUR_MS)
    for name in ("wang", "wang"):
        with pytest.raises(Refused):
            bypass.approve(longer, by(name, 8.1))
    once = bypass.approve(longer, by("li", 8.2))
    with pytest.raises(Refused):
        bypass.approve(once, by("li", 8.3))
    granted = bypass.approve(once, by("zhao", 8.5))
    assert granted.until == T0 + 13 * HOUR_MS
    assert at(granted, 12) is BypassState.IN_FORCE


def test_an_extension_asked_for_by_another_is_not_approved_by_either() -> None:
    longer = bypass.extend(in_force(), by("sun", 8), HOUR_MS)
    for name in ("sun", "wang"):
        with pytest.raises(Refused):
            bypass.approve(longer, by(name, 8.1))


def test_an_extension_not_granted_in_time_comes_too_late() -> None:
    longer = bypass.approve(bypass.extend(in_force(), by("wang", 8), HOUR_MS), by("li", 8))
    assert at(longer, 9) is BypassState.EXPIRED
    with pytest.raises(Refused):
        bypass.approve(longer, by("zhao", 9))


def test_a_refused_extension_leaves_the_end_as_it_was() -> None:
    kept = bypass.refuse(bypass.extend(in_force(), by("wang", 8), HOUR_MS), by("li", 8.1))
    assert kept.until == T0 + 9 * HOUR_MS
    assert at(kept, 8.5) is BypassState.IN_FORCE
    assert bypass.extend(kept, by("wang", 8.6), HOUR_MS).pending(T0 + 9 * HOUR_MS - 1) is not None


def test_extensions_have_an_end_too() -> None:
    found, clock = in_force(), 1.0
    for _ in range(2):
        clock += 1
        asked = bypass.extend(found, by("wang", clock), 24 * HOUR_MS)
        found = bypass.approve(bypass.approve(asked, by("li", clock)), by("zhao", clock))
    with pytest.raises(Refused) as most:
        bypass.extend(found, by("wang", clock), 24 * HOUR_MS)
    assert most.value.field == "hours"
    assert "72 h" in most.value.reason
    bypass.extend(found, by("wang", clock), 16 * HOUR_MS)


@pytest.mark.parametrize("kind", list(BypassKind))
def test_nobody_gets_more_at_once_than_its_kind_allows(kind: BypassKind) -> None:
    most = LIMITS[kind].once_ms
    asked = replace(MAINTENANCE, kind=kind, cause=None, length_ms=most)
    assert bypass.apply(asked, []) == asked
    for length in (most + 1, 0, -1):
        with pytest.raises(Refused) as found:
            bypass.apply(replace(asked, length_ms=length), [])
        assert found.value.field == "hours"
    assert LIMITS[kind].usual_ms <= most <= LIMITS[kind].whole_ms


def test_who_restores_does_not_verify_and_the_field_has_to_agree() -> None:
    back = bypass.restore(in_force(), by("wang", 2), None)
    with pytest.raises(Refused) as found:
        bypass.verify(back, by("wang", 3), "in_service")
    assert found.value.personal
    with pytest.raises(Refused, match="bypass_maintenance"):
        bypass.verify(back, by("li", 3), "bypass_maintenance")
    verified = bypass.verify(back, by("li", 3), "in_service")
    assert at(verified, 3) is BypassState.VERIFIED
    assert verified.verified == replace(by("li", 3), field_state="in_service")
    assert verified.restored == replace(by("wang", 2), field_state="unknown")


@pytest.mark.parametrize("note", [None, "", "  "])
def test_where_nobody_knows_the_field_who_verifies_says_how_they_saw_it(note: str | None) -> None:
    """The line to the switch is down: somebody may have stood before it, and has to say so."""
    back = bypass.restore(in_force(), by("wang", 2), None)
    with pytest.raises(Refused, match="nobody knows what the field shows") as found:
        bypass.verify(back, replace(by("li", 3), note=note), None)
    assert found.value.field == "note"
    told = replace(by("li", 3), note="现场确认钥匙已复位")
    verified = bypass.verify(back, told, None)
    assert at(verified, 3) is BypassState.VERIFIED
    assert verified.verified == replace(told, field_state="unknown")


def test_an_expired_one_is_still_restored_and_verified() -> None:
    late = bypass.restore(in_force(), by("wang", 30), "in_service")
    assert late.until == T0 + 9 * HOUR_MS
    assert at(bypass.verify(late, by("li", 31), "in_service"), 31) is BypassState.VERIFIED


def test_a_second_input_is_refused_while_the_field_shows_the_first_bypassed() -> None:
    """Whoever turned the first key asked nobody; the second is not approved on top of it."""
    asked = replace(MAINTENANCE, cause="LT-1B")
    with pytest.raises(Refused, match="the field shows LT-1A bypassed"):
        bypass.apply(asked, [], ["LT-1A"])
    assert bypass.apply(asked, [], ["LT-1B"]) == asked, "what is turned already may be asked for"
    whole = replace(asked, cause=None)
    assert bypass.apply(whole, [], ["LT-1A"]) == whole
    with pytest.raises(Refused, match="the field shows LT-1A bypassed"):
        bypass.approve(asked, by("li", 1), ["LT-1A", "LT-1B"])
    assert at(bypass.approve(asked, by("li", 1), ["LT-1B"]), 1) is BypassState.APPROVED_ONCE
    longer = bypass.extend(in_force(), by("wang", 2), HOUR_MS)
    assert bypass.approve(longer, by("li", 3), ["LT-1B"]) != longer, "an extension changes no input"


def test_a_second_bypass_in_a_voting_group_is_refused_until_the_first_is_verified() -> None:
    second = replace(MAINTENANCE, id="bp-2", cause="LT-1B", applied=by("sun", 2))
    elsewhere = replace(in_force(), loop="ESD-302")
    assert bypass.apply(second, [elsewhere]) == second
    standing = [MAINTENANCE, in_force(), bypass.restore(in_force(), by("wang", 1.5), None)]
    for first in standing:
        with pytest.raises(Refused, match="bp-1 of input LT-1A"):
            bypass.apply(second, [first])
    seen = bypass.verify(standing[2], by("li", 1.6), "in_service")
    assert bypass.apply(second, [seen, bypass.refuse(MAINTENANCE, by("li", 1))]) == second
    in_time = replace(second, applied=by("sun", 24))
    assert bypass.apply(in_time, [MAINTENANCE]) == in_time


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (replace(MAINTENANCE, measures=()), "measures"),
        (replace(MAINTENANCE, kind=BypassKind.OUTAGE), "cause"),
        (replace(MAINTENANCE, starts_at=T0 - 1), "starts_at"),
        (replace(MAINTENANCE, starts_at=T0 + 7 * DAY_MS + 1), "starts_at"),
    ],
)
def test_a_bad_application_names_its_field(asked: Bypass, field: str) -> None:
    with pytest.raises(Refused) as found:
        bypass.apply(asked, [])
    assert found.value.field == field


def test_every_bypass_of_the_field_has_a_kind_that_approves_it() -> None:
    assert set.union(*map(set, COVERS.values())) == BYPASSED
