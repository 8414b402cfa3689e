"""The gas library: one row a gas.

Sources: OEL and the older IDLH from the annex of GB/T 50493-2019 as publicly restated; LEL from
IEC 60079-20-1:2010 (used) and NFPA 497:2008; NIOSH IDLH and AEGL for 60 minutes as in the CAMEO
Chemicals data (NR: not recommended). Conflicts with GBZ 2.1-2019 stand beside the annex's figure.
"""

from typing import Literal

from services.domain.gas import Basis, Figure, Gas, Trust

ANNEX = "GB/T 50493-2019 annex"
IEC = "IEC 60079-20-1:2010"
NFPA = "NFPA 497:2008"
NIOSH = "NIOSH IDLH"
AEGL = "AEGL 60 min"
GBZ = "GBZ 2.1-2019"

NR: Literal["NR"] = "NR"
Aegl = float | Literal["NR"] | None

MAC, TWA, STEL = Basis.MAC, Basis.PC_TWA, Basis.PC_STEL


def _gas(
    cas: str,
    formula: str,
    names: tuple[str, str],
    molar_mass: float,
    lel: tuple[float | None, float | None] = (None, None),
    oel: tuple[Figure, ...] = (),
    idlh: tuple[float | None, float | None] = (None, None),
    aegl: tuple[Aegl, Aegl, Aegl] = (None, None, None),
    doubted: tuple[Figure, ...] = (),
) -> Gas:
    """`lel`: IEC, NFPA in vol%; `idlh`: NIOSH in ppm, annex in mg/m3; `aegl` in ppm; `doubted`:
    further figures for the IDLH that we do not believe."""
    one, two, three = aegl
    return Gas(
        cas,
        formula,
        names[0],
        names[1],
        molar_mass,
        _figures("vol%", (lel[0], IEC), (lel[1], NFPA)),
        oel,
        _figures("ppm", (idlh[0], NIOSH)) + _figures("mg/m3", (idlh[1], ANNEX)) + doubted,
        (_aegl(one), _aegl(two), _aegl(three)),
        frozenset(level for level, each in enumerate(aegl, 1) if each == NR),
    )


def _figures(unit: str, *found: tuple[float | None, str]) -> tuple[Figure, ...]:
    return tuple(Figure(value, unit, source) for value, source in found if value is not None)


def _aegl(value: Aegl) -> Figure | None:
    return None if value is None or value == NR else Figure(value, "ppm", AEGL)


def _oel(*found: tuple[float, Basis], also: tuple[Figure, ...] = ()) -> tuple[Figure, ...]:
    return tuple(Figure(value, "mg/m3", ANNEX, basis=basis) for value, basis in found) + also


def _gbz(value: float, basis: Basis, trust: Trust = Trust.RESTATED) -> Figure:
    return Figure(value, "mg/m3", GBZ, trust, basis)


