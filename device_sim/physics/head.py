"""A whole instrument: its sensor, what ails it, its loop, and how good it says its value is."""

from dataclasses import dataclass
from random import Random

from device_sim.physics import current_loop
from device_sim.physics.ailment import (
    LOOSE_S,
    SPAN_GAS_UNTIL,
    WARM_UP_S,
    ZERO_GAS_UNTIL,
    Ailment,
    Kind,
    cold_share,
    left_of_sensitivity,
    swung_high,
)
from device_sim.physics.sensor import Instrument, Sensor

GOOD, UNCERTAIN, BAD = "good", "uncertain", "bad"
CALIBRATION_S = 180.0
"""How long people take for it where the scenario does not say."""


@dataclass(frozen=True, slots=True)
class Shown:
    """``value`` in the point's unit, ``None``: nothing at all. ``quality`` of the contract."""

    value: float | None
    quality: str = GOOD

    @property
    def is_faulty(self) -> bool:
        """Whether a safety system would see that it cannot be used."""
        return self.value is None or self.quality == BAD


class Head:
    """Shows what its ``Sensor`` shows as long as nothing ails it, to the byte.

    What drift and poison have done stays when they end, until a calibration is over.
    """

    def __init__(self, instrument: Instrument, rng: Random, start: float) -> None:
        self._instrument = instrument
        self._sensor = Sensor(instrument, rng, start)
        self._ailment: Ailment | None = None
        self._ill_s = 0.0
        self._last: float | None = None
        self._drifted = 0.0
        self._sensitivity = 1.0

    def read(self, dt_s: float, truth: float, ailment: Ailment | None = None) -> Shown:
        """What it shows ``dt_s`` later; ``ailment``: what is the matter with it now."""
        self._note(dt_s, ailment)
        made = self._instrument
        felt = self._met(truth, made.low + made.zero)
        felt = made.low + (felt - made.low) * self._sensitivity if self._hurt else felt
        noise = self._ailment.size if self._is(Kind.NOISY) and self._ailment else 1.0
        value = self._sensor.read(dt_s, felt, self._drifted + self._offset(), noise)
        shown = self._out(value)
        if shown.value is not None and not self._is(Kind.STUCK):
            self._last = shown.value
        return shown

    @property
    def _hurt(self) -> bool:
        return self._sensitivity != 1.0

    def _is(self, kind: Kind) -> bool:
        return self._ailment is not None and self._ailment.kind is kind

    def _note(self, dt_s: float, ailment: Ailment | None) -> None:
        """How long it has had this, and what that has done to it for good."""
        if ailment != self._ailment:
            if self._is(Kind.CALIBRATION):
                self._drifted, self._sensitivity = 0.0, 1.0
            self._ailment, self._ill_s = ailment, 0.0
        self._ill_s += dt_s
        if ailment is None:
            return
        if ailment.kind is Kind.DRIFT:
            self._drifted += ailment.size * dt_s / 3_600
        elif ailment.kind is Kind.POISONED:
            left = left_of_sensitivity(ailment.size, self._ill_s)
            self._sensitivity = min(self._sensitivity, left)

    def _met(self, truth: float, zero_gas: float) -> float:
        """What stands before the cell: the air, or the bottle of who tests it."""
        if self._ailment is None:
            return truth
        if self._is(Kind.BUMP_TEST):
            return self._ailment.size
        if self._is(Kind.CALIBRATION):
            span_gas = self._ailment.size or (self._instrument.low + self._instrument.high) / 2
            done = self._ill_s / CALIBRATION_S
            if done < ZERO_GAS_UNTIL:
                return zero_gas
            return span_gas if done < SPAN_GAS_UNTIL else truth
        if self._is(Kind.SATURATED):
            return self._instrument.high * 2
        return truth

    def _offset(self) -> float:
        if self._ailment is None:
            return 0.0
        if self._is(Kind.BIAS):
            return self._ailment.size
        if self._is(Kind.WARM_UP):
            return cold_share(self._ill_s) * (self._instrument.high - self._instrument.low)
        return 0.0

    def _out(self, value: float) -> Shown:
        """What its loop and its gateway make of it."""
        made, ailment = self._instrument, self._ailment
        if ailment is None:
            return Shown(value)
        match ailment.kind:
            case Kind.DEAD:
                return Shown(None)
            case Kind.STUCK:
                return Shown(value if self._last is None else self._last)
            case Kind.FAULT_LOW:
                return Shown(self._at(current_loop.FAULT_LOW_MA), BAD)
            case Kind.FAULT_HIGH:
                return Shown(self._at(current_loop.FAULT_HIGH_MA), BAD)
            case Kind.LOOSE_WIRE:
                high = swung_high(self._ill_s, ailment.size or LOOSE_S)
                return Shown(float(made.high if high else made.low))
            case Kind.WARM_UP:
                return Shown(value, UNCERTAIN if self._ill_s < WARM_UP_S else GOOD)
            case Kind.CALIBRATION:
                # Its output is inhibited: the loop holds still, and says so.
                return Shown(self._at(current_loop.INHIBITED_MA), UNCERTAIN)
        return Shown(value)

    def _at(self, milliampere: float) -> float:
        made = self._instrument
        return round(current_loop.value_of(milliampere, made.low, made.high), 6)
