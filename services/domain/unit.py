"""Units of points: the code of UCUM beside what is shown, and which unit fits which kind.

What is shown stays as it was sent. The codes are those of the Unified Code for Units of Measure
(ucum.org, version 2.1); what has none there carries its meaning in braces, as UCUM has it.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from services.domain.point import STATES, PointKind


class Quantity(StrEnum):
    """What a unit measures."""

    RATIO = "a ratio"
    TEMPERATURE = "a temperature"
    PRESSURE = "a pressure"
    LENGTH = "a length"
    VOLUME = "a volume"
    MASS = "a mass"
    FLOW = "a flow"
    SPEED = "a speed"
    ANGLE = "an angle"
    HUMIDITY = "a humidity"
    LEL = "a share of the lower explosive limit"
    OEL = "a share of the exposure limit"
    VOLUME_SHARE = "a share of the volume"
    CONCENTRATION = "a mass concentration"
    PATH = "a concentration along a path"
    ELECTRIC = "an electric quantity"
    TIME = "a time"
    FREQUENCY = "a frequency"
    ACIDITY = "an acidity"
    DENSITY = "a density"
    AMOUNT = "an amount of substance"
    CONDUCTIVITY = "a conductivity"
    ENERGY = "an energy"


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit as UCUM writes it, and what it measures."""

    ucum: str
    quantity: Quantity


_TABLE: dict[Quantity, dict[str, str]] = {
    Quantity.RATIO: {"%": "% ％", "1": "1", "[ppth]": "‰"},
    Quantity.TEMPERATURE: {
        "Cel": "Cel °C ℃ degC",
        "K": "K",
        "[degF]": "[degF] °F ℉ degF",
    },
    Quantity.PRESSURE: {
        "Pa": "Pa",
        "hPa": "hPa",
        "kPa": "kPa",
        "MPa": "MPa",
        "Pa{gauge}": "Pa(g) Pa(G)",
        "kPa{gauge}": "kPa(g) kPa(G) kPaG",
        "MPa{gauge}": "MPa(g) MPa(G) MPaG",
        "kPa{absolute}": "kPa(a) kPa(A) kPaA",
        "MPa{absolute}": "MPa(a) MPa(A) MPaA",
        "bar": "bar",
        "mbar": "mbar",
        "bar{gauge}": "barg bar(g)",
        "[psi]": "[psi] psi",
        "mm[Hg]": "mm[Hg] mmHg",
        "mm[H2O]": "mm[H2O] mmH2O",
        "kgf/cm2": "kgf/cm2 kgf/cm²",
    },
    Quantity.LENGTH: {"m": "m", "cm": "cm", "mm": "mm", "um": "um μm µm", "km": "km"},
    Quantity.VOLUME: {"m3": "m3 m³", "L": "L l"},
    Quantity.MASS: {"t": "t", "kg": "kg", "g": "g"},
    Quantity.FLOW: {
        "m3/h": "m3/h m³/h",
        "m3/s": "m3/s m³/s",
        "m3/min": "m3/min m³/min",
        "m3{normal}/h": "Nm3/h Nm³/h",
        "10*3.m3{standard}/h": "kscmh",
        "L/h": "L/h l/h",
        "L/min": "L/min l/min",
        "L/s": "L/s l/s",
        "t/h": "t/h",
        "t/d": "t/d",
        "kg/h": "kg/h",
        "kg/s": "kg/s",
    },
    Quantity.SPEED: {"m/s": "m/s", "km/h": "km/h", "mm/s": "mm/s", "[kn_i]": "[kn_i] kn"},
    Quantity.ANGLE: {"deg": "deg °", "rad": "rad"},
    Quantity.HUMIDITY: {"%{relative}": "%RH"},
    Quantity.LEL: {"%{LEL}": "%LEL"},
    Quantity.OEL: {"%{OEL}": "%OEL"},
    Quantity.VOLUME_SHARE: {
        "%{volume}": "vol% %vol %VOL VOL%",
        "[ppm]": "[ppm] ppm",
        "[ppb]": "[ppb] ppb",
    },
    Quantity.CONCENTRATION: {
        "mg/m3": "mg/m3 mg/m³",
        "ug/m3": "ug/m3 μg/m³ µg/m³",
        "g/m3": "g/m3 g/m³",
        "mg/L": "mg/L mg/l",
    },
    Quantity.PATH: {"m{LEL}": "LEL·m", "[ppm].m": "ppm·m ppm.m [ppm].m"},
    Quantity.ELECTRIC: {
        "mA": "mA",
        "A": "A",
        "V": "V",
        "mV": "mV",
        "kV": "kV",
        "W": "W",
        "kW": "kW",
        "kW.h": "kW.h kWh",
    },
    Quantity.TIME: {"s": "s", "ms": "ms", "min": "min", "h": "h", "d": "d"},
    Quantity.FREQUENCY: {"Hz": "Hz", "{revolution}/min": "rpm r/min /min"},
    Quantity.ACIDITY: {"[pH]": "[pH] pH"},
    Quantity.DENSITY: {"kg/m3": "kg/m3 kg/m³", "g/cm3": "g/cm3 g/cm³", "kg/L": "kg/L kg/l"},
    Quantity.AMOUNT: {"mol": "mol", "mol/L": "mol/L mol/l", "mmol/L": "mmol/L mmol/l"},
    Quantity.CONDUCTIVITY: {"uS/cm": "uS/cm μS/cm µS/cm", "mS/cm": "mS/cm", "S/m": "S/m"},
    Quantity.ENERGY: {"J": "J", "kJ": "kJ", "MJ": "MJ", "GJ": "GJ"},
}

