"""Every figure of the gas library against a second copy of its sources."""

import csv
from pathlib import Path

import pytest

from services.domain.gas import Basis, Figure
from services.domain.gas_table import AEGL, ANNEX, GASES, GBZ, IEC, NFPA, NIOSH, find_gas

SOURCES = Path(__file__).parents[2] / "golden" / "gases.csv"
BASES = {"MAC": Basis.MAC, "TWA": Basis.PC_TWA, "STEL": Basis.PC_STEL}

Told = tuple[float, str, str, Basis | None]


def rows() -> list[dict[str, str]]:
    with SOURCES.open() as file:
        return list(csv.DictReader(file))


def told(figures: tuple[Figure, ...]) -> list[Told]:
    return [(each.value, each.unit, each.source, each.basis) for each in figures]


def limits(text: str, source: str) -> list[Told]:
    """`TWA 20 STEL 30` as figures."""
    words = text.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return [(float(value), "mg/m3", source, BASES[basis]) for basis, value in pairs]


def plain(text: str, unit: str, source: str) -> list[Told]:
    return [(float(text), unit, source, None)] if text else []


def test_the_copy_has_every_gas_once() -> None:
    assert [row["cas"] for row in rows()] == [gas.cas for gas in GASES]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["cas"])
def test_its_figures_are_those_of_the_sources(row: dict[str, str]) -> None:
    gas = find_gas(row["cas"])
    assert gas is not None
    assert gas.molar_mass == float(row["molar_mass"])
    assert told(gas.lel) == (
        plain(row["lel_iec"], "vol%", IEC) + plain(row["lel_nfpa"], "vol%", NFPA)
    )
    assert told(gas.oel) == limits(row["oel_annex"], ANNEX) + limits(row["oel_gbz"], GBZ)
    assert told(gas.idlh) == (
        plain(row["idlh_niosh_ppm"], "ppm", NIOSH) + plain(row["idlh_annex_mg_m3"], "mg/m3", ANNEX)
    )
    for level, (figure, text) in enumerate(zip(gas.aegl, row["aegl_ppm"].split(), strict=True), 1):
        assert (figure is None) == (text in ("-", "NR"))
        assert (level in gas.not_recommended) == (text == "NR")
        if figure is not None:
            assert told((figure,)) == plain(text, "ppm", AEGL)
