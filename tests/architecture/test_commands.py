"""What is written is checked: every command that a page shows can be called."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from device_sim.cli import app as simulator
from services.stack.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").rglob("*.md")]
)
TARGETS = set(re.findall(r"(?m)^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8")))


def code_of(page: Path) -> Iterator[str]:
    """The lines of code on a page: fenced blocks and code spans."""
    text = page.read_text(encoding="utf-8")
    for fence in re.findall(r"(?ms)^ *```[^\n]*\n(.*?)^ *```", text):
        yield from (line.strip() for line in fence.splitlines())
    prose = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    yield from (span.strip() for span in re.findall(r"`([^`]+)`", prose))


def commands(page: Path, program: str) -> list[list[str]]:
    """The words after the program, wherever a line of code calls it."""
    calls = rf"(?:^|&& |; |\$ |sudo |bin/){program} ((?:[a-z][a-z-]*(?: |$))+)"
    return [found.split() for line in code_of(page) for found in re.findall(calls, f"{line} ")]


def names(program: typer.Typer) -> dict[str, typer.Typer | None]:
    """The commands of a program; with a program of its own where it is a group."""
    plain = [each.name or getattr(each.callback, "__name__", "")
             for each in program.registered_commands]  # fmt: skip
    groups = {str(group.name): group.typer_instance for group in program.registered_groups}
    return dict.fromkeys(plain) | groups


def exists(words: list[str]) -> bool:
    first, *rest = words
    known = names(app) | {"sim": simulator}
    if first not in known:
        return False
    group = known[first]
    return group is None or not rest or rest[0] in names(group)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_on_a_page_exists(page: Path) -> None:
    for first, *_ in commands(page, "make"):
        assert first in TARGETS, f"make {first}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_on_a_page_exists(page: Path) -> None:
    for words in commands(page, "parkwatch"):
        assert exists(words), f"parkwatch {' '.join(words)}"


def test_the_pages_are_really_read() -> None:
    readme = ROOT / "README.md"
    assert ["demo"] in commands(readme, "make")
    assert ["up"] in commands(readme, "parkwatch")
    assert not exists(["fly"])
    assert not exists(["sim", "fly"])


def test_make_help_names_what_can_be_made() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    helped = set(re.findall(r'@echo "make ([a-z-]+) ', makefile))
    assert helped == TARGETS - {"help", "install-tests"}