KNOWN: dict[str, KnownUnit] = {
    shown: KnownUnit(ucum, quantity)
    for quantity, units in _TABLE.items()
    for ucum, names in units.items()
    for shown in names.split()
}
"""By what is shown; whatever else a point has for a unit is text."""

_OF_AIR = frozenset(
    {Quantity.LEL, Quantity.OEL, Quantity.VOLUME_SHARE, Quantity.CONCENTRATION, Quantity.PATH}
)
_OF_AIR_FOLDED = {
    unicodedata.normalize("NFKC", name).casefold(): each
    for name, each in KNOWN.items()
    if each.quantity in _OF_AIR
}
"""Of what is in the air no two units differ by their case alone."""

_GAS = frozenset({Quantity.VOLUME_SHARE, Quantity.CONCENTRATION, Quantity.PATH})
_FITTING: dict[PointKind, frozenset[Quantity]] = {
    PointKind.COMBUSTIBLE_GAS: _GAS | {Quantity.LEL},
    PointKind.TOXIC_GAS: _GAS | {Quantity.OEL},
    PointKind.OXYGEN: frozenset({Quantity.VOLUME_SHARE}),
    PointKind.TEMPERATURE: frozenset({Quantity.TEMPERATURE}),
    PointKind.PRESSURE: frozenset({Quantity.PRESSURE}),
    PointKind.LEVEL: frozenset({Quantity.LENGTH, Quantity.VOLUME, Quantity.MASS}),
    PointKind.FLOW: frozenset({Quantity.FLOW, Quantity.SPEED}),
    PointKind.WIND_SPEED: frozenset({Quantity.SPEED}),
    PointKind.WIND_DIRECTION: frozenset({Quantity.ANGLE}),
    PointKind.HUMIDITY: frozenset({Quantity.HUMIDITY}),
}
"""Kinds that are not here take any unit; a ratio fits every kind: of its range."""


_NATURE: dict[str, tuple[float | None, float | None]] = {
    "Cel": (-273.15, None),
    "[degF]": (-459.67, None),
    "kPa{absolute}": (0, None),
    "MPa{absolute}": (0, None),
    "%{relative}": (None, 100),
    "%{volume}": (None, 100),
    "[ppm]": (None, 1e6),
    "[ppb]": (None, 1e9),
    "deg": (-360, 720),
}
"""Between which values there is anything to measure, by the code of UCUM. Instruments of shares may
go below 0, because their zero drifts; a vane may turn twice; K has no least: differences are told in
it."""


def ucum_of(unit: str) -> str | None:
    """The code of UCUM; None for a text that we do not know."""
    known = _known(unit)
    return None if known is None else known.ucum


def meaning(unit: str) -> str:
    """What a unit means, however it is spelt: its code of UCUM, or a text that we do not know, in
    half-width characters and without spaces."""
    return ucum_of(unit) or _plain(unit)


def misfit(kind: PointKind, unit: str) -> str | None:
    """Why a unit cannot belong to a kind; None where it can, or nobody can say."""
    known = _known(unit)
    if known is None or known.quantity is Quantity.RATIO:
        return None
    if kind in STATES:
        return f"{kind} has states and takes no unit of {known.quantity}: send `state`"
    fitting = _FITTING.get(kind)
    if fitting is None or known.quantity in fitting:
        return None
    return f"{unit} measures {known.quantity}, which is not the unit of a point of kind {kind}"


def beyond_nature(unit: str, low: float | None, high: float | None) -> dict[str, str]:
    """The ends of a range at which nothing can be measured, by their fields, and why."""
    least, most = _NATURE.get(ucum_of(unit) or "", (None, None))
    wrong: dict[str, str] = {}
    for field, end in (("range_low", low), ("range_high", high)):
        if end is not None and least is not None and end < least:
            wrong[field] = f"there is nothing below {least:g} {unit}; look for a slip"
        if end is not None and most is not None and end > most:
            wrong[field] = f"there is nothing above {most:.10g} {unit}; look for a slip"
    return wrong


def _known(unit: str) -> KnownUnit | None:
    """By what is shown, in full-width or half-width characters, with spaces or without."""
    plain = _plain(unit)
    return KNOWN.get(unit) or KNOWN.get(plain) or _OF_AIR_FOLDED.get(plain.casefold())


def _plain(unit: str) -> str:
    return "".join(unicodedata.normalize("NFKC", unit).split())
