"""A backup restored elsewhere is the same installation: readings, alarms, journal, passwords."""

import json
import os
import secrets
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from services.stack.archive import open_archive
from services.stack.backup_key import BackupKey
from tests.living.field import Flow, send
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Door, Gateway, Json, Park
from tests.living.stack import PARKWATCH, Stack, new_folder
from tests.living.store import Store

pytestmark = pytest.mark.stack

OPERATOR = ("li.wei", "a password of old")
WAITING = 40


@dataclass
class Before:
    """An installation that was backed up twice: while it ran, and after it was killed."""

    stack: Stack
    code: str
    busy: str
    gateway: Gateway
    running: Path
    killed: Path
    """Encrypted with `key`."""
    key: Path
    readings: list[tuple[str, int, float | None]] = field(default_factory=list)
    alarms: list[Json] = field(default_factory=list)
    journal: list[Json] = field(default_factory=list)
    hazards: list[Json] = field(default_factory=list)
    sent: list[tuple[str, int, float]] = field(default_factory=list)


def command(stack: Stack, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(PARKWATCH), *map(str, words)],
        cwd=stack.folder,
        env=stack.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def exported(door: Door, enterprise: str) -> list[Json]:
    """The rows of an enterprise's journal."""
    text = door.http.get("/journal/export", params={"enterprise": enterprise}).text
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["type"] == "journal"
    assert lines[-1]["type"] == "end"
    return lines[1:-1]


def keep_hazard_source(door: Door, enterprise: str) -> None:
    """A hazard source with a past, and weights of the risk index that somebody set."""
    source = {
        "enterprise": enterprise,
        "code": "HS-1",
        "name": "液氯储存",
        "unit_type": "storage",
        "exposed_people": 60,
        "substances": [{"cas": "7782-50-5", "quantity_t": 5}],
    }
    door.tell("/hazard-sources", source, status=201)
    changed = door.http.patch(f"/hazard-sources/{enterprise}/HS-1", json={"exposed_people": 0})
    assert changed.status_code == 200, changed.text
    weights = door.ask("/risk-index")["weights"] | {"bypass": 12.5}
    body = {"weights": weights, "reason": "联锁从严"}
    assert door.http.put("/risk-index", json=body).status_code == 200


def hazards(door: Door, enterprise: str) -> list[Json]:
    """Every version of its hazard source, and the weights in force."""
    versions = door.items(f"/hazard-sources/{enterprise}/HS-1/versions")
    return [*versions, door.ask("/risk-index")]


def recording_stopped(stack: Stack) -> "psycopg.Connection[tuple[object, ...]]":
    """A lock under which alarms can be read and not recorded, until it is closed."""
    secret = (stack.data_dir / "secrets" / "postgres").read_text().strip()
    url = f"postgresql://postgres:{secret}@127.0.0.1:{stack.db_port}/parkwatch"
    connection = psycopg.connect(url)
    connection.execute("LOCK TABLE alarm IN EXCLUSIVE MODE")
    return connection


@pytest.fixture(scope="module")
def before() -> Iterator[Before]:
    stack = Stack(new_folder()).start()
    park = Park(stack)
    mine, busy = park.enterprise("MINE"), park.enterprise("BUSY")
    gateway, other = mine.gateway(), busy.gateway()
    files = (stack.folder / "running", stack.folder / "k", stack.folder / "key")
    found = Before(stack, mine.code, busy.code, gateway, *files)
    try:
        name, password = OPERATOR
        body = {"username": name, "password": password, "role": "operator"}
        park.admin.tell("/users", body, status=201)
        for tag in ("GT-1", "GT-2", "GT-3"):
            mine.gas_detector(tag)
        mine.point("TI-1", "temperature", "Cel")
        keep_hazard_source(park.admin, mine.code)
        busy.point("TI-1", "temperature", "Cel")
        mine.in_force()
        back_up_while_it_runs(found, park, other)
        back_up_after_a_kill(found)
        yield found
    finally:
        park.close()
        stack.exterminate()
        stack.remove()


