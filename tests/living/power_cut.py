"""Power cuts under the database: `python -m tests.living.power_cut FOLDER CUTS [SETTING…]`, apart.

The database lies on an ext4 of its own, which is shut down at a random moment without writing its
log: what was synced is there afterwards, all else is gone. Prints one JSON line a cut: how many
commits were answered until then, and how many of these are missing after the restart. In name spaces
of its own (`APART`), so that neither a mount nor a process of it outlives it.
"""

import fcntl
import json
import os
import random
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests.living.lone_database import LoneDatabase, Writer, kept, prepare
from tests.living.outcome import eventually
from tests.living.port import free_port

APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")

SHUTDOWN = 0x8004587D
"""EXT4_IOC_SHUTDOWN."""
WITHOUT_LOG = struct.pack("I", 2)
SIZE = 512 * 2**20
WRITERS = 3


def can_cut(folder: Path) -> bool:
    """Whether this machine lets us mount such a disk and cut it off."""
    words = [*APART, sys.executable, "-m", "tests.living.power_cut", str(folder), "0"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def main(folder: Path, cuts: int, settings: list[str]) -> None:
    """Make the disk, cut it so many times, and say what each cut cost."""
    disk = Disk(folder)
    disk.make()
    if cuts == 0:
        disk.cut()
        disk.remount()
        return
    database = LoneDatabase(disk.path / "data", free_port())
    # What was copied, as initdb would have left it.
    subprocess.run(["sync", "-f", str(disk.path)], check=True)
    log, known, first = folder / "database.log", set[int](), 0
    database.start(log, *settings)
    prepare(database.url)
    for _ in range(cuts):
        writers = [Writer(database.url, first + n * 10**6) for n in range(WRITERS)]
        first += WRITERS * 10**6
        for each in writers:
            each.start()
        await_all(writers)
        time.sleep(random.uniform(0.2, 1.2))
        disk.cut()
        database.kill()
        for each in writers:
            each.join(20)
            known.update(each.known)
        disk.remount()
        database.start(log, *settings)
        missing = known - kept(database.url)
        answered = sum(len(each.known) for each in writers)
        print(json.dumps({"answered": answered, "missing": len(missing)}), flush=True)
        known -= missing
    database.stop()


def await_all(writers: list[Writer]) -> None:
    """Until each of them was answered once."""
    eventually(lambda: all(each.known for each in writers), 30.0, "they write")


class Disk:
    """An ext4 on a file."""

    def __init__(self, folder: Path) -> None:
        self._image = folder / "disk.image"
        self.path = folder / "disk"

    def make(self) -> None:
        """Make and mount it; the database's own account may enter."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self._image.open("wb") as image:
            image.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self._image)], check=True)
        self._mount()
        self.path.chmod(0o755)

    def cut(self) -> None:
        """From now on nothing reaches it."""
        handle = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, WITHOUT_LOG)
        finally:
            os.close(handle)

    def remount(self) -> None:
        """The power is back."""
        eventually(self._unmounted, 20.0, "nobody uses the disk any more")
        self._mount()

    def _unmounted(self) -> bool:
        words = ["umount", str(self.path)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def _mount(self) -> None:
        subprocess.run(["mount", "-o", "loop", str(self._image), str(self.path)], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
