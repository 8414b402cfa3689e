"""A file that is encrypted and authenticated in chunks, and read, written and sought as if it were plain.

AES-256-GCM, a random nonce a chunk; each chunk is bound to its place and to whether it is the last,
so that none can be moved, left out or cut off. Its key is made for this file alone, by HKDF from the
installation's key and a salt in the head. Layout: head, then of each chunk nonce, ciphertext and tag.
"""

import hmac
import os
import struct
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.stack.backup_key import SALT, BackupKey
from services.stack.refusal import Refusal

MAGIC = b"PARKWATCH-SEAL-1"
CHUNK = 2**16
"""Bytes of plain text of each chunk but the last."""
_HEAD = struct.Struct(f">16s{SALT}s32s")
"""Magic, salt, and by what the right key is known."""
_NONCE, _TAG = 12, 16
_RECORD = _NONCE + CHUNK + _TAG
_PLACE = struct.Struct(">Q?")


def is_sealed(path: Path) -> bool:
    """Whether a file begins as one that was written here. Raises OSError."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class SealedFile:
    """Plain text outside, chunks inside; one of them in memory.

    A new one is written to, an old one is read from. Reading raises Refusal for a chunk that is not
    as it was written.
    """

    def __init__(self, raw: BinaryIO, secret: bytes, path: Path, size: int | None) -> None:
        self._raw = raw
        self._cipher = AESGCM(secret)
        self._path = path
        self._sealed = size is not None
        self._size = size or 0
        self._position = 0
        self._index = 0
        self._chunk = bytearray()
        self._changed = False
        if self._sealed:
            self._load(0)

    @classmethod
    def new(cls, raw: BinaryIO, key: BackupKey, path: Path) -> "SealedFile":
        """An empty one, over a file that can be read and written. Raises OSError."""
        salt = os.urandom(SALT)
        secret, proof = _secrets(key, salt)
        raw.write(_HEAD.pack(MAGIC, salt, proof))
        return cls(raw, secret, path, None)

    @classmethod
    def opened(cls, raw: BinaryIO, key: BackupKey, path: Path) -> "SealedFile":
        """One that was closed. Raises Refusal for another key, or a head that was changed."""
        head = raw.read(_HEAD.size)
        length = raw.seek(0, os.SEEK_END) - _HEAD.size
        last = length % _RECORD or _RECORD
        if length <= 0 or last < _NONCE + _TAG:
            raise Refusal(f"{path} was cut off: copy it again, or take another backup.")
        _, salt, told = _HEAD.unpack(head)
        secret, proof = _secrets(key, salt)
        if not hmac.compare_digest(told, proof):
            raise Refusal(
                f"{path} cannot be opened with {key.named}: it is another one, or the file's "
                "beginning was changed."
            )
        chunks = -(-length // _RECORD)
        return cls(raw, secret, path, (chunks - 1) * CHUNK + last - _NONCE - _TAG)

    def read(self, most: int = -1) -> bytes:
        """The next bytes, fewer at the end. Raises Refusal."""
        end = self._size if most < 0 else min(self._size, self._position + most)
        found = bytearray()
        while self._position < end:
            place = self._go()
            piece = self._chunk[place : place + end - self._position]
            found += piece
            self._position += len(piece)
        return bytes(found)

    def write(self, data: bytes) -> int:
        """Write where we are. Raises OSError."""
        left = memoryview(data)
        while left:
            place = self._go()
            piece = left[: CHUNK - place]
            self._chunk[place : place + len(piece)] = piece
            self._changed = True
            self._position += len(piece)
            self._size = max(self._size, self._position)
            left = left[len(piece) :]
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place that has been written, or to the end."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def tell(self) -> int:
        """Where we are in the plain text."""
        return self._position

    def flush(self) -> None:
        """Hand everything on to the operating system, and mark the last chunk as the last: nothing is
        written behind it any more. Raises OSError."""
        if not self._sealed:
            self._store()
            self._load(max(0, self._size - 1) // CHUNK)
            self._sealed = self._changed = True
            self._store()
        self._raw.flush()

    def fileno(self) -> int:
        """Of the file inside."""
        return self._raw.fileno()

    def close(self) -> None:
        """Let the file inside go."""
        self._raw.close()

    def _go(self) -> int:
        """Have the chunk of our position in memory; the place in it."""
        index, place = divmod(self._position, CHUNK)
        if index != self._index:
            self._store()
            self._load(index)
        return place

    def _store(self) -> None:
        if not self._changed:
            return
        nonce = os.urandom(_NONCE)
        self._raw.seek(_HEAD.size + self._index * _RECORD)
        self._raw.write(nonce + self._cipher.encrypt(nonce, bytes(self._chunk), self._aside()))
        self._changed = False

    def _load(self, index: int) -> None:
        self._index, self._chunk = index, bytearray()
        if not self._sealed and index * CHUNK >= self._size:
            return
        self._raw.seek(_HEAD.size + index * _RECORD)
        record = self._raw.read(_RECORD)
        try:
            plain = self._cipher.decrypt(record[:_NONCE], record[_NONCE:], self._aside())
        except (InvalidTag, ValueError) as error:
            raise Refusal(
                f"{self._path} was cut off, altered or damaged: copy it again, or take another backup."
            ) from error
        self._chunk = bytearray(plain)

    def _aside(self) -> bytes:
        """What a chunk is bound to: its place, and whether it is the last."""
        last = self._sealed and self._index == max(0, self._size - 1) // CHUNK
        return _PLACE.pack(self._index, last)


def _secrets(key: BackupKey, salt: bytes) -> tuple[bytes, bytes]:
    """The key of the file with this salt, and what tells that it is the right one."""
    made = HKDF(SHA256(), 64, salt, b"parkwatch sealed file 1").derive(key.secret(salt))
    return made[:32], made[32:]
