"""A backup as a file: a plain tar of parts, and last a manifest with the SHA-256 of each.

It is written beside its place and renamed once it is whole, mode 0600. A file that was cut lacks
the manifest; a part that was changed has another hash. With a key all of it is encrypted on its way
to the disk (`services.stack.sealed_file`).
"""

import hashlib
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self, cast

from services.runtime.disk import sync_folder
from services.stack.backup_key import BackupKey
from services.stack.cache import explained
from services.stack.refusal import Refusal
from services.stack.sealed_file import SealedFile, is_sealed

FORMAT = 1
FIRST = "parkwatch-backup"
"""The first member, empty: what tells a backup that was cut from any other file."""
MANIFEST = "manifest.json"
CHUNK = 2**20
_BLOCK = tarfile.BLOCKSIZE
_NAME = re.compile(r"(database\.dump|(secrets|alerts|broker)(/[^/\0]+)+)")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the backup: its bytes and their SHA-256 in hex."""

    size: int
    sha256: str


class ArchiveWriter:
    """Use as a context: on a clean end the file gets its name, else it is removed."""

    def __init__(self, target: Path, created_at: str, key: BackupKey | None = None) -> None:
        """`key`: what it is encrypted with; None: it is not."""
        self._target = target
        self._key = key
        self._created_at = created_at
        self._parts: dict[str, Part] = {}
        self.facts: dict[str, Any] = {}
        """What the manifest tells beside the parts."""

    def __enter__(self) -> Self:
        folder = self._target.parent
        if self._target.is_dir() or not folder.is_dir():
            raise Refusal(
                f"The backup cannot be written to {self._target}: name a file in a folder that is there."
            )
        with explained(folder):
            handle, name = tempfile.mkstemp(prefix=f".{self._target.name}.", dir=folder)
        self._half = Path(name)
        self._file: IO[bytes] | SealedFile = os.fdopen(handle, "w+b")
        if self._key is not None:
            self._file = SealedFile.new(self._file, self._key, self._target)
        self.add(FIRST, [])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                with explained(self._target.parent):
                    self._finish()
        finally:
            self._file.close()
            self._half.unlink(missing_ok=True)

    def add(self, name: str, pieces: Iterable[bytes]) -> Part:
        """Write a part piece by piece; its size need not be known before. Raises Refusal for a
        full disk."""
        with explained(self._target.parent):
            start = self._file.tell()
            self._file.write(_header(name, 0))
            digest, size = hashlib.sha256(), 0
            for piece in pieces:
                self._file.write(piece)
                digest.update(piece)
                size += len(piece)
            self._file.write(bytes(-size % _BLOCK))
            end = self._file.tell()
            self._file.seek(start)
            self._file.write(_header(name, size))
            self._file.seek(end)
        part = Part(size, digest.hexdigest())
        if name not in (FIRST, MANIFEST):
            self._parts[name] = part
        return part

    def _finish(self) -> None:
        parts = {name: {"size": p.size, "sha256": p.sha256} for name, p in self._parts.items()}
        manifest = {
            "format": FORMAT,
            "created_at": self._created_at,
            **self.facts,
            "parts": parts,
        }
        self.add(MANIFEST, [json.dumps(manifest, indent=1, ensure_ascii=False).encode()])
        self._file.write(bytes(2 * _BLOCK))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._half.replace(self._target)
        sync_folder(self._target.parent)


class Archive:
    """A backup to be read. `open_archive` makes one."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self._path = path
        self._tar = tar
        self._members = {each.name: each for each in tar.getmembers()}
        self.manifest = self._read_manifest()
        """Everything it tells: see `facts`, and `parts`."""
        self.parts = self._read_parts()

    def verify(self) -> None:
        """Compare every part with its hash. Raises Refusal for the first that differs."""
        strangers = set(self._members) - set(self.parts) - {FIRST, MANIFEST}
        if strangers:
            raise Refusal(
                f"{self._path} was changed: its manifest does not know {min(strangers)}; "
                "take another backup."
            )
        for name, part in self.parts.items():
            if _NAME.fullmatch(name) is None or ".." in name.split("/"):
                raise Refusal(f"{self._path} was changed: {name!r} is no part of a backup.")
            digest = hashlib.sha256()
            if name in self._members:
                for piece in self.pieces(name):
                    digest.update(piece)
            if name not in self._members or digest.hexdigest() != part.sha256:
                raise Refusal(
                    f"{self._path} is damaged: {name} is not what was backed up; take another backup."
                )

    def names(self, folder: str) -> list[str]:
        """The parts below a folder, e.g. `secrets`."""
        return [name for name in self.parts if name.startswith(f"{folder}/")]

    def pieces(self, name: str) -> Iterator[bytes]:
        """The bytes of a part."""
        with self.reader(name) as file:
            while piece := file.read(CHUNK):
                yield piece

    @contextmanager
    def reader(self, name: str) -> Iterator[IO[bytes]]:
        """A part as a file."""
        file = self._tar.extractfile(self._members[name])
        if file is None:
            raise Refusal(f"{self._path} was changed: {name} is no file.")
        with file:
            yield file

    def extract(self, name: str, target: Path) -> None:
        """Write a part to a new file that only its owner can read."""
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            for piece in self.pieces(name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def _read_manifest(self) -> Mapping[str, Any]:
        if MANIFEST not in self._members:
            raise _torn(self._path)
        try:
            found = json.loads(b"".join(self.pieces(MANIFEST)))
            known = found["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise self._unreadable() from error
        if known != FORMAT:
            raise Refusal(
                f"{self._path} is a backup of format {known!r} and this version reads {FORMAT}: "
                "restore it with the version that made it, or a newer one."
            )
        return dict(found)

    def _read_parts(self) -> dict[str, Part]:
        try:
            return {
                str(name): Part(int(each["size"]), str(each["sha256"]))
                for name, each in self.manifest["parts"].items()
            }
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._unreadable() from error

    def _unreadable(self) -> Refusal:
        return Refusal(
            f"{self._path} is damaged: its manifest cannot be read; take another backup."
        )


@contextmanager
def open_archive(path: Path, key: BackupKey | None = None) -> Iterator[Archive]:
    """A backup, its manifest read. Raises Refusal for a file that is none, or was cut; for one that
    is encrypted with another key than `key`, or is not where a key is named."""
    if not path.is_file():
        raise Refusal(f"There is no file {path}: name a backup that `parkwatch backup` wrote.")
    with path.open("rb") as file:
        inside = _inside(path, file, key)
        try:
            with _tar(path, inside) as tar:
                yield Archive(path, tar)
        except tarfile.TarError as error:
            raise _torn(path) from error


def _inside(path: Path, file: BinaryIO, key: BackupKey | None) -> BinaryIO:
    """The archive as it was before it was encrypted."""
    if not is_sealed(path):
        if key is not None:
            raise Refusal(
                f"{path} is not encrypted, and {key.named} is named: whoever could write there could "
                "have made it; name no key to restore it all the same."
            )
        return file
    if key is None:
        raise Refusal(
            f"{path} is encrypted: name its key with --key-file or PARKWATCH_BACKUP_PASSPHRASE."
        )
    # What tarfile asks of a file: read, seek and tell.
    return cast(BinaryIO, SealedFile.opened(file, key, path))


def _tar(path: Path, inside: BinaryIO) -> tarfile.TarFile:
    foreign = Refusal(f"{path} is no backup of Parkwatch: name one that `parkwatch backup` wrote.")
    try:
        tar = tarfile.open(fileobj=inside, mode="r:")  # noqa: SIM115 - the caller closes it
    except tarfile.TarError as error:
        raise foreign from error
    with suppress(tarfile.TarError):
        first = tar.next()
        if first is not None and first.name == FIRST:
            return tar
    tar.close()
    raise foreign


def _torn(path: Path) -> Refusal:
    return Refusal(f"{path} was cut off or damaged: copy it again, or take another backup.")


def _header(name: str, size: int) -> bytes:
    """As long for one size as for another, so that it can be written again once that is known."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)
