"""The examples of the groups' reference are a group, and a rule over it."""

import json
import re
from pathlib import Path
from typing import Any

from services.api.detector_body import Voting
from services.api.group_body import NewGroup
from services.domain.detector_group import MOST_MEMBERS, MOST_REDUNDANT, GroupKind

REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
PAGES = [REFERENCE / "detector-groups.md", REFERENCE / "detector-groups.zh-CN.md"]


def examples(page: Path) -> list[dict[str, Any]]:
    text = page.read_text(encoding="utf-8")
    return [json.loads(each) for each in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


def test_both_languages_show_the_same() -> None:
    assert examples(PAGES[0]) == examples(PAGES[1])


def test_they_are_a_group_and_a_rule_over_it() -> None:
    first, second = examples(PAGES[0])
    group, rule = NewGroup.model_validate(first), Voting.model_validate(second)
    assert (rule.group, rule.enterprise) == (group.code, group.enterprise)
    assert rule.tag in group.members
    assert rule.unfit() == {}


def test_both_pages_tell_every_kind_and_the_most() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"^\| `(\w+)`", text, re.MULTILINE) == ["kind", *GroupKind]
        assert str(MOST_MEMBERS) in text
        assert re.search(rf"\b2 (to|至) {MOST_REDUNDANT}\b", text)
