"""A gas as the rules need it: its limits of flammability and exposure, each with its source.

Where sources contradict each other all their figures are kept, the one we use first.
"""

from dataclasses import dataclass
from enum import StrEnum

MOLAR_MASS_OF_AIR = 28.96
"""g/mol, of dry air."""

MASS_SOURCE = "IUPAC standard atomic weights"
"""What molar masses are summed up from, by the formula; the figure is computed by us."""
DENSITY_SOURCE = f"molar mass / {MOLAR_MASS_OF_AIR:g} g/mol of dry air"

HEAVY, LIGHT = 1.2, 0.8
"""Density relative to air beyond which a gas sinks or rises (practice after GB/T 50493-2019;
the clause was not seen: a default, no law)."""


class Density(StrEnum):
    """Where a gas goes when it is released."""

    LIGHTER = "lighter"
    NEAR = "near"
    HEAVIER = "heavier"


class Basis(StrEnum):
    """Which kind of occupational exposure limit: the set point follows MAC, else PC-TWA."""

    MAC = "MAC"
    PC_TWA = "PC-TWA"
    PC_STEL = "PC-STEL"


class Trust(StrEnum):
    """How sure a figure is: read in the standard, restated by others, computed by us, unproved."""

    READ = "read"
    RESTATED = "restated"
    COMPUTED = "computed"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, and who says so."""

    value: float
    unit: str
    source: str
    trust: Trust = Trust.RESTATED
    basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class Gas:
    """A gas. `lel` in vol%, `oel` in mg/m3, `idlh` in ppm or mg/m3, `aegl` (levels 1 to 3 for
    60 minutes, None: no figure) in ppm, `not_recommended` the levels for which AEGL says that there
    is none to recommend; `molar_mass` in g/mol."""

    cas: str
    formula: str
    name: str
    name_zh: str
    molar_mass: float
    lel: tuple[Figure, ...] = ()
    oel: tuple[Figure, ...] = ()
    idlh: tuple[Figure, ...] = ()
    aegl: tuple[Figure | None, Figure | None, Figure | None] = (None, None, None)
    not_recommended: frozenset[int] = frozenset()

    @property
    def relative_density(self) -> float:
        """How heavy it is beside air of the same temperature and pressure: air is 1."""
        return self.molar_mass / MOLAR_MASS_OF_AIR

    @property
    def density(self) -> Density:
        """Its density class, by its molar mass against that of air."""
        ratio = self.relative_density
        if ratio > HEAVY:
            return Density.HEAVIER
        return Density.LIGHTER if ratio < LIGHT else Density.NEAR
