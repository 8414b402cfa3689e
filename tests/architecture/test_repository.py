"""What is in the repository is ours alone: no traces of a machine, nothing left undone."""

import ast
import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

from tests.architecture.repository import ROOT, name_of, tracked

FILES = tracked()
TESTS = [path for path in FILES if name_of(path).startswith("tests/") and path.suffix == ".py"]
MACHINE = re.compile("/(work/|opt/py" + r"pi|root/\.py" + "env)")
REGISTRIES = {"pypi.org", "files.pythonhosted.org", "registry.npmjs.org"}
UNDONE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")
MAY_BE_LEFT_OUT = [
    "tests/integration/ingest/test_full_disks.py",
    "tests/integration/stack/test_failing_disks.py",
    "tests/integration/store/test_columns.py",
    "tests/unit/alerts/test_full_disk.py",
]
"""One needs TimescaleDB's own licence, the others a file system of their own or to answer a process's
calls for the kernel, which some machines let nobody do."""
LEFT_OUT = {"skip", "skipif", "xfail", "importorskip"}
BEFORE_ALL = "services/stack/bootstrap.py"
"""Runs before anything is installed, the settings' library included."""


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def test_the_repository_is_really_read() -> None:
    names = {name_of(path) for path in FILES}
    assert {"README.md", "Makefile", "services/api/app.py", "console/src/main.ts"} <= names
    assert not any(name.startswith((".venv/", "data/", "console/node_modules/")) for name in names)


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert [name_of(path) for path in FILES if MACHINE.search(text_of(path))] == []


def test_locked_packages_come_from_the_official_registries() -> None:
    for name in ("uv.lock", "console/package-lock.json", "deploy/uv-requirements.txt"):
        pattern = r"(?:registry = |url = |\"resolved\": |--index-url )\"?(https?://[^\s\"]+)"
        hosts = {urlsplit(url).hostname for url in re.findall(pattern, text_of(ROOT / name))}
        assert hosts <= REGISTRIES, name


def test_nothing_is_left_undone() -> None:
    code = [path for path in FILES if path.suffix in (".py", ".ts", ".svelte", ".sql", ".sh")]
    assert [name_of(path) for path in code if UNDONE.search(text_of(path))] == []


def test_no_test_is_left_out() -> None:
    assert [name_of(path) for path in TESTS if words(path) & LEFT_OUT] == MAY_BE_LEFT_OUT


def words(path: Path) -> set[str]:
    """What is asked of modules and marks in a file: the part behind each dot."""
    return {n.attr for n in ast.walk(ast.parse(text_of(path))) if isinstance(n, ast.Attribute)}


def test_clock_and_environment_are_banned_but_at_their_doors() -> None:
    ruff = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["ruff"]["lint"]
    banned = set(ruff["flake8-tidy-imports"]["banned-api"])
    assert {"time.time", "time.monotonic", "datetime.datetime.now", "os.environ", "os.getenv"} <= (
        banned
    )
    assert {"TID", "DTZ", "BLE"} <= set(ruff["select"])
    free = {place for place, rules in ruff["per-file-ignores"].items() if "TID251" in rules}
    # The watcher shares nothing with the services, so it has doors of its own.
    doors = {"services/runtime/clock.py", "services/runtime/settings.py", "services/watcher/**"}
    assert {place for place in free if place.startswith("services")} == doors


def test_nobody_excuses_himself_from_clock_environment_or_blind_except() -> None:
    product = [p for p in FILES if name_of(p).startswith("services/") and p.suffix == ".py"]
    excused = re.compile(r"# noqa(?!: *[A-Z])|# noqa:.*(TID|DTZ|BLE)|# (ruff|mypy):")
    assert [name_of(p) for p in product if excused.search(text_of(p))] == [BEFORE_ALL]
