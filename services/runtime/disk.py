"""What must be on the disk before anybody relies on it."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Flush which files the folder has: until then a new name may be gone after a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
