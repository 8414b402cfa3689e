"""The page about recordings is compared with the code, in both languages."""

import re
from pathlib import Path

import pytest
import typer

from device_sim.cli import app
from device_sim.recording.capture_file import CaptureFile

DOCS = Path(__file__).resolve().parents[3] / "docs/reference"
PAGES = [DOCS / "recordings.md", DOCS / "recordings.zh-CN.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_example_is_a_capture(page: Path, tmp_path: Path) -> None:
    (example,) = re.findall(r"(?ms)^```json\n(.*?)^```", page.read_text(encoding="utf-8"))
    *lines, end = example.splitlines()
    path = tmp_path / "x"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    capture = CaptureFile(path)
    first, second = capture.messages()
    assert first.payload.startswith(b'{"ts":')
    assert second.payload == b"\xff\xfe not utf-8"
    assert (capture.gaps, capture.cut) == (1, True)
    assert '"messages": 2' in end


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_option_on_the_page_exists(page: Path) -> None:
    group = typer.main.get_command(app)
    known = {
        option
        for command in group.commands.values()  # type: ignore[attr-defined]
        for parameter in command.params
        for option in parameter.opts
    }
    text = page.read_text(encoding="utf-8")
    assert len(known) > 30
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known
