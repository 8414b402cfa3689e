"""Concentrations of a gas in air, from one unit into another.

mg/m3 = ppm x molar mass / molar volume; the molar volume is that of the reference temperature at
101.325 kPa (24.055 L/mol at 20 degrees, 24.45 at 25). 100 %LEL is the LEL in vol%, 100 %OEL the
exposure limit in mg/m3: whose LEL and OEL is the caller's choice, and part of the answer.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.domain.gas import Basis, Figure, Gas
from services.domain.unit import ucum_of

MOLAR_VOLUME_AT_ZERO = 22.414
"""L/mol of an ideal gas at 0 degrees Celsius and 101.325 kPa."""

PPM_PER_PERCENT = 10_000.0

ROUNDING = 0.05
"""Sources that differ by less than this share mean the same number."""


class Unit(StrEnum):
    """Units of concentration, as the contract writes them."""

    PPM = "ppm"
    PPB = "ppb"
    VOLUME_PERCENT = "vol%"
    MASS = "mg/m3"
    MICROGRAMS = "ug/m3"
    GRAMS = "g/m3"
    LEL_PERCENT = "%LEL"
    OEL_PERCENT = "%OEL"


_BY_UCUM = {
    "[ppm]": Unit.PPM,
    "[ppb]": Unit.PPB,
    "%{volume}": Unit.VOLUME_PERCENT,
    "mg/m3": Unit.MASS,
    "ug/m3": Unit.MICROGRAMS,
    "g/m3": Unit.GRAMS,
    "mg/L": Unit.GRAMS,
    "%{LEL}": Unit.LEL_PERCENT,
    "%{OEL}": Unit.OEL_PERCENT,
}


def unit_of(shown: str) -> Unit | None:
    """The unit of concentration that a point's unit spells; None: it spells another, or none."""
    return _BY_UCUM.get(ucum_of(shown) or "")


class NotConvertible(ValueError):
    """There is no way between two units for this gas; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a conversion rests on: temperature (degrees Celsius), and which LEL and OEL."""

    temperature: float = 20.0
    lel: Figure | None = None
    oel: Figure | None = None

    @property
    def molar_volume(self) -> float:
        """L/mol of an ideal gas at its temperature and 101.325 kPa."""
        return MOLAR_VOLUME_AT_ZERO * (273.15 + self.temperature) / 273.15

    @classmethod
    def of(cls, gas: Gas, temperature: float = 20.0) -> "Reference":
        """The reference we use by ourselves: the first LEL, and the OEL by its order of bases."""
        return cls(temperature, gas.lel[0] if gas.lel else None, leading_oel(gas))


def leading_oel(gas: Gas) -> Figure | None:
    """The exposure limit a set point follows: MAC if there is one, else PC-TWA, else PC-STEL."""
    for basis in (Basis.MAC, Basis.PC_TWA, Basis.PC_STEL):
        for figure in gas.oel:
            if figure.basis is basis:
                return figure
    return None


def conflicts(gas: Gas) -> list[tuple[Figure, ...]]:
    """The sets of figures that ought to be one number and are further apart than rounding."""
    limits = [tuple(f for f in gas.oel if f.basis is basis) for basis in Basis]
    return [each for each in (gas.lel, *limits, gas.idlh) if _differ(gas, each)]


def convert(value: float, unit: Unit, into: Unit, gas: Gas, reference: Reference) -> float:
    """A concentration of `gas` in another unit. Raises NotConvertible."""
    if unit is into:
        return value
    return value * _ppm(unit, gas, reference) / _ppm(into, gas, reference)


def _ppm(unit: Unit, gas: Gas, reference: Reference) -> float:
    """How many ppm one of a unit is."""
    match unit:
        case Unit.PPM:
            return 1.0
        case Unit.PPB:
            return 1e-3
        case Unit.VOLUME_PERCENT:
            return PPM_PER_PERCENT
        case Unit.MASS:
            return reference.molar_volume / gas.molar_mass
        case Unit.MICROGRAMS:
            return reference.molar_volume / gas.molar_mass * 1e-3
        case Unit.GRAMS:
            return reference.molar_volume / gas.molar_mass * 1e3
        case Unit.LEL_PERCENT:
            return _needed(reference.lel, gas, "LEL").value * PPM_PER_PERCENT / 100
        case Unit.OEL_PERCENT:
            oel = _needed(reference.oel, gas, "OEL").value
            return oel * reference.molar_volume / gas.molar_mass / 100


def _differ(gas: Gas, figures: tuple[Figure, ...]) -> bool:
    reference = Reference.of(gas)
    found = [convert(f.value, Unit(f.unit), Unit.PPM, gas, reference) for f in figures]
    return bool(found) and max(found) > min(found) * (1 + ROUNDING)


def _needed(figure: Figure | None, gas: Gas, name: str) -> Figure:
    if figure is None:
        raise NotConvertible(f"the library has no {name} of {gas.name}")
    return figure
