"""Loops of the register: what is refused and where, and when a loop still protects."""

from dataclasses import replace

import pytest

from services.domain.interlock import (
    BYPASSED,
    OUT,
    SERVING,
    Cause,
    Effect,
    Loop,
    Taken,
    Unfit,
    Voting,
    check,
    is_serving,
    less_seen,
    protects,
)
from services.domain.point import STATES, PointKind

LEVELS = (Cause("LT-1A", "HH", 95.0), Cause("LT-1B", "HH", 95.0), Cause("LT-1C", "HH", 95.0))
LOOP = Loop(
    "acme", "ESD-301", Voting.TWO_OF_THREE, LEVELS, (Effect("XV-301", "close"),),
    sil=2, proof_test_days=365, state_tag="ESD-301",
)  # fmt: skip


def refusal(loop: Loop, *neighbours: Loop) -> tuple[str, str]:
    with pytest.raises(Unfit) as found:
        check(loop, neighbours)
    return found.value.field, found.value.reason


def one(tag: str, cause: str, *effects: str) -> Loop:
    acts = tuple(Effect(each, "trip") for each in effects)
    return Loop("acme", tag, Voting.ONE_OF_ONE, (Cause(cause),), acts)


def test_a_loop_as_it_should_be() -> None:
    check(LOOP, [LOOP, one("ESD-302", "XV-301", "P-7")])


@pytest.mark.parametrize(
    ("voting", "bypassed", "still"),
    [("1oo1", 0, True), ("1oo1", 1, False), ("1oo2", 1, True), ("1oo2", 2, False),
     ("2oo2", 0, True), ("2oo2", 1, False), ("2oo3", 1, True), ("2oo3", 2, False)],
)  # fmt: skip
def test_a_bypassed_input_does_not_vote(voting: str, bypassed: int, still: bool) -> None:
    assert protects(Voting(voting), bypassed) is still


def test_every_state_of_the_contract_is_service_or_not() -> None:
    assert set(STATES[PointKind.INTERLOCK]) == SERVING | OUT
    assert not SERVING & OUT
    assert BYPASSED < OUT
    assert (is_serving("tripped"), is_serving("fault"), is_serving(None)) == (True, False, None)


def test_the_voting_says_how_many_inputs_there_are() -> None:
    field, reason = refusal(replace(LOOP, causes=LEVELS[:2]))
    assert field == "causes"
    assert "2oo3" in reason
    assert "3 inputs" in reason
    check(replace(LOOP, voting=Voting.ONE_OF_TWO, causes=LEVELS[:2]))


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (replace(LOOP, effects=()), "effects"),
        (replace(LOOP, causes=(*LEVELS[:2], LEVELS[0])), "causes.2.tag"),
        (replace(LOOP, effects=(Effect("XV-1", "close"), Effect("XV-1", "open"))), "effects.1.tag"),
        (replace(LOOP, effects=(Effect("LT-1B", "close"),)), "effects.0.tag"),
        (replace(LOOP, effects=(Effect("ESD-301", "trip"),)), "effects.0.tag"),
        (replace(LOOP, sil=5), "sil"),
        (replace(LOOP, proof_test_days=0), "proof_test_days"),
        (replace(LOOP, proof_test_days=3651), "proof_test_days"),
        (replace(LOOP, required=False, fitted=False), "fitted"),
    ],
)
def test_what_is_refused_is_named(changed: Loop, field: str) -> None:
    assert refusal(changed)[0] == field


def test_two_bypasses_are_not_shown_on_one_point() -> None:
    own = replace(LEVELS[1], state_tag="ESD-301")
    assert refusal(replace(LOOP, causes=(LEVELS[0], own, LEVELS[2])))[0] == "causes.1.state_tag"
    apart = replace(LEVELS[1], state_tag="LS-1B")
    loop = replace(LOOP, causes=(LEVELS[0], apart, LEVELS[2]))
    check(loop)
    assert [loop.switch_of(each) for each in (None, "LT-1A", "LT-1B")] == [
        "ESD-301", "ESD-301", "LS-1B"]  # fmt: skip
    assert loop.switches_of(None) == ("ESD-301", "LS-1B")
    assert loop.switches_of("LT-1B") == ("LS-1B",)
    assert replace(LOOP, state_tag=None).switches_of(None) == ()


