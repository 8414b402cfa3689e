"""Whatever a park sets, if it makes sense: what then holds of every grade, length and person."""

from hypothesis import given
from hypothesis import strategies as st

from services.domain.shelving_policy import (
    GRADES,
    LONGEST_MS,
    Allowance,
    Allowances,
    ShelvingPolicy,
)
from services.domain.suppression import MINUTE_MS, Off
from services.store.shelving import body_of, policy_of

MINUTES = st.sampled_from([-1, 0, 1, 30, 31, 240, 720, 1440, 1441, 43_200, 129_600, 129_601])
LENGTHS = st.integers(-MINUTE_MS, 130_000 * MINUTE_MS) | MINUTES.map(lambda each: each * MINUTE_MS)
WAYS = st.sampled_from([Off.SHELVED, Off.OUT_OF_SERVICE])
SECONDS = st.sampled_from([None, "wang", "li"])


def of_minutes(longest: list[int], alone: list[int]) -> Allowances:
    one, two, three, four = (
        Allowance(a * MINUTE_MS, b * MINUTE_MS) for a, b in zip(longest, alone, strict=True)
    )
    return one, two, three, four


@st.composite
def sound(draw: st.DrawFn, how: Off) -> Allowances:
    """As somebody sets them who means well."""
    fit = MINUTES.filter(lambda each: 0 <= each * MINUTE_MS <= LONGEST_MS[how])
    fours = st.lists(fit, min_size=4, max_size=4).map(sorted)
    longest, alone = draw(fours), draw(fours)
    longest[0] *= how is Off.OUT_OF_SERVICE
    alone[0] = 0
    return of_minutes(longest, [min(pair) for pair in zip(longest, alone, strict=True)])


ANY = st.builds(of_minutes, *[st.lists(MINUTES, min_size=4, max_size=4)] * 2)
SOUND = st.builds(ShelvingPolicy, st.integers(0, 9), sound(Off.SHELVED), sound(Off.OUT_OF_SERVICE))
POLICIES = SOUND | st.builds(ShelvingPolicy, st.integers(0, 9), ANY, ANY)


@given(POLICIES, LENGTHS, SECONDS)
def test_no_park_shelves_grade_one_or_takes_it_out_by_one_person(
    policy: ShelvingPolicy, length: int, second: str | None
) -> None:
    if policy.faults():
        return
    assert policy.refusal(Off.SHELVED, 1, length, "wang", second) is not None
    if second != "li":
        assert policy.refusal(Off.OUT_OF_SERVICE, 1, length, "wang", second) is not None


@given(SOUND, WAYS, LENGTHS, SECONDS)
def test_what_a_grade_allows_a_less_grave_one_does_and_nothing_is_beyond_the_bounds(
    policy: ShelvingPolicy, how: Off, length: int, second: str | None
) -> None:
    allowed = [policy.refusal(how, grade, length, "wang", second) is None for grade in GRADES]
    assert allowed == sorted(allowed)
    if any(allowed):
        assert 0 < length <= LONGEST_MS[how]


@given(POLICIES, POLICIES, WAYS, LENGTHS, SECONDS)
def test_what_is_not_laxer_allows_nothing_more(
    one: ShelvingPolicy, other: ShelvingPolicy, how: Off, length: int, second: str | None
) -> None:
    if one.laxer_than(other):
        return
    for grade in GRADES:
        if one.refusal(how, grade, length, "wang", second) is None:
            assert other.refusal(how, grade, length, "wang", second) is None


@given(SOUND)
def test_who_means_well_is_not_refused(policy: ShelvingPolicy) -> None:
    assert policy.faults() == {}


@given(SOUND)
def test_as_it_is_kept_it_comes_back(policy: ShelvingPolicy) -> None:
    assert policy_of(policy.version, body_of(policy)) == policy
