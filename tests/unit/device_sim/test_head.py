"""Every kind of thing that can be wrong with an instrument shows as it does in the field."""

import pytest

from device_sim.physics.ailment import WARM_UP_S, Ailment, Kind
from device_sim.physics.chance import stream
from device_sim.physics.cross_sensitivity import shown_per_kg, shown_ppm_per_ppm
from device_sim.physics.current_loop import current_ma, is_fault, value_of
from device_sim.physics.head import CALIBRATION_S, Head
from device_sim.physics.sensor import Instrument, Sensor

MADE = Instrument(t90_s=15.0, noise=0.3, step=0.1, low=0.0, high=100.0, zero=0.8)


def head(noise: float = 0.0) -> Head:
    made = Instrument(15.0, noise, 0.1, 0.0, 100.0)
    return Head(made, stream(1, "GT-1"), 0.0)


def shown(instrument: Head, seconds: int, truth: float, ailment: Ailment | None) -> list[float]:
    values = [instrument.read(1.0, truth, ailment).value for _ in range(seconds)]
    return [value for value in values if value is not None]


def test_a_healthy_head_shows_what_its_sensor_shows() -> None:
    whole, bare = Head(MADE, stream(3, "x"), 0.0), Sensor(MADE, stream(3, "x"), 0.0)
    for truth in (0.0, 5.0, 60.0, 400.0, 0.0):
        got = whole.read(1.0, truth)
        assert (got.value, got.quality) == (bare.read(1.0, truth), "good")


def test_drift_grows_by_the_hour_and_stays_until_calibrated() -> None:
    drifting = head()
    assert shown(drifting, 3_600, 0.0, Ailment(Kind.DRIFT, 6.0))[-1] == pytest.approx(6.0, abs=0.1)
    assert shown(drifting, 60, 0.0, None)[-1] == pytest.approx(6.0, abs=0.1)
    shown(drifting, int(CALIBRATION_S), 0.0, Ailment(Kind.CALIBRATION, 50.0))
    assert shown(drifting, 90, 0.0, None)[-1] == pytest.approx(0.0, abs=0.1)


def test_a_poisoned_head_stays_blind_until_calibrated() -> None:
    poisoned = head()
    assert shown(poisoned, 600, 60.0, Ailment(Kind.POISONED, 0.1))[-1] == pytest.approx(6, abs=0.2)
    assert shown(poisoned, 60, 60.0, None)[-1] == pytest.approx(6.0, abs=0.2)
    held = poisoned.read(1.0, 60.0, Ailment(Kind.CALIBRATION))
    assert held.quality == "uncertain"
    assert held.value == pytest.approx(-1.25)  # 3.8 mA
    shown(poisoned, 60, 60.0, None)
    assert shown(poisoned, 60, 60.0, None)[-1] == pytest.approx(60.0, abs=0.2)


def test_stuck_it_shows_the_last_value_whatever_comes() -> None:
    stuck = head(noise=0.3)
    last = shown(stuck, 30, 40.0, None)[-1]
    assert set(shown(stuck, 60, 90.0, Ailment(Kind.STUCK))) == {last}


def test_its_loop_says_that_it_is_broken() -> None:
    low = head().read(1.0, 10.0, Ailment(Kind.FAULT_LOW))
    high = head().read(1.0, 10.0, Ailment(Kind.FAULT_HIGH))
    assert low.value == pytest.approx(-2.5)
    assert high.value == pytest.approx(106.25)
    assert low.quality == high.quality == "bad"
    assert low.is_faulty
    assert head().read(1.0, 10.0, Ailment(Kind.DEAD)).value is None


def test_saturated_biased_noisy_loose() -> None:
    assert shown(head(), 60, 0.0, Ailment(Kind.SATURATED))[-1] == 100.0
    assert shown(head(), 60, 10.0, Ailment(Kind.BIAS, -4.0))[-1] == pytest.approx(6.0, abs=0.1)
    loud, calm = (
        shown(head(noise=0.3), 200, 50.0, ailment)[100:]
        for ailment in (Ailment(Kind.NOISY, 10.0), None)
    )
    assert max(loud) - min(loud) > 5 * (max(calm) - min(calm))
    assert set(shown(head(), 60, 20.0, Ailment(Kind.LOOSE_WIRE))) == {0.0, 100.0}


def test_a_bump_test_is_seen_with_the_lag_of_the_head() -> None:
    seen = shown(head(), 60, 0.0, Ailment(Kind.BUMP_TEST, 50.0))
    assert seen[14] == pytest.approx(45.0, abs=0.1)
    assert seen[-1] == pytest.approx(50.0, abs=0.1)


def test_a_cold_head_shows_too_much_and_says_that_it_may_not_be_trusted() -> None:
    cold = head()
    first = cold.read(1.0, 0.0, Ailment(Kind.WARM_UP))
    assert first.quality == "uncertain"
    assert first.value is not None
    assert first.value > 25
    assert shown(cold, round(WARM_UP_S), 0.0, Ailment(Kind.WARM_UP))[-1] < 2.0


def test_the_currents_of_ne_43() -> None:
    assert current_ma(50.0, 0.0, 100.0) == 12.0
    assert current_ma(-50.0, 0.0, 100.0) == 3.8
    assert current_ma(500.0, 0.0, 100.0) == 20.5
    assert value_of(12.0, 0.0, 100.0) == 50.0
    assert [is_fault(each) for each in (3.6, 3.8, 20.5, 21.0)] == [True, False, False, True]


def test_cells_feel_other_gases_too() -> None:
    assert shown_ppm_per_ppm("chlorine", "chlorine") == 1.0
    assert shown_ppm_per_ppm("chlorine", "propane") == 0.0
    # 1.3 ppm of ammonia for each ppm of H2S: 1.3·17.03/34.08 by mass.
    assert shown_per_kg("ammonia", "hydrogen sulphide") == pytest.approx(0.6496, abs=1e-3)
    assert shown_per_kg("chlorine", "hydrogen sulphide") < 0