GASES: tuple[Gas, ...] = (
    _gas("7783-06-4", "H2S", ("hydrogen sulfide", "硫化氢"), 34.08, (4.0, 4.0),
         _oel((10, MAC)), (100, 430), (0.51, 27, 50)),
    _gas("630-08-0", "CO", ("carbon monoxide", "一氧化碳"), 28.01, (10.9, 12.5),
         _oel((20, TWA), (30, STEL)), (1200, 1700), (None, 83, 330)),
    _gas("7782-50-5", "Cl2", ("chlorine", "氯"), 70.91, (None, None),
         _oel((1, MAC)), (10, 88), (0.5, 2.0, 20)),
    _gas("7664-41-7", "NH3", ("ammonia", "氨"), 17.03, (15.0, 15.0),
         _oel((20, TWA), (30, STEL)), (300, 360), (30, 160, 1100)),
    _gas("7446-09-5", "SO2", ("sulfur dioxide", "二氧化硫"), 64.06, (None, None),
         _oel((5, TWA), (10, STEL)), (100, 270), (0.20, 0.75, 30)),
    # The annex's IDLH for HF is restated as 500 mg/m3, which looks misread: 30 ppm is 25 mg/m3.
    _gas("7664-39-3", "HF", ("hydrogen fluoride", "氟化氢"), 20.01, (None, None),
         _oel((2, MAC)), (30, None), (1.0, 24, 44),
         doubted=(Figure(500, "mg/m3", ANNEX, Trust.UNPROVED),)),
    _gas("75-44-5", "COCl2", ("phosgene", "光气"), 98.92, (None, None),
         _oel((0.5, MAC)), (2, 8), (NR, 0.30, 0.75)),
    _gas("74-90-8", "HCN", ("hydrogen cyanide", "氰化氢"), 27.03, (5.4, 5.6),
         _oel((1, MAC)), (50, 56), (2.0, 7.1, 15)),
    _gas("7647-01-0", "HCl", ("hydrogen chloride", "氯化氢"), 36.46, (None, None),
         _oel((7.5, MAC)), (50, 150), (1.8, 22, 100)),
    _gas("10102-44-0", "NO2", ("nitrogen dioxide", "二氧化氮"), 46.01, (None, None),
         _oel((5, TWA), (10, STEL)), (20, 96), (0.50, 12, 20)),
    _gas("75-21-8", "C2H4O", ("ethylene oxide", "环氧乙烷"), 44.05, (2.6, 3.0),
         _oel((0.6, TWA), also=(_gbz(2, TWA),)), (800, 1500), (NR, 45, 200)),
    _gas("107-13-1", "C3H3N", ("acrylonitrile", "丙烯腈"), 53.06, (2.8, 3.0),
         _oel((1, TWA), (2, STEL)), (85, 1100), (NR, 1.7, 28)),
    _gas("71-43-2", "C6H6", ("benzene", "苯"), 78.11, (1.2, 1.2),
         _oel((6, TWA), (10, STEL), also=(_gbz(3, TWA, Trust.UNPROVED),
                                            _gbz(6, STEL, Trust.UNPROVED))),
         (500, 9800), (52, 800, 4000)),
    _gas("67-56-1", "CH3OH", ("methanol", "甲醇"), 32.04, (6.0, 6.0),
         _oel((25, TWA), (50, STEL)), (6000, 33000), (530, 2100, 7200)),
    _gas("75-01-4", "C2H3Cl", ("vinyl chloride", "氯乙烯"), 62.50, (3.6, 3.6),
         _oel((10, TWA), (25, STEL)), (None, None), (250, 1200, 4800)),
    _gas("108-88-3", "C7H8", ("toluene", "甲苯"), 92.14, (1.0, 1.1),
         _oel((50, TWA), (100, STEL)), (500, 7700), (67, 560, 3700)),
    _gas("7726-95-6", "Br2", ("bromine", "溴"), 159.8, (None, None),
         _oel((0.3, MAC)), (3, 66), (0.033, 0.24, 8.5)),
    _gas("50-00-0", "CH2O", ("formaldehyde", "甲醛"), 30.03, (None, None),
         _oel((2, MAC), also=(_gbz(0.5, MAC),)), (20, 37)),
    _gas("7803-51-2", "PH3", ("phosphine", "磷化氢"), 34.00, (1.8, None),
         _oel((0.3, MAC)), (50, None), (NR, 2.0, 3.6)),
    _gas("74-82-8", "CH4", ("methane", "甲烷"), 16.04, (4.4, 5.0)),
    _gas("74-98-6", "C3H8", ("propane", "丙烷"), 44.10, (1.7, 2.1), (), (2100, None),
         (5500, 17000, 33000)),
    _gas("1333-74-0", "H2", ("hydrogen", "氢"), 2.016, (4.0, 4.0)),
    _gas("74-85-1", "C2H4", ("ethylene", "乙烯"), 28.05, (2.3, 2.7)),
    _gas("115-07-1", "C3H6", ("propylene", "丙烯"), 42.08, (2.0, 2.4)),
    _gas("74-86-2", "C2H2", ("acetylene", "乙炔"), 26.04, (2.3, 2.5)),
    _gas("106-99-0", "C4H6", ("1,3-butadiene", "1,3-丁二烯"), 54.09, (1.4, 2.0)),
    _gas("75-56-9", "C3H6O", ("propylene oxide", "环氧丙烷"), 58.08, (1.9, 2.3)),
    _gas("75-15-0", "CS2", ("carbon disulfide", "二硫化碳"), 76.14, (0.6, 1.3)),
)  # fmt: skip

_NAMED: dict[str, Gas] = {
    name.casefold(): gas for gas in GASES for name in (gas.cas, gas.formula, gas.name, gas.name_zh)
}


def find_gas(name: str) -> Gas | None:
    """The gas of a CAS number, a formula, or an English or Chinese name; None: not in the list."""
    return _NAMED.get(name.strip().casefold())
