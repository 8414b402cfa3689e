"""What axe-core finds on a page against WCAG 2.2, levels A and AA."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from tests.living.engines import REPOSITORY

_AXE = REPOSITORY / "console" / "node_modules" / "axe-core" / "axe.min.js"
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_ASK = """
levels => axe.run(document, {runOnly: {type: 'tag', values: levels}, resultTypes: ['violations']})
"""


@cache
def _axe() -> str:
    return _AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Each by its rule, what it asks for, and the first places that break it; empty is as it must be.

    Marks on the map may overlap: where they stand is what they say (2.5.8, exception Essential).
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(f"{_axe()};void 0")
    found: dict[str, Any] = page.evaluate(_ASK, _LEVELS)
    broken = []
    for each in found["violations"]:
        places = [node for node in each["nodes"] if not _essential(each["id"], node)]
        told = "; ".join(f"{node['target']} {node['failureSummary']}" for node in places[:3])
        broken += [f"{each['id']}: {each['help']}: {told}"] if places else []
    return broken


def _essential(rule: str, node: dict[str, Any]) -> bool:
    return rule == "target-size" and "data-object" in node["html"]
