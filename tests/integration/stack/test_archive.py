"""Debian's archive: what it gives runs anywhere, and what it refuses is one sentence."""

import shutil
import subprocess
from pathlib import Path

import pytest

from services.runtime.settings import inherited_environment
from services.stack.cache import Cache, engines_home
from services.stack.debian import Archive
from services.stack.host import Mirror, keyring, machine
from services.stack.packages import DATABASE, MOSQUITTO, POSTGRES_BIN
from services.stack.prefix import check_whole
from services.stack.refusal import Refusal


def installed(recipe: str) -> Path:
    return Cache(engines_home(inherited_environment())).path(recipe)


def test_a_mirror_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    nowhere = Mirror("http://127.0.0.1:9/debian", "http://127.0.0.1:9/debian-security")
    keys = keyring()
    assert keys is not None
    with pytest.raises(Refusal) as refused:
        Archive("trixie", tmp_path, nowhere, keys).update()
    assert "http://127.0.0.1:9/debian (trixie) cannot be reached" in str(refused.value)


def test_an_archive_signed_by_nobody_we_know_is_refused(tmp_path: Path) -> None:
    # A Release file and an index as Debian's, with no signature: somebody in between.
    release = tmp_path / "archive" / "dists" / "trixie"
    release.mkdir(parents=True)
    (release / "Release").write_text("Origin: Debian\nSuite: stable\nCodename: trixie\n")
    keys = keyring()
    assert keys is not None
    forged = Mirror(f"file:{tmp_path}/archive", f"file:{tmp_path}/archive")
    with pytest.raises(Refusal, match="signature of Debian's archive"):
        Archive("trixie", tmp_path / "state", forged, keys).update()


def test_the_engines_run_after_they_were_moved(tmp_path: Path) -> None:
    moved = tmp_path / "another place"
    shutil.copytree(installed(MOSQUITTO.entry(machine())), moved, symlinks=True)
    asked = [str(moved / "usr/bin/mosquitto_pub"), "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    assert said.startswith("mosquitto_pub version 2.")


def test_a_hole_in_the_packages_is_noticed(tmp_path: Path) -> None:
    holed = tmp_path / "holed"
    shutil.copytree(installed(DATABASE.entry(machine())), holed, symlinks=True)
    for library in (holed / "usr/lib" / machine().triplet).glob("libxml2.so*"):
        library.unlink()
    with pytest.raises(Refusal, match=r"needs .*libxml2"):
        check_whole(holed, machine(), [holed / POSTGRES_BIN / ".real" / "postgres"])
