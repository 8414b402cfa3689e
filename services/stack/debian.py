"""Debian's archive through a private apt state: resolve, download, unpack; the host stays as it is.

apt checks the signatures of the index and the hashes of the packages, as always; what comes out is
a folder of unpacked packages. Needs no root and installs nothing on the host.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from services.stack.host import Mirror
from services.stack.refusal import Refusal
from services.stack.tool import Failed, run

# Seconds for one step, on a slow line; apt has been seen to wait for ever.
LONGEST = 600.0


class Archive:
    """One Debian suite, with its updates and security updates, in a folder of its own."""

    def __init__(self, suite: str, home: Path, mirror: Mirror, keyring: Path) -> None:
        self.suite = suite
        self._home = home
        self._mirror = mirror
        self._keyring = keyring

    def update(self) -> None:
        """Fetch the signed index; one sentence when the mirror cannot be reached or trusted."""
        for folder in ("lists/partial", "archives/partial"):
            (self._home / folder).mkdir(parents=True, exist_ok=True)
        (self._home / "status").touch()
        (self._home / "sources.list").write_text(self._sources())
        self._apt_get("update", "-o", "APT::Update::Error-Mode=any")

    def closure(self, packages: Sequence[str]) -> list[str]:
        """The names of these packages and of all they depend on, as on an empty machine."""
        listed = self._apt_get(
            "install", "--print-uris", "-y", "--no-install-recommends", *packages
        )
        return re.findall(r"^'[^']+' ([^_\s]+)_", listed, re.MULTILINE)

    def unpack(self, packages: Sequence[str], into: Path) -> None:
        """Download the packages, their hashes checked by apt, and unpack each into the folder."""
        downloads = into / ".debs"
        downloads.mkdir()
        self._apt_get("download", *packages, cwd=downloads)
        debs = sorted(downloads.glob("*.deb"))
        for deb in debs:
            self._run("dpkg-deb", "-x", str(deb), str(into))
            deb.unlink()
        downloads.rmdir()

    def _sources(self) -> str:
        origins = (
            (self._mirror.archive, self.suite),
            (self._mirror.archive, f"{self.suite}-updates"),
            (self._mirror.security, f"{self.suite}-security"),
        )
        return "".join(
            f"deb [signed-by={self._keyring}] {uri} {suite} main\n" for uri, suite in origins
        )

    def _apt_get(self, *words: str, cwd: Path | None = None) -> str:
        options = {
            "Dir::State": self._home,
            "Dir::State::Lists": self._home / "lists",
            "Dir::State::status": self._home / "status",
            "Dir::Cache": self._home,
            "Dir::Cache::archives": self._home / "archives",
            "Dir::Etc::sourcelist": self._home / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Acquire::http::Timeout": "30",
            # Only root drops to the user _apt, who could not enter this folder.
            "APT::Sandbox::User": "root",
        }
        settings = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return self._run("apt-get", *settings, *words, cwd=cwd)

    def _run(self, *words: str, cwd: Path | None = None) -> str:
        try:
            return run(words, cwd=cwd, timeout=LONGEST)
        except Failed as failure:
            raise Refusal(self._sentence_for(failure)) from failure

    def _sentence_for(self, failure: Failed) -> str:
        if failure.says("No space left", "not have enough free space"):
            return (
                f"The disk that holds {self._home} is full: free about 1 GB there and start again."
            )
        if failure.says("NO_PUBKEY", "not signed", "EXPKEYSIG", "BADSIG"):
            return (
                f"The signature of Debian's archive at {self._mirror.archive} cannot be checked: "
                f"update the keyring {self._keyring} (package debian-archive-keyring) and start again."
            )
        if failure.says("Unable to locate package", "no installation candidate"):
            return (
                f"The mirror {self._mirror.archive} lacks a package of {self.suite}: name another "
                "Debian mirror in /etc/apt/sources.list and start again."
            )
        if failure.program == "apt-get":
            return (
                f"Debian's archive at {self._mirror.archive} ({self.suite}) cannot be reached: "
                "check the network, or the mirror in /etc/apt/sources.list, and start again."
            )
        return f"Unpacking a package of {self.suite} failed ({failure.last_line}): start again."
