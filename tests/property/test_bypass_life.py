"""Whatever anybody tries in whatever order, a bypass in force was approved by two others."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.domain import bypass
from services.domain.bypass import (
    HOUR_MS,
    LIMITS,
    OVER,
    Bypass,
    BypassKind,
    BypassState,
    Refused,
    Signature,
)

T0 = 1_790_000_000_000
PEOPLE = ("wang", "li", "zhao", "chen")
ACTS = ("approve", "refuse", "extend", "restore", "verify")

steps = st.lists(
    st.tuples(st.sampled_from(ACTS), st.sampled_from(PEOPLE), st.integers(0, 10 * HOUR_MS)),
    max_size=14,
)


def do(found: Bypass, act: str, by: Signature, length: int) -> Bypass:
    match act:
        case "approve":
            return bypass.approve(found, by)
        case "refuse":
            return bypass.refuse(found, by)
        case "extend":
            return bypass.extend(found, by, length)
        case "restore":
            return bypass.restore(found, by, None)
        case _:
            return bypass.verify(found, by, "in_service")


@given(st.sampled_from(list(BypassKind)), steps)
def test_no_order_of_acts_gets_round_the_two(
    kind: BypassKind, acts: list[tuple[str, str, int]]
) -> None:
    length = LIMITS[kind].usual_ms
    found = Bypass("acme", "bp-1", "ESD-1", None, kind, "r", "a", ("m",), length,
                   Signature("wang", T0))  # fmt: skip
    now, over = T0, False
    for act, who, later in acts:
        now += later
        before = found.until
        try:
            found = do(found, act, Signature(who, now), min(later, LIMITS[kind].once_ms) or 1)
        except Refused:
            continue
        assert not over, "nothing becomes of what is over"
        over = found.state(now) in OVER
        if before is not None and found.until is not None:
            assert found.until >= min(before, now), "no act takes back time that has passed"
        judge(found, now)


def judge(found: Bypass, now: int) -> None:
    signers = [each.by for each in found.approvals]
    assert len(set(signers) | {found.applied.by}) == len(signers) + 1
    assert len(signers) <= 2
    for extension in found.extensions:
        named = {each.by for each in extension.approvals}
        assert not named & {found.applied.by, extension.asked.by}
        assert len(named) == len(extension.approvals)
    if found.state(now) is BypassState.IN_FORCE:
        assert len(signers) == 2
    if found.until is not None and found.since is not None:
        assert found.until - found.since <= LIMITS[found.kind].whole_ms
        assert found.state(max(now, found.until)) is not BypassState.IN_FORCE
    if found.verified is not None:
        assert found.restored is not None
        assert found.verified.by != found.restored.by


@given(st.integers(0, 48), st.integers(0, 48))
def test_who_asks_twice_gets_the_same_answer(first: int, second: int) -> None:
    """Where it stands follows from the time alone, and never goes back."""
    order = list(BypassState)
    twice = bypass.approve(
        bypass.approve(
            Bypass("acme", "bp-1", "ESD-1", None, BypassKind.MAINTENANCE, "r", "a", ("m",),
                   8 * HOUR_MS, Signature("wang", T0), starts_at=T0 + 5 * HOUR_MS),
            Signature("li", T0),
        ),
        Signature("zhao", T0),
    )  # fmt: skip
    early, late = sorted((first, second))
    places = [order.index(twice.state(T0 + hour * HOUR_MS)) for hour in (early, late)]
    assert places == sorted(places)
    assert replace(twice).state(T0 + early * HOUR_MS) is order[places[0]]
