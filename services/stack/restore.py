"""`parkwatch restore FILE`: a backup into an empty folder, to be started there with `up`.

All of the file is verified before anything is written. A restore that fails leaves nothing; one
that is killed leaves a mark that no stack starts over.
"""

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.stack.archive import Archive, open_archive
from services.stack.backup_key import backup_key
from services.stack.cache import Cache, engines_home, explained
from services.stack.data_dir import DataDir, choose
from services.stack.database_alone import fresh, held, installed, interruptible, programs, running
from services.stack.database_dump import restore
from services.stack.postgres import DATABASE, SUPERUSER
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.store.dump import being_restored, heads, timescaledb_version
from services.store.provision import ROLES, provision

ALWAYS_THERE = {"lost+found"}
"""What a fresh file system holds already."""
CLEARING_TRIES = 50
"""A tenth of a second apart."""


def restore_backup(
    file: Path,
    settings: Settings,
    inherited: Mapping[str, str],
    clock: Clock,
    progress: Progress,
    key_file: Path | None = None,
) -> None:
    """Fill the settings' data folder from a backup. Raises Refusal, Interrupted."""
    if settings.database_url is not None:
        raise Refusal(
            "A backup is restored into an embedded database: unset PARKWATCH_DATABASE_URL, or fill "
            "that server by hand as docs/how-to/back-up-and-restore.md says."
        )
    key = backup_key(settings, key_file)
    cache = installed(Cache(engines_home(inherited)))
    path, moved = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    if moved is not None:
        progress.say(moved)
    _refuse_full(path)
    with interruptible(), open_archive(file, key) as archive:
        with progress.step("verifying the backup"):
            archive.verify()
        with _all_or_nothing(path):
            _fill(DataDir(path), archive, cache, clock, progress)
    progress.say(f"restored into {path}; start it with `parkwatch up`.")


def _refuse_full(path: Path) -> None:
    if not path.exists():
        return
    with explained(path):
        there = sorted(set(os.listdir(path)) - ALWAYS_THERE)
    if there:
        raise Refusal(
            f"{path} is not empty ({there[0]} is in it): set PARKWATCH_DATA_DIR to an empty folder."
        )


@contextmanager
def _all_or_nothing(path: Path) -> Iterator[None]:
    """Mark the folder as unfinished; on a failure take out what was put in."""
    new = not path.exists()
    with explained(path):
        path.mkdir(parents=True, exist_ok=True)
    try:
        with explained(path):
            yield
    except BaseException:
        _clear(path)
        if new:
            path.rmdir()
        raise


def _clear(path: Path) -> None:
    """Take everything out, the mark last. What was just killed may still be writing."""
    for attempt in range(CLEARING_TRIES):
        mark = path / "half-restored"
        there = [each for each in path.iterdir() if each.name not in ALWAYS_THERE]
        try:
            for each in sorted(there, key=lambda each: each == mark):
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        except OSError:
            if attempt == CLEARING_TRIES - 1:
                raise
            threading.Event().wait(0.1)
        else:
            return


def _fill(data: DataDir, archive: Archive, cache: Cache, clock: Clock, progress: Progress) -> None:
    with held(data, clock):
        data.half_restored.touch(mode=0o600)
        with progress.step("secrets"):
            _extract(archive, "secrets", data.path)
        postgres = fresh(data, cache)
        with progress.step("making the database"):
            postgres.make()
        with running(data, postgres, clock, progress):
            with progress.step("database"):
                secrets = Secrets(data.secrets)
                passwords = {role: secrets.get(role) for role in ROLES}
                provision(lambda name: postgres.url(SUPERUSER, name), DATABASE, passwords)
                _refuse_other_version(archive, postgres.url(SUPERUSER))
                with being_restored(postgres.url(SUPERUSER)):
                    pieces = archive.pieces("database.dump")
                    restore(programs(cache), postgres.url(SUPERUSER), pieces)
            _compare(archive, postgres.url(SUPERUSER))
        with progress.step("alarm engine"):
            _extract(archive, "alerts", data.path)
        with progress.step("broker's messages"):
            _extract(archive, "broker", data.path)
        data.half_restored.unlink()


def _extract(archive: Archive, folder: str, into: Path) -> None:
    for name in archive.names(folder):
        archive.extract(name, into / name)
    if (into / folder).is_dir():
        (into / folder).chmod(0o700)


def _refuse_other_version(archive: Archive, url: str) -> None:
    """A dump holds TimescaleDB's own tables, which differ from version to version."""
    made, here = archive.manifest.get("timescaledb"), timescaledb_version(url)
    if made != here:
        raise Refusal(
            f"The backup was made with TimescaleDB {made} and {here} is installed here: restore it "
            "on a machine with that version, and update afterwards."
        )


def _compare(archive: Archive, url: str) -> None:
    """Whether every journal ends where it ended."""
    here = {code: list(head) for code, head in heads(url).items()}
    if here != archive.manifest.get("journal"):
        raise Refusal(
            "The restored journal does not end where the backed up one did: take another backup."
        )
