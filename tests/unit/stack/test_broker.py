"""The broker accepts the configuration that is written for it, whatever the folder's name."""

import shutil
import subprocess
import sysconfig
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.runtime.buckets import MARK
from services.stack.broker import Broker, Listener, Native
from services.stack.embedded import TEMPLATE
from services.stack.secrets import Secrets

NATS = Path(sysconfig.get_path("scripts")) / "nats-server"


def broker(folder: Path, host: str = "127.0.0.1", *, bucketed: bool = False) -> Broker:
    secrets = Secrets(folder / "secrets")
    own, field = Native(4222), Listener(host, 1883)
    return Broker(NATS, TEMPLATE, folder / "broker", own, field, secrets, bucketed=bucketed)


@pytest.mark.parametrize("bucketed", [False, True])
@pytest.mark.parametrize("name", ["plain", "with space", "厂区 一"])
def test_the_broker_accepts_its_configuration(tmp_path: Path, name: str, bucketed: bool) -> None:
    made = broker(tmp_path / name, bucketed=bucketed)
    made.configure()
    configuration = tmp_path / name / "broker" / "nats.conf"
    checked = subprocess.run(
        [NATS, "-t", "-c", configuration], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "@" not in configuration.read_text().replace("@ signs", "")


def test_nobody_else_reads_its_secrets(tmp_path: Path) -> None:
    broker(tmp_path).configure()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "broker").iterdir()}
    assert modes.pop("store") == 0o700
    written = ("nats.conf", "services.conf", "gateways.conf", "every-leaf")
    assert modes == dict.fromkeys(written, 0o600)


def test_each_start_begins_without_gateways(tmp_path: Path) -> None:
    made = broker(tmp_path)
    made.users_file.parent.mkdir(parents=True)
    made.users_file.write_text('users: [ { user: "acme.gw1", password: "x" } ]')
    made.configure()
    assert "acme" not in made.users_file.read_text()


def test_gateways_whose_rights_do_not_fit_what_is_mapped_wait_for_the_api(tmp_path: Path) -> None:
    """A publish that is not permitted would be acknowledged and gone."""
    unmapped = 'users: [ { user: "acme.gw1", password: "x" } ]'
    for text, bucketed, kept in (
        (unmapped, False, True),
        (unmapped, True, False),
        (f"{MARK}{unmapped}", True, True),
        (f"{MARK}{unmapped}", False, False),
    ):
        made = broker(tmp_path, bucketed=bucketed)
        made.users_file.parent.mkdir(parents=True, exist_ok=True)
        made.users_file.write_text(text)
        made.configure(keep_gateways=True)
        assert ("acme" in made.users_file.read_text()) is kept


def test_a_service_on_this_machine_finds_a_broker_open_to_all(tmp_path: Path) -> None:
    url = broker(tmp_path, host="0.0.0.0").mqtt_url("svc-api")
    assert url.startswith("mqtt://svc-api:")
    assert urlsplit(url).netloc.endswith("@127.0.0.1:1883")


def test_a_store_that_was_there_before_keeps_the_filter_its_sessions_began_with(
    tmp_path: Path,
) -> None:
    fresh, old = broker(tmp_path / "fresh"), broker(tmp_path / "old")
    (tmp_path / "old" / "broker" / "store" / "jetstream").mkdir(parents=True)
    for each in (fresh, old):
        each.configure()

    assert fresh.every_leaf
    assert not old.every_leaf, "both filters in one session would double everything"


@pytest.mark.parametrize("marked_by", ["us", "who did not mark beside the store"])
def test_a_store_that_was_lost_at_work_keeps_the_filter_that_ingest_was_told(
    tmp_path: Path, marked_by: str
) -> None:
    """The broker begins it anew by itself, and `ingest` its session by that filter."""
    made, store = broker(tmp_path), tmp_path / "broker" / "store"
    made.configure()
    (store / "jetstream").mkdir()
    if marked_by != "us":
        (tmp_path / "broker" / "every-leaf").unlink()
        made.configure()
    shutil.rmtree(store)
    (store / "jetstream").mkdir(parents=True)

    made.configure()

    assert made.every_leaf
