"""The files that belong to the repository, whether or not it came with git."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_MADE = {
    ".venv", ".git", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache",
    ".import_linter_cache", "__pycache__", "node_modules", "dist", "build", "data",
    "test-artefacts", "certs",
}  # fmt: skip


def tracked() -> list[Path]:
    """What git tracks and is still there; from an archive without git, all that was not made."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return _walked()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def _walked() -> list[Path]:
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in _MADE]
        found += [Path(folder) / name for name in files]
    return found


def name_of(path: Path) -> str:
    """The path as a person would say it."""
    return path.relative_to(ROOT).as_posix()
