"""The examples of the rules' reference are rules: each kind has one, and it can judge."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from services.api.detector_body import DetectorBody
from services.api.rule_body import NewRule
from services.api.rule_union import KINDS, AnyNewRule
from services.domain.detector_rule import validated
from services.domain.point import Point, PointKind
from services.wire.expression import watch

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
NATURES = {
    "TI": (PointKind.TEMPERATURE, "Cel"),
    "LI": (PointKind.LEVEL, "%"),
    "FI": (PointKind.FLOW, "m3/h"),
    "GT": (PointKind.COMBUSTIBLE_GAS, "%LEL"),
    "PI": (PointKind.PRESSURE, "MPa"),
    "XV": (PointKind.VALVE, "state"),
}


def examples(name: str) -> list[dict[str, Any]]:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    return [json.loads(each) for each in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


@pytest.mark.parametrize("name", ["rules.md", "rules.zh-CN.md"])
def test_there_is_one_for_each_kind(name: str) -> None:
    assert [each["kind"] for each in examples(name)] == list(KINDS)


def test_both_languages_show_the_same() -> None:
    assert examples("rules.md") == examples("rules.zh-CN.md")


@pytest.mark.parametrize("example", examples("rules.md"), ids=lambda each: str(each["kind"]))
def test_it_can_judge(example: dict[str, Any]) -> None:
    body = TypeAdapter[NewRule | DetectorBody](AnyNewRule).validate_python(example)
    if isinstance(body, NewRule):
        return
    points = {
        name: Point(number, body.enterprise, tag, *NATURES[tag[:2]])
        for number, (name, tag) in enumerate(body.tags().items(), start=1)
    }
    assert validated(body.of_kind, points, body.parameters(), body.grade, watch) is not None
