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
    libraries = prefix / "usr/lib" / machine.triplet
    for file in files:
        try:
            found = run(
                [
                    libraries / machine.loader,
                    "--inhibit-cache",
                    "--library-path",
                    libraries,
                    "--list",
                    file,
                ]
            )
        except Failed as failure:
            found = failure.said
        missing = re.findall(r"(\S+) => not found|(\S+): cannot open shared object", found)
        if missing:
            names = ", ".join(sorted({first or second for first, second in missing}))
            raise Refusal(
                f"{file.name} of Debian's packages needs {names}, which they did not bring: "
                "the mirror is changing; start again in an hour."
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
