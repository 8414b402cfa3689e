"""The risk index: what it adds up, and which way it may move."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.domain.risk import FACTORS, ActiveAlarm, Situation, Weights, risk_index

PAGE = Path(__file__).resolve().parents[3] / "docs/reference/risk-index.md"
CALM = Situation(level=3, online_rate=1.0)

alarms = st.builds(ActiveAlarm, st.integers(1, 4), st.floats(0, 1e6))
situations = st.builds(
    Situation,
    st.sampled_from([None, 1, 2, 3, 4]),
    st.lists(alarms, max_size=8),
    st.integers(0, 10),
    st.none() | st.floats(0, 1),
    st.integers(0, 10),
)


def test_a_calm_source_is_as_dangerous_as_what_is_in_it() -> None:
    assert [risk_index(replace(CALM, level=level)).value for level in (None, 4, 3, 2, 1)] == [
        0, 6, 12, 18, 25]  # fmt: skip
    assert risk_index(CALM).level == 4


def test_a_worked_case() -> None:
    found = risk_index(
        Situation(
            level=1,
            alarms=[ActiveAlarm(1, 0), ActiveAlarm(3, 900)],
            interlocks_out=1,
            online_rate=0.9,
            suppressed=2,
        )
    )
    assert {each.factor: each.value for each in found.contributions} == pytest.approx(
        {"static_level": 25, "alarms": 40 + 8 * 1.25, "interlocks": 10, "offline": 2,
         "suppressed": 8}
    )  # fmt: skip
    assert found.value == pytest.approx(95)
    assert found.level == 1


def test_the_example_of_the_page() -> None:
    found = risk_index(
        Situation(level=3, alarms=[ActiveAlarm(1, 900)], interlocks_out=1, online_rate=7 / 8,
                  suppressed=1)
    )  # fmt: skip
    pages = [PAGE.with_name(f"risk-index{end}").read_text("utf-8") for end in (".md", ".zh-CN.md")]
    for page in pages:
        assert f"12 + 50 + 10 + 2.5 + 4 = {found.value:g}" in page
        assert all(f"`{factor}`" in page for factor in FACTORS)


def test_nobody_knowing_who_is_online_is_nobody_online() -> None:
    unknown, dark = replace(CALM, online_rate=None), replace(CALM, online_rate=0.0)
    assert risk_index(unknown) == risk_index(dark)


def test_a_cap_keeps_a_factor_from_being_all_and_shows_it() -> None:
    found = risk_index(replace(CALM, suppressed=50))
    (suppressed,) = [each for each in found.contributions if each.factor == "suppressed"]
    assert (suppressed.value, suppressed.uncapped) == (15, 200)


@given(situations)
def test_it_is_the_sum_of_what_it_shows(situation: Situation) -> None:
    found = risk_index(situation)
    assert tuple(each.factor for each in found.contributions) == FACTORS
    assert found.value == pytest.approx(min(100, sum(each.value for each in found.contributions)))
    assert 0 <= found.value <= 100
    assert all(0 <= each.value <= each.uncapped for each in found.contributions)


@given(situations, alarms)
def test_nothing_that_gets_worse_makes_it_smaller(situation: Situation, alarm: ActiveAlarm) -> None:
    value = risk_index(situation).value
    worse = [
        replace(situation, alarms=[*situation.alarms, alarm]),
        replace(situation, interlocks_out=situation.interlocks_out + 1),
        replace(situation, suppressed=situation.suppressed + 1),
        replace(situation, online_rate=(situation.online_rate or 0) / 2),
        replace(situation, alarms=[replace(a, stands_s=a.stands_s + 60) for a in situation.alarms]),
    ]
    assert all(risk_index(each).value >= value - 1e-9 for each in worse)


def test_weights_can_be_set_otherwise() -> None:
    heavy = Weights(bypass=50.0, interlocks_most=50.0, thresholds=(60.0, 40.0, 20.0))
    assert risk_index(replace(CALM, interlocks_out=1), heavy).level == 1
