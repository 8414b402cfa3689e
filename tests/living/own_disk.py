"""Small file systems of their own for a process, so that a full disk harms nobody else."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

FILLER = "filler"


def on_own_disks(folder: Path, sizes: Mapping[str, str]) -> list[str]:
    """The words that run a command with small disks at folders of `folder`, in a mount name space
    of its own. `sizes` by folder, as `mount` takes them."""
    own = ["unshare", "-m"]
    if os.geteuid() != 0:
        own = ["unshare", "-m", "--map-current-user", "--keep-caps"]
    steps = [
        f"mkdir -p {folder / name} && mount -t tmpfs -o size={size},mode=0755 none {folder / name}"
        for name, size in sizes.items()
    ]
    return [*own, "sh", "-c", " && ".join([*steps, 'exec "$@"']), "sh"]


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us have such disks."""
    words = [*on_own_disks(folder, {"trial": "1m"}), "true"]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seen_by(pid: int, path: Path) -> Path:
    """A path as that process sees it."""
    return Path(f"/proc/{pid}/root") / path.relative_to("/")


def fill(folder: Path) -> None:
    """Leave no byte free where this folder lies."""
    file = os.open(folder / FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for piece in (bytes(2**20), bytes(4096)):
            try:
                while os.write(file, piece):
                    pass
            except OSError:
                continue
    finally:
        os.close(file)


def free(folder: Path) -> None:
    """Give it back."""
    (folder / FILLER).unlink(missing_ok=True)
