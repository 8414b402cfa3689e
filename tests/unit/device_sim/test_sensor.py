"""Sensors lag by their T90, saturate, and show what their resolution allows."""

from random import Random

import pytest

from device_sim.physics.sensor import Instrument, Sensor


def _perfect(t90_s: float, low: float = 0.0, high: float = 100.0) -> Sensor:
    return Sensor(Instrument(t90_s, 0.0, 0.001, low, high), Random(1), start=0.0)


@pytest.mark.parametrize("t90_s", [5, 15, 30, 60])
def test_a_step_is_shown_to_90_percent_at_t90(t90_s: int) -> None:
    sensor = _perfect(float(t90_s))
    shown = [sensor.read(1.0, 80.0) for _ in range(t90_s)]
    assert shown[-1] == pytest.approx(72.0, abs=0.01)
    assert shown[-2] < 72.0


def test_the_size_of_the_time_step_does_not_matter() -> None:
    coarse, fine = _perfect(15.0), _perfect(15.0)
    for _ in range(50):
        last = fine.read(0.1, 40.0)
    assert coarse.read(5.0, 40.0) == pytest.approx(last, abs=0.01)


def test_beyond_its_range_it_shows_the_end_of_it() -> None:
    sensor = _perfect(1.0)
    assert max(sensor.read(1.0, 5_000.0) for _ in range(20)) == 100.0
    # It was saturated, not filled with 5,000: it is back within a few T90.
    assert [sensor.read(1.0, 0.0) for _ in range(5)][-1] < 0.1


def test_resolution_and_noise() -> None:
    sensor = Sensor(Instrument(0.0, 0.3, 0.1, 0.0, 100.0), Random(7), start=10.0)
    shown = [sensor.read(1.0, 10.0) for _ in range(2_000)]
    assert all(round(value * 10) / 10 == value for value in shown)
    mean = sum(shown) / len(shown)
    spread = (sum((value - mean) ** 2 for value in shown) / len(shown)) ** 0.5
    assert mean == pytest.approx(10.0, abs=0.03)
    assert spread == pytest.approx(0.3, abs=0.03)
