"""Broken installations, really broken, and what the doctor calls each of them."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from services.alerts.segment import segments
from services.alerts.snapshot import Snapshot, SnapshotStore
from services.alerts.spool import Spool
from services.runtime.clock import ManualClock, SystemClock
from services.runtime.settings import Settings, inherited_environment
from services.stack import console
from services.stack.cache import engines_home
from services.stack.data_dir import DataDir
from services.stack.diagnosis import ZONES, Code, Finding, Site
from services.stack.doctor import examine
from services.stack.host import machine
from services.stack.packages import DATABASE, POSTGRES_BIN
from services.stack.secrets import Secrets
from tests.living.port import free_port

PARKWATCH = Path(sys.executable).with_name("parkwatch")
REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference"
GIB = 2**30
NOBODY = 65534


def wrong(site: Site) -> dict[str, Finding]:
    """What must be mended, by its code; a code twice would hide one."""
    found = [finding for finding in examine(site) if not finding.good]
    assert len({finding.code for finding in found}) == len(found), found
    for finding in found:
        assert str(finding).startswith(f"WRONG  {finding.code}: ")
        assert str(finding).endswith(".")
        assert len(str(finding)) < 500
    return {finding.code: finding for finding in found}


def told(site: Site, **changed: object) -> Site:
    """The same installation with these settings."""
    values = site.settings.model_dump(exclude_unset=True) | changed
    return replace(site, settings=Settings.model_validate(values))


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that every user may enter; pytest's own shut out the database's."""
    with TemporaryDirectory(prefix="parkwatch-test-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        yield home


@pytest.fixture
def site(home: Path) -> Site:
    """An installation where nothing is wrong, made a moment ago and not running."""
    sources = home / "console"
    (sources / "dist").mkdir(parents=True)
    (sources / "app.ts").write_text("export {}")
    (sources / "dist" / "index.html").write_text("<html>")
    (sources / "dist" / ".built-from").write_text(console.sources(sources))
    data = home / "data"
    Secrets(data / "secrets").get("token_key")
    for name in ("logs", "run", "alerts", "broker"):
        (data / name).mkdir(mode=0o700)
    values = {"http_port": free_port(), "mqtt_port": free_port()}
    return Site(
        settings=Settings.model_validate({"data_dir": "/", **values}),
        engines=engines_home(inherited_environment()),
        scripts=Path(sys.executable).parent,
        console=sources,
        zones=ZONES,
        clock=ManualClock(SystemClock().now_ms()),
        free=lambda _: 100 * GIB,
    )


@pytest.fixture
def data(site: Site, home: Path) -> Path:
    """Its data folder."""
    return home / "data"


@pytest.fixture
def sound(site: Site, data: Path) -> Site:
    """The installation, with its folder in its settings."""
    return told(site, data_dir=data)


def test_a_sound_installation_has_nothing_to_mend(sound: Site) -> None:
    assert wrong(sound) == {}
    assert {Code.DATABASE_INSTALLED, Code.PORT_FREE, Code.CLOCK} <= {
        finding.code for finding in examine(sound)
    }


def test_the_database_was_never_installed(sound: Site, tmp_path: Path) -> None:
    found = wrong(replace(sound, engines=tmp_path / "nothing"))
    assert list(found) == ["database-installed"]
    assert found["database-installed"].remedy == "run `make install`"


def test_a_program_of_the_database_is_missing(sound: Site, tmp_path: Path) -> None:
    programs = tmp_path / "engines" / DATABASE.entry(machine()) / POSTGRES_BIN
    programs.mkdir(parents=True)
    (programs / "postgres").touch()
    found = wrong(replace(sound, engines=tmp_path / "engines"))
    assert "lacks initdb, pg_dump, pg_restore" in found["database-installed"].what


def test_the_broker_was_never_installed(sound: Site, tmp_path: Path) -> None:
    assert list(wrong(replace(sound, scripts=tmp_path))) == ["broker-installed"]


def test_the_console_was_never_built_or_is_an_old_one(sound: Site) -> None:
    (sound.console / "app.ts").write_text("export const changed = 1")
    assert "other sources" in wrong(sound)["console-built"].what
    (sound.console / "dist" / "index.html").unlink()
    assert wrong(sound)["console-built"].what == "The console is not built"


def test_the_folder_belongs_to_another_user(sound: Site, data: Path) -> None:
    if os.geteuid() != 0:
        data.chmod(0o500)
        found = wrong(sound)
        data.chmod(0o700)
    else:
        os.seteuid(NOBODY)
        try:
            found = {finding.code: finding for finding in reversed(examine(sound))}
        finally:
            os.seteuid(0)
    assert "may not write in" in found["data-dir-access"].what
    assert "chown" in str(found["data-dir-access"].remedy)


def test_others_can_read_a_secret(sound: Site, data: Path) -> None:
    (data / "secrets" / "token_key").chmod(0o644)
    found = wrong(sound)
    assert list(found) == ["secrets-closed"]
    assert "token_key" in found["secrets-closed"].what


@pytest.mark.parametrize("setting", ["http_port", "mqtt_port", "db_port"])
def test_a_port_is_taken(sound: Site, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        found = wrong(told(sound, **{setting: port}))
    assert list(found) == ["port-free"]
    assert f"Port {port} on 127.0.0.1" in found["port-free"].what
    assert f"PARKWATCH_{setting.upper()}" in str(found["port-free"].remedy)


def test_the_disk_is_nearly_full(sound: Site) -> None:
    found = wrong(replace(sound, free=lambda _: GIB))
    assert list(found) == ["disk-space"]
    assert found["disk-space"].what.startswith("Only 1.0 GiB are free")


def test_the_database_does_not_answer(sound: Site) -> None:
    url = f"postgresql://somebody:secret@127.0.0.1:{free_port()}/parkwatch"
    found = wrong(told(sound, database_url=url))
    assert list(found) == ["database-reachable"]
    assert "secret" not in str(found["database-reachable"])


def test_the_broker_does_not_answer(sound: Site) -> None:
    url = f"mqtt://somebody:secret@127.0.0.1:{free_port()}"
    found = wrong(told(sound, mqtt_url=url))
    assert list(found) == ["broker-reachable"]
    assert "refused" in found["broker-reachable"].what
    assert "secret" not in str(found["broker-reachable"])


def test_something_else_listens_where_the_broker_should(sound: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"mqtt://127.0.0.1:{mute.getsockname()[1]}"
        found = wrong(replace(told(sound, mqtt_url=url), clock=SystemClock()))
    assert "does not answer" in found["broker-reachable"].what


def test_gateways_passwords_would_cross_a_network_in_the_clear(sound: Site) -> None:
    found = wrong(told(sound, mqtt_host="0.0.0.0"))
    assert list(found) == ["mqtt-encrypted"]
    assert "PARKWATCH_MQTT_TLS_CERT" in str(found["mqtt-encrypted"].remedy)


def test_half_a_certificate(sound: Site, tmp_path: Path) -> None:
    found = wrong(told(sound, mqtt_tls_cert=tmp_path / "park.pem"))
    assert list(found) == ["certificates"]
    found = wrong(told(sound, mqtt_device_ca=tmp_path / "devices.pem"))
    assert "which needs TLS" in found["certificates"].what


def test_the_clock_woke_up_in_another_century(sound: Site) -> None:
    found = wrong(replace(sound, clock=ManualClock(946_684_800_000)))
    assert list(found) == ["clock"]
    assert "2000-01-01" in found["clock"].what


def test_the_clock_was_set_back(sound: Site, data: Path) -> None:
    (data / "logs" / "alerts.log").touch()
    clock = ManualClock(SystemClock().now_ms() - 3_600_000)
    found = wrong(replace(sound, clock=clock))
    assert list(found) == ["clock"]
    assert "set back" in found["clock"].what


@pytest.mark.parametrize("content", [None, b"", b"<html>not found</html>"])
def test_the_time_zones_are_broken(sound: Site, tmp_path: Path, content: bytes | None) -> None:
    zones = tmp_path / "zoneinfo"
    (zones / "Etc").mkdir(parents=True)
    if content is not None:
        (zones / "Etc" / "UTC").write_bytes(content)
    assert list(wrong(replace(sound, zones=zones))) == ["time-zones"]


def spooled(folder: Path, count: int = 20) -> Path:
    """A spool of so many records; its one segment."""
    spool = Spool(folder)
    for number in range(count):
        spool.append(b"record %d" % number)
    spool.close()
    return segments(folder)[0][1]


def test_the_spool_is_damaged_in_the_middle(sound: Site, data: Path) -> None:
    segment = spooled(data / "alerts" / "spool")
    assert wrong(sound) == {}
    with segment.open("r+b") as file:
        file.seek(200)
        file.write(b"\0" * 8)
    found = wrong(sound)
    assert list(found) == ["spool"]
    assert str(segment) in found["spool"].what


def test_a_record_torn_by_a_kill_is_nothing_to_mend(sound: Site, data: Path) -> None:
    segment = spooled(data / "alerts" / "spool")
    os.truncate(segment, segment.stat().st_size - 5)
    assert wrong(sound) == {}
    assert any("not finished" in finding.what for finding in examine(sound))


def test_the_snapshot_is_damaged(sound: Site, data: Path) -> None:
    spooled(data / "alerts" / "spool")
    SnapshotStore(data / "alerts").write(Snapshot("spool", 1, 1, 1, b"engine", [], {}))
    assert wrong(sound) == {}
    file = data / "alerts" / "snapshot"
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert list(wrong(sound)) == ["snapshot"]


def test_a_second_stack_on_the_same_folder(sound: Site, data: Path) -> None:
    first = DataDir(data)
    first.hold(SystemClock(), lambda _: True)
    try:
        found = wrong(sound)
    finally:
        first.release()
    assert list(found) == ["stack"]
    assert f"process {os.getpid()}" in found["stack"].what
    assert "PARKWATCH_DATA_DIR" in str(found["stack"].remedy)
    assert wrong(sound) == {}


def test_a_restore_was_interrupted(sound: Site, data: Path) -> None:
    (data / "half-restored").touch()
    assert list(wrong(sound)) == ["data-dir"]


def test_the_command_ends_with_one_when_something_must_be_mended(tmp_path: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PARKWATCH_DATA_DIR": "/nowhere/data",
        "PARKWATCH_MQTT_HOST": "0.0.0.0",
    }
    ended = subprocess.run(
        [str(PARKWATCH), "doctor", "--quiet"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        check=False,
    )
    assert ended.returncode == 1
    assert "WRONG  mqtt-encrypted: MQTT listens on 0.0.0.0 without TLS" in ended.stdout
    assert "ok  " not in ended.stdout
    assert not Path("/nowhere").exists()


@pytest.mark.parametrize("page", ["doctor.md", "doctor.zh-CN.md"])
def test_the_reference_names_every_finding(page: str) -> None:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    assert re.findall(r"(?m)^\| `([a-z-]+)` \|", text) == [code.value for code in Code]
