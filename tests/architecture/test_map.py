"""What is written is checked: the map in ARCHITECTURE.md names the folders that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def rooms_on_the_map() -> set[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^\| `([a-z_/]+)/` \|", text))


def test_every_room_on_the_map_exists() -> None:
    for room in rooms_on_the_map():
        assert (ROOT / room).is_dir(), room


def test_every_folder_of_services_is_on_the_map() -> None:
    folders = {f"services/{p.parent.name}" for p in (ROOT / "services").glob("*/__init__.py")}
    assert folders <= rooms_on_the_map()


def test_the_glossary_names_every_module_of_the_core() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8").lower()
    for path in (ROOT / "services/domain").glob("*.py"):
        noun = path.stem.replace("_", " ")
        assert path.stem == "__init__" or noun in glossary, f"{noun} is not in docs/glossary.md"
