"""A folder of unpacked packages made to run anywhere: each program through the folder's own loader.

Nothing is patched. The program itself moves to `.real/NAME`, and a script in its place starts it
with the folder's own C library, so that it runs on an older Debian, from any path, and after the
folder was moved.
"""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from services.stack.host import Machine
from services.stack.refusal import Refusal
from services.stack.tool import Failed, run

DEAD_WEIGHT = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
    "usr/share/lintian",
    "usr/share/i18n",
    "usr/share/bash-completion",
    "usr/include",
    "var",
)

WRAPPER = """#!/bin/sh
# Starts {name} with this folder's own C library; see .real/{name} for the program itself.
case "$0" in */*) here=${{0%/*}} ;; *) here=$(dirname -- "$(command -v -- "$0")") ;; esac
here=$(cd -- "$here" && pwd -P) || exit 1
libraries="$here/{up}/usr/lib/{triplet}"
exec "$libraries/{loader}" --inhibit-cache --library-path "$libraries" \\
    --argv0 "$here/{name}" "$here/.real/{name}" "$@"
"""


def lighten(prefix: Path, more: Iterable[str] = ()) -> None:
    """Remove what no program reads: documentation, translations, and the `more` globs."""
    for name in DEAD_WEIGHT:
        shutil.rmtree(prefix / name, ignore_errors=True)
    for pattern in more:
        for path in prefix.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def wrap(prefix: Path, folder: str, names: Iterable[str], machine: Machine) -> None:
    """Put a script in place of each named program of `folder` (relative to the prefix)."""
    programs = prefix / folder
    real = programs / ".real"
    real.mkdir(exist_ok=True)
    up = "/".join([".."] * len(Path(folder).parts))
    for name in names:
        (programs / name).rename(real / name)
        script = programs / name
        script.write_text(
            WRAPPER.format(name=name, up=up, triplet=machine.triplet, loader=machine.loader)
        )
        script.chmod(0o755)


def check_whole(prefix: Path, machine: Machine, files: Iterable[Path]) -> None:
    """Fail loudly when one of these programs or libraries needs a library that is not here."""
    libraries = str(prefix / "usr/lib" / machine.triplet)
    loader = f"{libraries}/{machine.loader}"
    for file in files:
        look = [loader, "--inhibit-cache", "--library-path", libraries, "--list", str(file)]
        try:
            listing = run(look)
        except Failed as failure:
            listing = failure.said
        refuse_holes(listing, prefix, file.name)


def refuse_holes(listing: str, prefix: Path, name: str, from_host: str = "$^") -> None:
    """Refuse when the `listing` of ldd shows a library that is missing, or that only this host
    happens to have; those that match `from_host` every host has."""
    missing = re.findall(r"(\S+): cannot open shared object", listing)
    for library, place in re.findall(r"(\S+) => (not found|/\S*)", listing):
        if not place.startswith(f"{prefix}/") and re.fullmatch(from_host, library) is None:
            missing.append(library)
    if missing:
        raise Refusal(
            f"{name} of Debian's packages needs {', '.join(sorted(set(missing)))}, which they did "
            "not bring: the mirror is changing; start again in an hour."
        )


def readable_by_all(prefix: Path) -> None:
    """Let the database's own user read and run what was unpacked by another."""
    for folder, folders, files in os.walk(prefix):
        for name in folders:
            _open_up(Path(folder) / name, 0o555)
        for name in files:
            _open_up(Path(folder) / name, 0o444)


def _open_up(path: Path, bits: int) -> None:
    if not path.is_symlink():
        mode = path.stat().st_mode & 0o1777
        if mode & 0o100:
            bits |= 0o111
        path.chmod(mode | bits | 0o200)
