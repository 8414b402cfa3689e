"""A browser and a Chinese font for the tests, from Debian's packages, without root.

The browser starts itself again under its own name, which the loader trick of `prefix` does not
survive; so it comes from the Debian release whose C library this machine has, and finds its other
libraries by path.
"""

import re
from pathlib import Path

from services.stack.cache import MIB
from services.stack.debian import Archive
from services.stack.host import Machine
from services.stack.prefix import lighten, readable_by_all, refuse_holes
from services.stack.refusal import Refusal
from services.stack.tool import Failed, run

PACKAGES = ("chromium-headless-shell", "fonts-wqy-zenhei")
ROOM = 900 * MIB
SUITES = (("trixie", (2, 41)), ("bookworm", (2, 36)))

# Drivers of graphics cards, and programs that only the package's scripts call.
LEFT_OUT = re.compile(
    r"libc6|gcc-.*-base|debconf|sysvinit-utils|libllvm.*|libz3.*|libgl1-mesa-dri|mesa-libgallium"
    r"|x11-utils|x11-common|xdg-utils|lsb-base|libdrm-(intel|nouveau|radeon|amdgpu)1|libsensors.*"
)

# The C library, which every host has.
OF_THE_HOST = r"lib(c|m|dl|rt|pthread|resolv|util)\.so\.\d"

LAUNCHER = """#!/bin/sh
# Starts the browser with the libraries and fonts of this folder.
case "$0" in */*) here=${{0%/*}} ;; *) here=$(dirname -- "$(command -v -- "$0")") ;; esac
here=$(cd -- "$here/../.." && pwd -P) || exit 1
LD_LIBRARY_PATH="$here/usr/lib/{triplet}:$here/usr/lib/{triplet}/pulseaudio:$here/lib/{triplet}" \\
FONTCONFIG_FILE="$here/fonts.conf" \\
exec "$here/usr/lib/chromium/{binary}" "$@"
"""

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer>
    <family>DejaVu Sans</family><family>WenQuanYi Zen Hei</family>
  </prefer></alias>
  <alias><family>monospace</family><prefer>
    <family>DejaVu Sans Mono</family><family>WenQuanYi Zen Hei Mono</family>
  </prefer></alias>
</fontconfig>
"""


def suite_for(glibc: tuple[int, int]) -> str:
    """The Debian release whose programs this machine's C library can run."""
    for suite, needed in SUITES:
        if glibc >= needed:
            return suite
    raise Refusal(
        "The browser for the tests needs a C library of Debian 12 or newer: run the tests there."
    )


def entry(suite: str, machine: Machine) -> str:
    """The name in the cache; raise the number when the recipe changes."""
    return f"browser-1-{suite}-{machine.architecture}"


def executable(folder: Path) -> Path:
    """What to start."""
    return folder / "usr" / "bin" / "chromium"


def build(archive: Archive, machine: Machine, into: Path) -> None:
    """Fill the folder and see that the browser finds all its libraries."""
    wanted = [name for name in archive.closure(PACKAGES) if LEFT_OUT.fullmatch(name) is None]
    archive.unpack(wanted, into)
    lighten(into, ("etc", "usr/share/applications", "usr/share/icons"))
    (into / "fonts.conf").write_text(FONTS)
    binary = _binary(into)
    launcher = executable(into)
    launcher.parent.mkdir(parents=True, exist_ok=True)
    launcher.write_text(LAUNCHER.format(triplet=machine.triplet, binary=binary.name))
    launcher.chmod(0o755)
    readable_by_all(into)
    _check(into, binary, machine)


def _binary(into: Path) -> Path:
    found = sorted((into / "usr/lib/chromium").glob("*headless*shell*"))
    if not found:
        raise Refusal("Debian's browser package holds no browser: report this with its version.")
    return found[0]


def _check(into: Path, binary: Path, machine: Machine) -> None:
    folders = (f"usr/lib/{machine.triplet}", f"usr/lib/{machine.triplet}/pulseaudio")
    path = ":".join(str(into / folder) for folder in (*folders, f"lib/{machine.triplet}"))
    try:
        found = run(["ldd", binary], env={"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": path})
    except Failed as failure:
        found = failure.said
    refuse_holes(found, into, binary.name, OF_THE_HOST)
