"""The disk under the database loses its power, or fails at a sync: what was answered is there."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.living import failing_sync, power_cut
from tests.living.engines import REPOSITORY
from tests.living.lone_database import LoneDatabase, Writer, kept, prepare
from tests.living.outcome import eventually
from tests.living.port import free_port
from tests.living.stack import new_folder

CALLS = {"fdatasync": "the log", "fsync": "the data"}
"""By which call the database syncs what."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the database's account can enter."""
    found = new_folder()
    yield found
    shutil.rmtree(found, ignore_errors=True)


def cut(folder: Path, times: int, *settings: str) -> list[dict[str, int]]:
    """What each cut cost."""
    if not power_cut.can_cut(folder / "trial"):
        pytest.skip("this machine lets nobody mount a disk and cut it off")
    words = [*power_cut.APART, sys.executable, "-m", "tests.living.power_cut", str(folder)]
    done = subprocess.run(
        [*words, str(times), *settings],
        cwd=REPOSITORY, capture_output=True, text=True, timeout=60 + 20 * times, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2_000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == times
    assert all(each["answered"] > 0 for each in found)
    return found


def test_what_is_committed_outlives_a_power_cut(folder: Path) -> None:
    assert [each["missing"] for each in cut(folder, 2)] == [0, 0]


@pytest.mark.long
@pytest.mark.timeout(2_400)
def test_a_hundred_power_cuts_cost_no_commit(folder: Path) -> None:
    found = cut(folder, 100)
    assert sum(each["missing"] for each in found) == 0
    print(f"100 power cuts, {sum(each['answered'] for each in found)} commits answered, 0 missing")


@pytest.mark.long
def test_the_proof_sees_what_is_lost_where_nothing_is_synced(folder: Path) -> None:
    """Else it would prove nothing."""
    found = cut(folder, 3, "synchronous_commit=off", "wal_writer_delay=2s")
    assert sum(each["missing"] for each in found) > 0


@pytest.mark.parametrize("call", CALLS, ids=CALLS.values())
def test_a_failed_sync_is_a_panic_and_a_recovery_and_costs_no_commit(
    folder: Path, call: str
) -> None:
    fail(folder, call, 1)


@pytest.mark.long
@pytest.mark.parametrize("call", CALLS, ids=CALLS.values())
def test_twenty_failed_syncs_cost_no_commit(folder: Path, call: str) -> None:
    fail(folder, call, 20)


def fail(folder: Path, call: str, times: int) -> None:
    """Let this call fail once, so many times, while somebody commits."""
    if not failing_sync.works():
        pytest.skip("this machine lets nobody answer for the kernel")
    flags, log = folder / "flags", folder / "database.log"
    flags.mkdir()
    flags.chmod(0o777)
    words = [sys.executable, "-m", "tests.living.failing_sync", str(flags)]
    database = LoneDatabase(folder / "data", free_port(), words)
    try:
        database.start(log)
        prepare(database.url)
        known: set[int] = set()
        for number in range(times):
            writer = begin(database.url, number * 10**6)
            (flags / call).touch()
            if call == "fsync":
                checkpoint(database.url)
            assert writer.failed.wait(30.0), "whoever commits is not told that it is done"
            known.update(writer.known)
            eventually(database.answers, 60.0, "it has recovered by itself")
            assert known <= kept(database.url)
        said = log.read_text(errors="replace")
        assert said.count("PANIC:") == times
        assert said.count("database system was not properly shut down") == times
    finally:
        database.stop()


def begin(url: str, first: int) -> Writer:
    """Somebody who commits, and was answered once."""
    writer = Writer(url, first)
    writer.start()
    eventually(lambda: writer.known, 30.0, "it commits")
    return writer


def checkpoint(url: str) -> None:
    """Have the data synced; it panics under it."""
    with pytest.raises(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
