"""The machine's own mirror is used; its processor and C library decide what can run."""

from pathlib import Path

import pytest

from services.stack.browser import suite_for
from services.stack.host import DEBIAN, DEBIAN_SECURITY, Mirror, mirror
from services.stack.refusal import Refusal

DEB822 = """
Types: deb
URIs: http://mirror.example/debian/
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
# a comment
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main
"""


def write(etc: Path, name: str, text: str) -> Path:
    path = etc / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return etc


def test_the_mirror_of_a_deb822_source_is_used(tmp_path: Path) -> None:
    etc = write(tmp_path, "sources.list.d/debian.sources", DEB822)
    expected = Mirror("http://mirror.example/debian", "http://mirror.example/debian-security")
    assert mirror(etc) == expected


def test_the_mirror_of_a_one_line_source_is_used(tmp_path: Path) -> None:
    lines = (
        "# deb http://old.example/debian bookworm main\n"
        "deb [signed-by=/k.gpg arch=amd64] https://near.example/debian bookworm main contrib\n"
        "deb-src http://src.example/debian bookworm main\n"
    )
    etc = write(tmp_path, "sources.list", lines)
    assert mirror(etc) == Mirror("https://near.example/debian", DEBIAN_SECURITY)


def test_a_disabled_or_foreign_source_is_not_used(tmp_path: Path) -> None:
    write(tmp_path, "sources.list.d/a.sources", "Enabled: no\n" + DEB822.strip().split("\n\n")[0])
    foreign = (
        "Types: deb\nURIs: http://archive.ubuntu.com/ubuntu\nSuites: noble\nComponents: main\n"
    )
    etc = write(tmp_path, "sources.list.d/ubuntu.sources", foreign)
    assert mirror(etc) == Mirror(DEBIAN, DEBIAN_SECURITY)


@pytest.mark.parametrize(
    ("glibc", "suite"), [((2, 36), "bookworm"), ((2, 39), "bookworm"), ((2, 41), "trixie")]
)
def test_the_browser_comes_from_a_release_that_this_machine_can_run(
    glibc: tuple[int, int], suite: str
) -> None:
    assert suite_for(glibc) == suite


def test_a_machine_too_old_for_the_browser_is_told_so() -> None:
    with pytest.raises(Refusal, match="Debian 12 or newer"):
        suite_for((2, 31))
