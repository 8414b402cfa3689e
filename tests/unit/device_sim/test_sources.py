"""Each law of the simulator names where it is from."""

import ast
from pathlib import Path

import pytest

import device_sim.physics

WORKS = (
    "API 2000",
    "Briggs",
    "CRC Handbook",
    "Crowl and Louvar",
    "GB 15322",
    "IEC 60079-29-2",
    "IEC 61511",
    "Karassik",
    "NAMUR NE 43",
    "NFPA 72",
    "Perry",
    "Stoessel",
    "Turner",
    "WMO-No. 8",
    "EPA ISC3",
    "manufacturers' tables",
)
OF_OTHERS = frozenset({"__init__", "chance", "head", "leak", "puff", "trail"})
"""They have no law of their own: they put those of the others together, or draw numbers."""

LAWS = sorted(
    path
    for path in Path(device_sim.physics.__file__).parent.glob("*.py")
    if path.stem not in OF_OTHERS
)


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_a_law_names_its_source(path: Path) -> None:
    said = " ".join((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split())
    assert any(work in said for work in WORKS)


@pytest.mark.parametrize("name", sorted(OF_OTHERS - {"__init__", "chance"}))
def test_what_names_none_is_made_of_those_that_do(name: str) -> None:
    text = (Path(device_sim.physics.__file__).parent / f"{name}.py").read_text("utf-8")
    assert any(f"from device_sim.physics.{path.stem} import" in text for path in LAWS)
