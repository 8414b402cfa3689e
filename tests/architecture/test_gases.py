"""The gas tables of the reference hold every figure of the library, with its source.

To renew a page, put what `table` gives in the place of its table.
"""

from collections.abc import Sequence

import pytest

from services.domain.concentration import conflicts
from services.domain.gas import Density, Figure, Gas, Trust
from services.domain.gas_table import AEGL, ANNEX, GASES, GBZ, IEC, NFPA, NIOSH
from tests.architecture.repository import ROOT

PAGES = {"gases.md": False, "gases.zh-CN.md": True}
ZH_DENSITY = {Density.LIGHTER: "轻", Density.NEAR: "相近", Density.HEAVIER: "重"}
HEADS = (
    "| gas | CAS | g/mol | air = 1 | LEL vol% IEC | LEL vol% NFPA | OEL mg/m³ annex | "
    "OEL mg/m³ GBZ 2.1 | IDLH ppm NIOSH | IDLH mg/m³ annex | AEGL ppm 1 / 2 / 3 |",
    "| 气体 | CAS | g/mol | 空气 = 1 | LEL vol% IEC | LEL vol% NFPA | OEL mg/m³ 附录 | "
    "OEL mg/m³ GBZ 2.1 | IDLH ppm NIOSH | IDLH mg/m³ 附录 | AEGL ppm 1 / 2 / 3 |",
)


def table(chinese: bool) -> str:
    """The table as the page of a language has it."""
    return "\n".join([HEADS[chinese], "|---" * 11 + "|", *(row(gas, chinese) for gas in GASES)])


def row(gas: Gas, chinese: bool) -> str:
    density = ZH_DENSITY[gas.density] if chinese else gas.density
    shown = {id(figure) for those in conflicts(gas) for figure in those}
    cells = [
        f"{gas.name_zh if chinese else gas.name} {gas.formula}",
        gas.cas,
        f"{gas.molar_mass:g}",
        f"{gas.relative_density:.2f} {density}",
        *(told(gas.lel, source, shown) for source in (IEC, NFPA)),
        *(told(gas.oel, source, shown) for source in (ANNEX, GBZ)),
        *(told(gas.idlh, source, shown) for source in (NIOSH, ANNEX)),
        " / ".join(level(gas, number) for number in (1, 2, 3)) if any(gas.aegl) else "–",
    ]
    return "| " + " | ".join(cells) + " |"


def told(figures: Sequence[Figure], source: str, conflicting: set[int]) -> str:
    """The figures of one source: what contradicts another source is bold."""
    found = []
    for each in figures:
        if each.source == source:
            text = f"{each.basis.removeprefix('PC-')} " if each.basis else ""
            text += f"{each.value:g}" + ("?" if each.trust is Trust.UNPROVED else "")
            found.append(f"**{text}**" if id(each) in conflicting else text)
    return ", ".join(found) or "–"


def level(gas: Gas, number: int) -> str:
    figure = gas.aegl[number - 1]
    if figure is None:
        return "NR" if number in gas.not_recommended else "–"
    assert (figure.source, figure.unit) == (AEGL, "ppm")
    return f"{figure.value:g}"


@pytest.mark.parametrize("page", PAGES)
def test_the_page_holds_the_table_of_the_code(page: str) -> None:
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert table(PAGES[page]) in text
    for source in (IEC, NFPA, ANNEX, GBZ, NIOSH, AEGL):
        assert source in text
