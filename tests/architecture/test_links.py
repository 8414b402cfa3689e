"""What is written is checked: links lead somewhere, and settings that are named exist."""

import re
from pathlib import Path

import pytest

from device_sim.conformance_command import USER_VARIABLE
from device_sim.secret import PASSWORD_VARIABLE
from services.runtime.settings import Settings
from tests.architecture.repository import name_of, tracked

PAGES = [path for path in tracked() if path.suffix == ".md"]
NAMED_IN = [*PAGES, *(p for p in tracked() if p.name.startswith(("Dockerfile", "docker-compose")))]
KNOWN = {f"PARKWATCH_{name.upper()}" for name in Settings.model_fields} | {"PARKWATCH_SECRETS_DIR"}
KNOWN |= {PASSWORD_VARIABLE, USER_VARIABLE}  # the simulator's own


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", NAMED_IN, ids=name_of)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    named = set(re.findall(r"\bPARKWATCH_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named <= KNOWN


def test_every_page_for_people_is_there_in_both_languages() -> None:
    pages = {name_of(path) for path in PAGES}
    spoken = [n for n in pages if n in ("README.md", "docs/runbook.md") or "docs/how-to/" in n]
    for name in spoken:
        if not name.endswith(".zh-CN.md"):
            assert name.removesuffix(".md") + ".zh-CN.md" in pages
