"""LibreOffice out of Debian's packages, as an ordinary user: somebody else's reader of our sheets."""

import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

from services.stack.browser import LEFT_OUT, suite_for
from services.stack.cache import MIB, Cache, engines_home
from services.stack.debian import Archive
from services.stack.host import glibc, keyring, machine, mirror

PACKAGES = ("libreoffice-calc-nogui",)
ROOM = 1_200 * MIB
HUNGRY = "CSV:44,34,76,1,,0,false,true,false,false,false,-1,true"
"""How it is asked to read CSV: in UTF-8, finding numbers, and computing what is a formula."""
ONCE_MORE = 81
"""How it ends when it has made itself a profile and wants to be started again."""
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
WORDS = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


class Office:
    """An unpacked LibreOffice."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def cells(self, made: bytes, kind: str, folder: Path) -> list[tuple[str, str]]:
        """The kind and the value of each cell, as it keeps them once it has read the file."""
        (folder / f"made.{kind}").write_bytes(made)
        told = [f"--infilter={HUNGRY}"] if kind == "csv" else []
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        program = self._home / "usr/lib/libreoffice/program"
        libraries = self._home / "usr/lib" / machine().triplet
        words = [str(program / "soffice.bin"), "--headless", profile, *told]
        words += ["--convert-to", "fods", f"made.{kind}"]
        paths = os.environ | {"LD_LIBRARY_PATH": f"{program}:{libraries}"}
        for _ in range(2):
            done = subprocess.run(words, cwd=folder, env=paths, capture_output=True, timeout=120)
            if done.returncode != ONCE_MORE:
                break
        assert done.returncode == 0, done.stderr
        found = []
        for cell in ElementTree.parse(folder / "made.fods").iter(f"{TABLE}table-cell"):
            sort = cell.get(f"{VALUE}value-type")
            if sort is not None:
                text = "".join(part.text or "" for part in cell.iter(f"{WORDS}p"))
                found.append((sort, cell.get(f"{VALUE}value") or text))
        return found


def fetched() -> Office:
    """It, from the cache of engines, filled at the first asking."""
    cache, suite = Cache(engines_home(os.environ)), suite_for(glibc())
    entry = f"office-2-{suite}-{machine().architecture}"
    if not cache.has(entry):
        cache.need(ROOM)
        keys = keyring()
        assert keys is not None, "Debian's signing keys: apt-get install debian-archive-keyring"
        archive = Archive(suite, cache.home / f"apt-{suite}", mirror(), keys)
        archive.update()
        cache.publish(entry, lambda into: _build(archive, into))
    return Office(cache.path(entry))


def _build(archive: Archive, into: Path) -> None:
    wanted = [name for name in archive.closure(PACKAGES) if LEFT_OUT.fullmatch(name) is None]
    archive.unpack(wanted, into)
    # It is told where it lies in a whole system; here it is wherever this folder is.
    program = into / "usr/lib/libreoffice/program/fundamentalrc"
    text = program.read_text("utf-8").replace("file:///usr/lib/libreoffice", "${ORIGIN}/..")
    text = text.replace("file:///etc/libreoffice/registry", "${ORIGIN}/../share/.registry")
    program.write_text(text, "utf-8")