def test_a_cycle_of_three_loops_is_told_as_the_way_back() -> None:
    others = [one("ESD-2", "XV-1", "XV-2"), one("ESD-3", "XV-2", "P-3", "ESD-1")]
    field, reason = refusal(one("ESD-1", "LT-1", "P-1", "XV-1"), *others)
    assert field == "effects.1.tag"
    assert reason.endswith("ESD-1 → XV-1 → ESD-2 → XV-2 → ESD-3 → ESD-1")


def test_a_loop_that_is_changed_does_not_meet_its_old_self() -> None:
    old = one("ESD-1", "LT-1", "XV-1")
    other = one("ESD-2", "XV-1", "XV-2")
    check(one("ESD-1", "XV-2", "P-9"), [old, other])


def test_no_two_loops_show_a_bypass_on_one_point() -> None:
    """Else the approval of one would be that of the other."""
    other = replace(one("ESD-2", "LT-2", "XV-2"), state_tag="ESD-2")
    own = replace(other, causes=(Cause("LT-2", state_tag="HS-2"),))
    for taken, known in (("ESD-2", other), ("ESD-2", own), ("HS-2", own)):
        whole = replace(one("ESD-1", "LT-1", "XV-1"), state_tag=taken)
        input_of = replace(LOOP, causes=(*LEVELS[:2], replace(LEVELS[2], state_tag=taken)))
        for loop, field in ((whole, "state_tag"), (input_of, "causes.2.state_tag")):
            with pytest.raises(Taken) as found:
                check(loop, [known])
            assert found.value.field == field
            assert "ESD-2" in found.value.reason
    check(replace(own, effects=(Effect("XV-9", "close"),)), [own])


def test_what_watches_the_state_of_a_loop_watches_the_loop() -> None:
    own = replace(one("ESD-1", "ST-1", "XV-1"), state_tag="ST-1")
    assert refusal(own) == ("state_tag", "it leads back to the loop itself: ESD-1 → ST-1 → ESD-1")
    first = replace(one("A", "ST-B", "XV-1"), state_tag="ST-A")
    second = replace(one("B", "ST-A", "XV-2"), state_tag="ST-B")
    field, reason = refusal(second, first)
    assert (field, reason.split(": ")[1]) == ("state_tag", "B → ST-B → A → ST-A → B")
    check(second, [replace(first, causes=(Cause("LT-1"),))])
    back = replace(one("C", "ST-A", "LT-9"), state_tag="C")
    assert refusal(back, replace(first, causes=(Cause("LT-9"),)))[0] == "effects.0.tag"


def test_what_is_counted_of_a_loop_does_not_shrink_unseen() -> None:
    shown = replace(LOOP, causes=(replace(LEVELS[0], state_tag="HS-1"), *LEVELS[1:]))
    less = [
        ("required", replace(shown, required=False)),
        ("fitted", replace(shown, fitted=False)),
        ("state_tag", replace(shown, state_tag="ESD-9")),
        ("causes", LOOP),
        ("voting", replace(one("ESD-301", "LT-1A"), voting=Voting.ONE_OF_TWO)),
    ]
    before = {"voting": replace(one("ESD-301", "LT-1A"), voting=Voting.TWO_OF_TWO)}
    for field, after in less:
        assert less_seen(before.get(field, shown), after) == field
    more = replace(shown, sil=3, causes=(*shown.causes[:2], replace(LEVELS[2], state_tag="HS-3")))
    assert less_seen(shown, more) is None
    assert less_seen(replace(LOOP, state_tag=None, fitted=False, required=True), LOOP) is None
