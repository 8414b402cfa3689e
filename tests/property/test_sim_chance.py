"""Chance is repeatable, and belongs to one device only."""

from hypothesis import given
from hypothesis import strategies as st

from device_sim.physics.chance import Wander, stream
from device_sim.physics.dispersion import plume, sigma_y, sigma_z


@given(st.integers(0, 2**40), st.text(max_size=40))
def test_the_same_seed_and_device_give_the_same_numbers(seed: int, device: str) -> None:
    first, again = stream(seed, device), stream(seed, device)
    assert [first.random() for _ in range(5)] == [again.random() for _ in range(5)]
    assert stream(seed, device).random() != stream(seed, device + "x").random()


@given(st.integers(0, 1000), st.floats(0.1, 5.0))
def test_what_wanders_stays_about_its_mean(seed: int, sd: float) -> None:
    wander = Wander(10.0, sd, 60.0, stream(seed, "w"))
    values = [wander.step(10.0) for _ in range(500)]
    assert all(abs(value - 10.0) < 7 * sd for value in values)
    assert max(values) > 10.0 > min(values)


@given(
    st.sampled_from("ABCDEF"),
    st.floats(5, 5_000),
    st.floats(-200, 200),
    st.floats(0.5, 15),
    st.floats(1e-4, 10),
)
def test_a_plume_is_symmetric_proportional_and_highest_on_its_axis(
    stability: str, downwind: float, crosswind: float, wind: float, rate: float
) -> None:
    spread = (sigma_y(stability, downwind), sigma_z(stability, downwind))
    here = plume(rate, wind, crosswind, 1.0, 1.0, spread)
    assert here == plume(rate, wind, -crosswind, 1.0, 1.0, spread)
    assert 0 <= here <= plume(rate, wind, 0.0, 1.0, 1.0, spread)
    assert abs(plume(2 * rate, wind, crosswind, 1.0, 1.0, spread) - 2 * here) <= max(
        1e-9 * here, 1e-300
    )
