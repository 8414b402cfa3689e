"""What a cell for one gas shows of another.

ppm shown per ppm there. Electrochemical cells: orders of magnitude from manufacturers' tables
of interfering gases (they differ from make to make, and from cell to cell); not a datum of any
one instrument. Catalytic beads feel every combustible gas, which ``Substance.percent_lel`` adds
up by itself.
"""

from device_sim.physics.gas import SUBSTANCES

_SHOWN: dict[str, dict[str, float]] = {
    "chlorine": {"hydrogen sulphide": -0.1},
    "hydrogen sulphide": {"chlorine": -0.2, "ammonia": 0.02, "hydrogen": 0.0005},
    "ammonia": {"hydrogen sulphide": 1.3, "chlorine": -0.5},
}


def shown_ppm_per_ppm(cell: str, gas: str) -> float:
    """1 for its own gas, 0 for one that it does not feel; below 0 where it is pushed down."""
    return 1.0 if cell == gas else _SHOWN.get(cell, {}).get(gas, 0.0)


def shown_per_kg(cell: str, gas: str) -> float:
    """The same in mass: kg/m³ of its own gas that a cell shows for each kg/m³ of ``gas``."""
    ratio = shown_ppm_per_ppm(cell, gas)
    if ratio == 0.0 or cell == gas:
        return ratio
    return ratio * SUBSTANCES[cell].molar_mass / SUBSTANCES[gas].molar_mass
