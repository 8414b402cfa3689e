"""The key that backups are encrypted with: a file of 256 random bits, or a passphrase."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from services.runtime.settings import Settings
from services.stack.refusal import Refusal

SALT = 32
LEAST = 12
"""Characters of a passphrase."""
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_COST = 2**17
"""Scrypt's N, with r = 8: 128 MiB and some tenths of a second for each guess (RFC 7914)."""


@dataclass(frozen=True, slots=True)
class BackupKey:
    """`named`: how people know it. Of `bits` and `passphrase` there is one."""

    named: str
    bits: bytes = field(default=b"", repr=False)
    passphrase: str = field(default="", repr=False)

    def secret(self, salt: bytes) -> bytes:
        """256 bits for a file with this salt."""
        if self.bits:
            return self.bits
        return Scrypt(salt, 32, n=_COST, r=8, p=1).derive(self.passphrase.encode())


def backup_key(settings: Settings, file: Path | None) -> BackupKey | None:
    """The key that is named: by the option, else by the settings; None where none is.

    Raises Refusal for one that cannot be read, is too weak, or where two are named.
    """
    path = file or settings.backup_key_file
    phrase = settings.backup_passphrase
    if path is not None and phrase is not None:
        raise Refusal(
            "Two keys are named: a key file and PARKWATCH_BACKUP_PASSPHRASE; name one of them."
        )
    if path is not None:
        return BackupKey(f"the key of {path}", bits=_bits_of(path))
    if phrase is None:
        return None
    text = phrase.get_secret_value()
    if len(text) < LEAST:
        raise Refusal(
            f"PARKWATCH_BACKUP_PASSPHRASE has {len(text)} characters: take {LEAST} or more."
        )
    return BackupKey("the passphrase of PARKWATCH_BACKUP_PASSPHRASE", passphrase=text)


def _bits_of(path: Path) -> bytes:
    try:
        text = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(
            f"The key file {path} cannot be read: make one with `openssl rand -hex 32 > {path}`."
        ) from error
    if not _HEX.fullmatch(text):
        raise Refusal(
            f"{path} is no key file: it holds 64 hex digits, as `openssl rand -hex 32` makes them."
        )
    return bytes.fromhex(text)
