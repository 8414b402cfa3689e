"""`parkwatch backup FILE`: everything of one installation, at one moment of its database.

In it: the database, the alarm engine's disk, the installation's secrets, and, of a stack that is
stopped, the broker's store with the messages that nobody has taken yet. Of a running stack the
broker's store is left out: its files are never at rest. What the broker had accepted and `ingest`
had not committed at that moment, as a rule less than a second of readings, stays with the stack
that goes on, and is not in the backup.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from services.runtime.clock import Clock, to_datetime
from services.runtime.settings import Settings
from services.stack.archive import CHUNK, ArchiveWriter
from services.stack.backup_key import backup_key
from services.stack.cache import Cache, engines_home
from services.stack.data_dir import DataDir, choose
from services.stack.database_alone import (
    fresh,
    held,
    installed,
    interruptible,
    postgres_of,
    programs,
    running,
)
from services.stack.database_dump import dump
from services.stack.engine_copy import EngineCopy, engine_copy
from services.stack.postgres import SUPERUSER
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.store.dump import Moment, moment

TRIES = 3


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: its folder, its database's address, and whether it is at rest."""

    data: DataDir
    database_url: str
    at_rest: bool


def back_up(
    target: Path,
    settings: Settings,
    inherited: Mapping[str, str],
    clock: Clock,
    progress: Progress,
    key_file: Path | None = None,
) -> None:
    """Write the backup of this installation to `target`, mode 0600, encrypted where a key is named.

    Raises Refusal, Interrupted.
    """
    key = backup_key(settings, key_file)
    cache = installed(Cache(engines_home(inherited)))
    created_at = to_datetime(clock.now_ms()).isoformat(timespec="seconds").replace("+00:00", "Z")
    target = target.absolute()
    with (
        interruptible(),
        source_of(settings, cache, clock, progress) as source,
        ArchiveWriter(target, created_at, key) as archive,
    ):
        archive.facts = {"parkwatch": version("parkwatch"), "at_rest": source.at_rest}
        _write(archive, source, programs(cache), progress)
    size = target.stat().st_size / 2**20
    progress.say(f"backup of {source.data.path}: {target}, {size:.1f} MiB.")
    if key is None:
        progress.say("It holds passwords and keys: whoever can read it can be this installation.")
    else:
        progress.say(
            f"It is encrypted: nobody restores it without {key.named}; keep that elsewhere."
        )


@contextmanager
def source_of(
    settings: Settings, cache: Cache, clock: Clock, progress: Progress
) -> Iterator[Source]:
    """The installation of the settings, as it is: running, or at rest with its database started."""
    path, _ = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    data = DataDir(path)
    _refuse_strangers(data)
    if settings.database_url is not None:
        yield Source(data, settings.database_url.get_secret_value(), at_rest=False)
        return
    if not (data.postgres / "data" / "PG_VERSION").exists():
        raise Refusal(
            f"There is nothing to back up in {path}: set PARKWATCH_DATA_DIR to the folder of an "
            "installation that was started before."
        )
    if data.holder() is not None:
        yield Source(data, postgres_of(data, cache).url(SUPERUSER), at_rest=False)
        return
    postgres = fresh(data, cache)
    with ExitStack() as until:
        until.enter_context(held(data, clock))
        with progress.step("starting the database"):
            until.enter_context(running(data, postgres, clock, progress))
        yield Source(data, postgres.url(SUPERUSER), at_rest=True)


def _refuse_strangers(data: DataDir) -> None:
    for folder in (data.path, data.secrets, data.postgres):
        if folder.exists() and not os.access(folder, os.R_OK | os.X_OK, effective_ids=True):
            raise Refusal(f"{folder} cannot be read: back up as the user who starts the stack.")


def _write(archive: ArchiveWriter, source: Source, programs: str, progress: Progress) -> None:
    with ExitStack() as until:
        with progress.step("the moment"):
            engine, now, complete = _fitting(source, until)
        archive.facts |= {
            "postgresql": now.postgresql,
            "timescaledb": now.timescaledb,
            "journal": {code: list(head) for code, head in now.heads.items()},
        }
        with progress.step("alarm engine"):
            if complete:
                for name, content in engine.parts(now.recorded.get(engine.spool, 0)):
                    archive.add(f"alerts/{name}", content)
        if not complete:
            progress.say(
                "The alarm engine's spool is damaged and was left out: what it held and the "
                "database did not is not in this backup."
            )
        with progress.step("secrets"):
            _add_folder(archive, source.data.secrets, "secrets")
        if source.at_rest:
            with progress.step("broker's messages"):
                _add_folder(archive, source.data.broker / "store", "broker/store")
        with progress.step("database"):
            archive.add("database.dump", dump(programs, source.database_url, now.snapshot))


def _fitting(source: Source, until: ExitStack) -> tuple[EngineCopy, Moment, bool]:
    """A copy of the engine's disk and a moment of the database that fit each other, and whether
    the copy can be used. An engine at work may forget a segment under our hands: then once more."""
    for attempt in range(TRIES):
        trying = until.enter_context(ExitStack())
        engine = trying.enter_context(engine_copy(source.data.path / "alerts"))
        now = trying.enter_context(moment(source.database_url))
        reaches = engine.reaches(now.recorded.get(engine.spool, 0))
        if (reaches and not engine.has_hole()) or attempt == TRIES - 1:
            return engine, now, reaches
        trying.close()
    raise AssertionError("the last attempt returns")


def _add_folder(archive: ArchiveWriter, folder: Path, name: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".half":
            archive.add(f"{name}/{path.relative_to(folder).as_posix()}", _pieces(path))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