def back_up_while_it_runs(found: Before, park: Park, other: Gateway) -> None:
    stack, store = found.stack, Store(found.stack)
    with Live(park.admin) as live, Flow(other, ["TI-1"], every_s=0.02) as flow:
        send(found.gateway, {"GT-1": 30})
        first = live.wait_event("raised", found.code, "GT-1", 10.0).message["alarm"]
        park.admin.tell(f"/alarms/{first['id']}/acknowledge", {"note": "见到了"})
        eventually(lambda: len(store.journal(first["id"])) == 2, 10.0, "the first alarm on record")
        with recording_stopped(stack):
            send(found.gateway, {"GT-2": 60})
            live.wait_event("raised", found.code, "GT-2", 10.0)
            eventually(lambda: store.reading_count(found.code) == 2, 10.0, "both readings stored")
            done = command(stack, "backup", found.running)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "passwords and keys" in done.stdout
    eventually(lambda: len(exported(park.admin, found.code)) == 3, 30.0, "the second on record")
    found.sent = flow.sent
    found.readings = store.readings(found.code)
    found.alarms = park.admin.items("/alarms", enterprise=found.code, state="all")
    found.journal = exported(park.admin, found.code)
    found.hazards = hazards(park.admin, found.code)


def back_up_after_a_kill(found: Before) -> None:
    """Readings that `ingest` never took are still in the broker."""
    stack = found.stack
    stack.service("ingest").send(signal.SIGSTOP)
    for number in range(WAITING):
        send(found.gateway, {"TI-1": number}, ts=1_767_542_400_000 + number)
    assert stack.supervisor is not None
    stack.supervisor.kill()
    stack.supervisor.wait()
    stack.assert_only_the_watcher_is_left(10.0).send(signal.SIGTERM)
    stack.assert_gone(10.0)
    Stack.running.remove(stack)
    found.key.write_text(secrets.token_hex(32))
    done = command(stack, "backup", found.killed, "--key-file", found.key)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"It is encrypted: nobody restores it without the key of {found.key}" in done.stdout
    stack.assert_gone(1.0)


def test_no_file_of_the_engine_is_forgotten(before: Before) -> None:
    folder = before.stack.data_dir / "alerts"
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    bits = bytes.fromhex(before.key.read_text())
    with open_archive(before.killed, BackupKey("its key", bits=bits)) as archive:
        kept = {name.removeprefix("alerts/") for name in archive.names("alerts")}
        assert archive.names("broker")
    assert any(name.startswith("heard/") for name in there)
    # The first is the lock of whoever runs, the second only keeps room on the disk, the third
    # says that this folder's engine held the lease: a restored one asks its database for it.
    assert kept == there - {"lock", "spool/reserve", "term"}


@pytest.fixture
def elsewhere(before: Before) -> Iterator[Stack]:
    """Another empty folder, on other ports."""
    stack = Stack(new_folder())
    stack.admin_password = before.stack.admin_password
    stack.settings = {"ADMIN_PASSWORD": "not the one of old"}
    yield stack
    try:
        stack.stop()
    finally:
        stack.exterminate()
        stack.remove()


def restored(stack: Stack, file: Path, *more: str | Path) -> Stack:
    done = command(stack, "restore", file, *more)
    assert done.returncode == 0, done.stdout + done.stderr
    stack.assert_gone(1.0)
    return stack.start()


def test_what_was_backed_up_while_it_ran_is_the_same_elsewhere(
    before: Before, elsewhere: Stack, tmp_path: Path
) -> None:
    assert stat.S_IMODE(before.running.stat().st_mode) == 0o600
    stack = restored(elsewhere, before.running)
    store, admin = Store(stack), Door(stack.url, "admin", stack.admin_password)
    assert sorted(store.readings(before.code)) == sorted(before.readings)
    busy = store.readings(before.busy)
    assert len(busy) == len(set(busy)) > 0
    assert set(busy) <= set(before.sent)
    eventually(
        lambda: admin.items("/alarms", enterprise=before.code, state="all") == before.alarms,
        10.0,
        "the same alarms, on record",
    )
    # The same rows with the same hashes: what was spooled and not recorded came once.
    eventually(lambda: len(exported(admin, before.code)) >= 3, 10.0, "the journal")
    assert exported(admin, before.code) == before.journal
    whole = tmp_path / "journal.jsonl"
    whole.write_bytes(admin.http.get("/journal/export").content)
    assert command(stack, "journal", "verify", whole).returncode == 0
    Door(stack.url, *OPERATOR).close()
    assert [each["version"] for each in before.hazards] == [2, 1, 1]
    assert hazards(admin, before.code) == before.hazards
    gateway = Gateway(**vars(before.gateway) | {"mqtt_port": stack.mqtt_port})
    with Live(admin) as live:
        assert {a["tag"] for a in live.heard[0].message["alarms"]} == {"GT-1", "GT-2"}
        send(gateway, {"GT-3": 55})
        live.wait_event("raised", before.code, "GT-3", 5.0, grade=1)
        send(gateway, {"GT-2": 1})
        live.wait_event("returned", before.code, "GT-2", 5.0)
    eventually(lambda: len(exported(admin, before.code)) == 5, 10.0, "the journal goes on")
    assert exported(admin, before.code)[:3] == before.journal
    admin.close()


