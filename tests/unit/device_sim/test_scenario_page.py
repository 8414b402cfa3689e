"""The page about scenarios is compared with the code, in both languages."""

import re
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from device_sim.fleet.scenario import LIBRARY, Cause, parse
from device_sim.physics.ailment import SIZED, Kind
from device_sim.truth.ledger import (
    CAUSES,
    DEPARTURE_COLUMNS,
    DEPARTURES,
    MANIFEST,
    READING_COLUMNS,
    READINGS,
    RELEASE_COLUMNS,
    RELEASES,
)
from device_sim.way.departure import Fate

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [DOCS / "reference/scenarios.md", DOCS / "reference/scenarios.zh-CN.md"]
MODELS: dict[str, type[BaseModel]] = {
    get_args(model.model_fields["cause"].annotation)[0]: model
    for model in get_args(get_args(Cause)[0])
}


def rows(page: Path) -> dict[str, str]:
    """The rows of the page's tables by each name in their first cell."""
    found: dict[str, str] = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = line.split("|")
        if len(cells) > 2:
            for name in re.findall(r"`([^`]+)`", cells[1]):
                found.setdefault(name, line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_cause_is_there_with_all_of_its_fields(page: Path) -> None:
    told = rows(page)
    assert len(MODELS) == 21
    for name, model in MODELS.items():
        fields = set(model.model_fields) - {"cause", "at_s", "gateways", "until_s"}
        missing = {field for field in fields if f"`{field}`" not in told[name]}
        assert not missing, f"{page.name}: {name} lacks {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_ailment_fate_column_and_scenario_is_there(page: Path) -> None:
    told = rows(page)
    assert {str(kind) for kind in Kind} <= set(told)
    for kind in SIZED:
        assert told[str(kind)].split("|")[2].strip(), kind
    text = page.read_text(encoding="utf-8")
    for fate in Fate:
        assert f"`{fate}`" in text
    for file, columns in (
        (READINGS, READING_COLUMNS),
        (DEPARTURES, DEPARTURE_COLUMNS),
        (RELEASES, RELEASE_COLUMNS),
    ):
        assert {column for column in columns if f"`{column}`" not in told[file]} == set()
    assert {CAUSES, MANIFEST} <= set(told)
    assert {path.stem for path in LIBRARY.glob("*.yaml")} <= set(told)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_is_a_scenario(page: Path) -> None:
    (example,) = re.findall(r"(?ms)^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"))
    assert parse(example, page.name).name == "seal_leak"
