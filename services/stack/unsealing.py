"""`parkwatch unseal FILE TAR`: an encrypted backup as the plain archive that it was, for a server of
one's own that is filled by hand."""

import os
from pathlib import Path

from services.runtime.settings import Settings
from services.stack.archive import CHUNK
from services.stack.backup_key import backup_key
from services.stack.cache import explained
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.sealed_file import SealedFile, is_sealed


def unseal(
    file: Path, target: Path, settings: Settings, progress: Progress, key_file: Path | None = None
) -> None:
    """Write the plain archive to a new file, mode 0600. Raises Refusal; then nothing is left."""
    key = backup_key(settings, key_file)
    if key is None:
        raise Refusal("Name the key: with --key-file or PARKWATCH_BACKUP_PASSPHRASE.")
    if not file.is_file() or not is_sealed(file):
        raise Refusal(f"{file} is no encrypted backup: name one that `parkwatch backup` wrote.")
    if target.exists():
        raise Refusal(f"{target} is there already: name a new file.")
    with file.open("rb") as raw, explained(target.parent):
        sealed = SealedFile.opened(raw, key, file)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as plain:
                while piece := sealed.read(CHUNK):
                    plain.write(piece)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    progress.say(f"{target}: it holds passwords and keys; delete it when the server is filled.")
