"""What this machine is: its kind of processor, its C library, its Debian mirror and keyring."""

import platform
import re
from dataclasses import dataclass
from pathlib import Path

from services.stack.refusal import Refusal

ELSEWHERE = (
    "The embedded database and broker need Debian or Ubuntu on a 64-bit PC or ARM machine: here, "
    "use `docker compose up`, or set PARKWATCH_DATABASE_URL and PARKWATCH_MQTT_URL to servers "
    "that are there."
)
DEBIAN = "http://deb.debian.org/debian"
DEBIAN_SECURITY = "http://deb.debian.org/debian-security"
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor as Debian names it: architecture, library folder, name of the loader."""

    architecture: str
    triplet: str
    loader: str


MACHINES = {
    "x86_64": Machine("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "aarch64": Machine("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


@dataclass(frozen=True, slots=True)
class Mirror:
    """Where Debian's archive and its security updates are fetched from."""

    archive: str = DEBIAN
    security: str = DEBIAN_SECURITY


def machine() -> Machine:
    """This machine; a refusal where Debian has no packages that would run on it."""
    found = MACHINES.get(platform.machine())
    if platform.system() != "Linux" or found is None or not Path("/usr/bin/apt-get").exists():
        raise Refusal(ELSEWHERE)
    return found


def glibc() -> tuple[int, int]:
    """The version of the C library, e.g. (2, 36); (0, 0) where it is another one."""
    name, version = platform.libc_ver()
    match = re.match(r"(\d+)\.(\d+)", version)
    if name != "glibc" or match is None:
        return (0, 0)
    return int(match[1]), int(match[2])


def mirror(etc_apt: Path = Path("/etc/apt")) -> Mirror:
    """The mirror that the machine's own sources name, else Debian's own."""
    archive = security = None
    for uri, suite in _sources(etc_apt):
        if re.fullmatch(r"(bookworm|trixie|stable|forky|sid)", suite):
            archive = archive or uri
        if re.fullmatch(r"(bookworm|trixie|stable|forky)-security", suite):
            security = security or uri
    return Mirror(archive or DEBIAN, security or DEBIAN_SECURITY)


def keyring() -> Path | None:
    """Debian's signing keys as this machine holds them."""
    return next((path for path in KEYRINGS if path.exists()), None)


def _sources(etc_apt: Path) -> list[tuple[str, str]]:
    """(URI, suite) of each enabled binary source, both of apt's formats."""
    pairs: list[tuple[str, str]] = []
    parts = etc_apt / "sources.list.d"
    for path in [etc_apt / "sources.list", *sorted(parts.glob("*.list"))]:
        if path.is_file():
            for line in path.read_text(errors="replace").splitlines():
                found = re.match(r"deb\s+(?:\[[^]]*]\s*)?(\S+)\s+(\S+)", line.strip())
                if found:
                    pairs.append((found[1], found[2]))
    for path in sorted(parts.glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(errors="replace")):
            pairs += _stanza(stanza)
    return [(uri.rstrip("/"), suite) for uri, suite in pairs if uri.startswith(("http", "mirror"))]


def _stanza(stanza: str) -> list[tuple[str, str]]:
    fields: dict[str, list[str]] = {}
    for line in stanza.splitlines():
        found = re.match(r"(\w[\w-]*):\s*(.*)", line)
        if found:
            fields[found[1].lower()] = found[2].split()
    if "deb" not in fields.get("types", []) or fields.get("enabled") == ["no"]:
        return []
    return [(uri, suite) for uri in fields.get("uris", []) for suite in fields.get("suites", [])]
