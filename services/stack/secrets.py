"""The installation's own secrets: random, one file each, readable by their owner alone."""

import os
import secrets
from pathlib import Path

from services.stack.cache import explained


class Secrets:
    """A folder of secrets, made on first asking and the same ever after."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, name: str) -> Path:
        """The file that holds it; mode 0600."""
        return self._folder / name

    def has(self, name: str) -> bool:
        """Whether it was made before."""
        return self.path(name).exists()

    def get(self, name: str, first: str | None = None) -> str:
        """The secret; when it is not there yet it becomes `first`, else 160 random bits in hex."""
        if not self.has(name):
            self._keep(name, first or secrets.token_hex(20))
        return self.path(name).read_text().strip()

    def renew(self, name: str, value: str | None = None) -> str:
        """Another secret in its place, whole at any moment: `value`, else 160 random bits."""
        self._keep(name, value or secrets.token_hex(20))
        return self.get(name)

    def _keep(self, name: str, value: str) -> None:
        with explained(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            half = self._folder / f".{name}.half"
            file = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(file, f"{value}\n".encode())
                os.fsync(file)
            finally:
                os.close(file)
            half.rename(self.path(name))
