"""The simulator is a package of its own: built without an index, installed where nothing of the
platform is, and saying the same bytes there."""

import hashlib
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.scenario import load
from device_sim.fleet.stream import run_headless

PACKAGE = Path(__file__).resolve().parents[3] / "device_sim"
SECONDS = 20
NOT_ITS = ("services", "fastapi", "numpy", "psycopg", "msgspec")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=PACKAGE, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def home(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the package, and with what the package says that it needs."""
    home = tmp_path_factory.mktemp("home")
    venv.create(home, with_pip=False, symlinks=True)
    uv = Path(sysconfig.get_path("scripts")) / "uv"
    words = [str(uv), "pip", "install", "--quiet", "--offline", "--no-index", "--no-deps"]
    subprocess.run([*words, "--python", str(home / "bin/python"), str(wheel)], check=True)
    site = next((home / "lib").glob("python*/site-packages"))
    for needed in _closure("parkwatch-sim", _needs(wheel)):
        for top in {file.parts[0] for file in needed.files or () if file.parts[0] != ".."}:
            (site / top).symlink_to(str(needed.locate_file(top)))
    return home


def _needs(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [each for each in packed.namelist() if each.endswith("METADATA")]
        lines = packed.read(name).decode().splitlines()
    return [line.removeprefix("Requires-Dist: ") for line in lines if "Requires-Dist: " in line]


def _closure(name: str, needs: list[str]) -> list[Distribution]:
    """What is needed, and what that needs; extras and other systems' needs left out."""
    found: dict[str, Distribution] = {}
    waiting = list(needs)
    while waiting:
        need = waiting.pop()
        if "extra ==" in need or "python_version <" in need or "win32" in need:
            continue
        plain = re.split(r"[ ;<>=!~\[(]", need)[0].lower().replace("_", "-")
        if plain not in found and plain not in (name, "colorama"):
            found[plain] = distribution(plain)
            waiting += found[plain].requires or []
    return list(found.values())


def _says(home: Path, *words: str) -> str:
    program = str(home / "bin/parkwatch-sim")
    env = {"PYTHONHASHSEED": "7", "PYTHONNOUSERSITE": "1"}
    done = subprocess.run(
        [program, *words], env=env, cwd=home, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_alone_it_says_the_same_bytes(home: Path) -> None:
    said = _says(home, "run", "chlorine_leak", "--hash", "--seed", "5", "--duration", str(SECONDS))
    spec = load("chlorine_leak")
    assert said.strip() == run_headless(spec, 5, PERSONAS["native"], SECONDS)


def test_alone_there_is_nothing_of_the_platform(home: Path) -> None:
    code = f"import importlib.util as u; print([n for n in {NOT_ITS} if u.find_spec(n)])"
    words = [str(home / "bin/python"), "-c", code]
    done = subprocess.run(words, cwd=home, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_file_of_the_simulator_is_in_its_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        inside = {name: packed.read(name) for name in packed.namelist() if "dist-info" not in name}
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "."], cwd=PACKAGE, capture_output=True, text=True, check=True
    ).stdout
    wanted = {name for name in tracked.split("\0") if name} - {"pyproject.toml"}
    assert {f"device_sim/{name}" for name in wanted} <= set(inside)
    assert not any(name.endswith(".pyc") for name in inside)
    for name in wanted & {"README.md", "cli.py"}:
        ours = hashlib.sha256((PACKAGE / name).read_bytes()).hexdigest()
        assert hashlib.sha256(inside[f"device_sim/{name}"]).hexdigest() == ours
