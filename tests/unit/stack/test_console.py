"""The console is built again when its sources changed, and only then."""

from pathlib import Path

import pytest

from services.stack import console
from services.stack.refusal import Refusal
from services.stack.tool import Failed


def sources(folder: Path) -> Path:
    (folder / "src").mkdir()
    (folder / "src" / "main.ts").write_text("export {}")
    (folder / "package-lock.json").write_text("{}")
    return folder


def built(folder: Path) -> Path:
    (folder / "dist").mkdir()
    (folder / "dist" / ".built-from").write_text(console.sources(folder))
    return folder


def test_a_build_of_the_present_sources_is_good(tmp_path: Path) -> None:
    assert not console.is_built(sources(tmp_path))
    assert console.is_built(built(tmp_path))


def test_what_a_build_leaves_behind_changes_nothing(tmp_path: Path) -> None:
    folder = built(sources(tmp_path))
    (folder / "node_modules" / "vite").mkdir(parents=True)
    (folder / "node_modules" / "vite" / "index.js").write_text("x")
    (folder / "dist" / "index.html").write_text("x")
    assert console.is_built(folder)


@pytest.mark.parametrize("change", ["src/main.ts", "src/new.ts", "package.json"])
def test_a_changed_or_new_source_asks_for_a_build(tmp_path: Path, change: str) -> None:
    folder = built(sources(tmp_path))
    (folder / change).write_text("changed")
    assert not console.is_built(folder)


def test_missing_sources_are_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="sources are missing"):
        console.build({}, tmp_path)


def test_a_registry_that_does_not_answer_is_said_with_its_reason() -> None:
    told = "\n".join(
        (
            "npm error code ECONNREFUSED",
            "npm error network request to http://mirror.example/svelte failed, reason: connect "
            "ECONNREFUSED 192.0.2.1:443",
            "npm error A complete log of this run can be found in: /home/op/npm/_logs/1.log",
        )
    )
    said = console.sentence(Failed("node", 1, told), ("ci",))
    assert "cannot be fetched" in said
    assert "ECONNREFUSED 192.0.2.1:443" in said
    assert "complete log" not in said