def test_what_the_broker_held_at_the_kill_is_stored_after_a_restore(
    before: Before, elsewhere: Stack
) -> None:
    stack = restored(elsewhere, before.killed, "--key-file", before.key)
    store = Store(stack)
    expected = len(before.readings) + WAITING
    eventually(lambda: store.reading_count(before.code) == expected, 30.0, f"{expected} readings")
    waited = [row for row in store.readings(before.code) if row[0] == "TI-1"]
    assert sorted(waited) == [("TI-1", 1_767_542_400_000 + n, float(n)) for n in range(WAITING)]
    admin = Door(stack.url, "admin", stack.admin_password)
    day = {"start": "2026-01-04T00:00:00Z", "end": "2026-01-05T00:00:00Z", "resolution": "1h"}
    path = f"/points/{before.code}/TI-1/readings"
    (hour,) = eventually(lambda: admin.ask(path, **day)["items"], 30.0, "their hour is rolled up")
    assert (hour["min"], hour["max"], hour["count"]) == (0, WAITING - 1, WAITING)
    admin.close()


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(
    before: Before, elsewhere: Stack
) -> None:
    elsewhere.data_dir.mkdir()
    (elsewhere.data_dir / "mine").write_text("precious")
    done = command(elsewhere, "restore", before.running)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"{elsewhere.data_dir} is not empty (mine is in it): set PARKWATCH_DATA_DIR to an empty "
        "folder."
    )
    assert os.listdir(elsewhere.data_dir) == ["mine"]


def test_a_file_that_was_cut_or_changed_leaves_nothing(before: Before, elsewhere: Stack) -> None:
    broken = elsewhere.folder / "broken"
    shutil.copy(before.running, broken)
    os.truncate(broken, broken.stat().st_size * 2 // 3)
    done = command(elsewhere, "restore", broken)
    assert (done.returncode, "was cut off" in done.stderr) == (1, True), done.stderr
    shutil.copy(before.running, broken)
    with broken.open("r+b") as file:
        file.seek(broken.stat().st_size // 2)
        file.write(b"\xff\x00\xff\x00")
    done = command(elsewhere, "restore", broken)
    assert (done.returncode, "is damaged" in done.stderr) == (1, True), done.stderr
    assert not elsewhere.data_dir.exists()


def test_s49_an_encrypted_backup_without_its_key_or_changed_leaves_nothing(
    before: Before, elsewhere: Stack
) -> None:
    """One sentence each time, and the target is not even made."""
    other, broken = elsewhere.folder / "other key", elsewhere.folder / "broken"
    other.write_text(secrets.token_hex(32))
    shutil.copy(before.killed, broken)
    with broken.open("r+b") as file:
        file.seek(broken.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    for file_, words, told in (
        (before.killed, (), "is encrypted: name its key"),
        (before.killed, ("--key-file", other), "it is another one"),
        (broken, ("--key-file", before.key), "altered or damaged"),
    ):
        done = command(elsewhere, "restore", file_, *words)
        assert (done.returncode, told in done.stderr) == (1, True), done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
    assert not elsewhere.data_dir.exists()


def restoring(stack: Stack, file: Path) -> "subprocess.Popen[bytes]":
    """A restore under way."""
    started = subprocess.Popen(
        [str(PARKWATCH), "restore", str(file)],
        cwd=stack.folder,
        env=stack.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    eventually((stack.data_dir / "postgres").exists, 30.0, "a restore under way", 0.02)
    return started


def test_a_restore_that_was_stopped_leaves_nothing(before: Before, elsewhere: Stack) -> None:
    under_way = restoring(elsewhere, before.running)
    under_way.terminate()
    assert under_way.wait(30.0) == 130
    elsewhere.assert_gone(1.0)
    assert not elsewhere.data_dir.exists()


def test_a_restore_that_was_killed_is_never_started_as_if_it_were_whole(
    before: Before, elsewhere: Stack
) -> None:
    under_way = restoring(elsewhere, before.running)
    under_way.kill()
    under_way.wait()
    elsewhere.assert_gone(20.0)
    started = elsewhere.launch()
    assert started.wait(20.0) == 1
    assert "A restore into" in elsewhere.output.read_text()
    elsewhere.supervisor = None
