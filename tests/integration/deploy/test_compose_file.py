"""What `docker-compose.yml` and the image promise, as far as their text can break it."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from services.stack.broker_rights import RIGHTS
from tests.integration.deploy.composition import FILE, Composition, written
from tests.living.engines import REPOSITORY

DOCKERFILE = (REPOSITORY / "deploy" / "Dockerfile").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = written()["services"]
LASTING = ("database", "broker", "ingest", "alerts", "api", "notify", "watcher")
ONCE = ("setup", "migrate")


def test_the_file_follows_the_compose_specification() -> None:
    words = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    checked = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_these_are_all_the_services() -> None:
    assert SERVICES.keys() == {*LASTING, *ONCE}


def test_only_the_doors_are_published_and_only_on_loopback_unless_told() -> None:
    published = {name: said["ports"] for name, said in SERVICES.items() if "ports" in said}
    assert published == {
        "api": ["${PARKWATCH_HTTP_HOST:-127.0.0.1}:${PARKWATCH_HTTP_PORT:-8000}:8000"],
        "broker": ["${PARKWATCH_MQTT_HOST:-127.0.0.1}:${PARKWATCH_MQTT_PORT:-1883}:1883"],
    }


def test_only_the_doors_and_what_sends_webhooks_have_a_way_out() -> None:
    assert written()["networks"]["inside"] == {"internal": True}
    outside = {name for name, said in SERVICES.items() if "outside" in said.get("networks", [])}
    assert outside == {"api", "broker", "notify", "watcher"}
    assert all(said.get("networks") or said["network_mode"] == "none" for said in SERVICES.values())


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_watched_and_started_again(name: str) -> None:
    said = SERVICES[name]
    assert said["restart"] == "unless-stopped"
    assert said["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= said["healthcheck"].keys()


@pytest.mark.parametrize("name", ONCE)
def test_what_is_done_once_is_not_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "no"


@pytest.mark.parametrize("name", [*LASTING, *ONCE])
def test_memory_and_logs_have_an_end(name: str) -> None:
    assert SERVICES[name]["deploy"]["resources"]["limits"]["memory"]
    assert SERVICES[name]["logging"]["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", [name for name in (*LASTING, *ONCE) if name != "database"])
def test_nothing_runs_as_root(name: str) -> None:
    # The database's official image gives up root by itself, once its folder is its own.
    said = SERVICES[name]
    assert said["user"] == "10001:10001"
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["security_opt"] == ["no-new-privileges:true"]


def test_the_order_is_database_migrations_broker_services_window() -> None:
    needs = {name: said.get("depends_on", {}) for name, said in SERVICES.items()}
    done, healthy = "service_completed_successfully", "service_healthy"
    assert needs["database"] == needs["broker"] == {"setup": {"condition": done}}
    assert needs["migrate"] == {"database": {"condition": healthy}}
    engines = {"migrate": {"condition": done}, "broker": {"condition": healthy}}
    assert needs["ingest"] == needs["alerts"] == engines
    assert needs["api"].keys() == {*engines, "ingest", "alerts"}
    assert needs["notify"] == {"migrate": {"condition": done}}
    assert needs["watcher"] == {"api": {"condition": healthy}}


def test_no_password_stands_in_the_file() -> None:
    for name, said in SERVICES.items():
        for key, value in said.get("environment", {}).items():
            if re.search(r"PASSWORD|SECRET|KEY|URL", key) and not key.endswith(("_FILE", "_DIR")):
                assert re.fullmatch(r"\$\{PARKWATCH_\w+:-\}", str(value)), f"{name}: {key}"


def test_every_image_is_pinned_to_a_version() -> None:
    images = {said["image"] for said in SERVICES.values()}
    images |= set(re.findall(r"(?m)^FROM (\S+)", DOCKERFILE))
    for image in images:
        tag = image.partition(":")[2]
        assert re.match(r"\d+\.\d+\.\d+\b", tag), image
    for base in re.findall(r"(?m)^FROM (\S+)", DOCKERFILE):
        assert re.search(r"@sha256:[0-9a-f]{64}$", base), base


def test_every_volume_is_named_and_used() -> None:
    used = {
        each.partition(":")[0]
        for said in SERVICES.values()
        for each in said.get("volumes", [])
        if not each.startswith("./")
    }
    assert used == written()["volumes"].keys()


def test_each_volume_begins_with_the_owner_who_writes_to_it() -> None:
    made = set(re.findall(r"(?<=\s)(/[a-z/]+)(?=[\s;])", DOCKERFILE.partition("for folder in")[2]))
    mounted = {
        each.split(":")[1]
        for said in SERVICES.values()
        if said["image"].startswith("parkwatch:")
        for each in said.get("volumes", [])
        if not each.startswith("./")
    }
    assert "/journal" in mounted
    assert mounted <= made


def test_the_broker_is_the_version_that_the_tests_run() -> None:
    nats = Path(sysconfig.get_path("scripts")) / "nats-server"
    said = subprocess.run([nats, "--version"], capture_output=True, text=True, check=True).stdout
    tag = SERVICES["broker"]["image"].partition(":")[2]
    assert said.strip().endswith(f"v{tag.removesuffix('-alpine')}")


def test_the_image_copies_what_is_there_and_what_is_sent_to_the_builder() -> None:
    sent = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [
        source
        for line in re.findall(r"(?m)^COPY (?!--from)(.+)$", DOCKERFILE)
        for source in line.split()[:-1]
    ]
    assert copied
    for source in copied:
        assert (REPOSITORY / source).exists(), source
        top = source.split("/")[0]
        assert f"!{source}" in sent or f"!{top}/" in sent, source


def test_the_image_runs_as_an_ordinary_user_and_is_watched() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert "\nHEALTHCHECK " in last


def test_with_certificates_the_broker_speaks_tls_and_the_services_know_it(tmp_path: Path) -> None:
    script = REPOSITORY / "deploy" / "certificate.sh"
    subprocess.run(["sh", script, "park.example", tmp_path / "certs"], check=True)
    said = prepare(tmp_path, dotenv_of_the_page() | {"PARKWATCH_MQTT_HOST": "192.0.2.7"})
    assert said.returncode == 0, said.stderr
    assert "without TLS" not in said.stdout
    configuration = tmp_path / "broker-config" / "nats.conf"
    assert f'cert_file: "{tmp_path}/certs/park.crt"' in configuration.read_text()
    nats = Path(sysconfig.get_path("scripts")) / "nats-server"
    checked = subprocess.run([nats, "-t", "-c", configuration], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr
    for service in ("ingest", "alerts", "api", "watcher"):
        told = tmp_path / f"told-{service}"
        assert (told / "PARKWATCH_MQTT_URL").read_text().endswith("?pin=/run/parkwatch/mqtt.crt")
        assert (told / "mqtt.crt").read_text() == (tmp_path / "certs/park.crt").read_text()


def test_our_own_services_may_say_and_hear_there_what_they_need_and_no_more(tmp_path: Path) -> None:
    """What the rights are worth is tried on the embedded broker; these are the same ones."""
    said = prepare(tmp_path, {})
    assert said.returncode == 0, said.stderr
    users = (tmp_path / "broker-config" / "services.conf").read_text().splitlines()
    for user, may in RIGHTS.items():
        (line,) = [line for line in users if f'user: "{user}"' in line]
        assert line.endswith(f", {may} }}")
    assert "$SVC_" in (tmp_path / "broker-config" / "gateways.conf").read_text()


@pytest.mark.parametrize("began_before", [False, True])
def test_ingest_is_told_by_which_filter_the_sessions_of_the_brokers_store_began(
    tmp_path: Path, began_before: bool
) -> None:
    """A new store is heard by the one that no leaf escapes, at every later start as well."""
    store = tmp_path / "broker-messages" / "store"
    if began_before:
        (store / "jetstream").mkdir(parents=True)
    for _ in range(2):
        assert prepare(tmp_path, {}).returncode == 0
        told = (tmp_path / "told-ingest" / "PARKWATCH_EVERY_LEAF").read_text()
        assert told == ("false" if began_before else "true")
        (store / "jetstream").mkdir(exist_ok=True)


def test_every_line_of_the_pages_dotenv_is_read() -> None:
    text = FILE.read_text(encoding="utf-8")
    for name in dotenv_of_the_page():
        assert f"${{{name}:-" in text, name


def test_a_broker_open_to_a_network_without_tls_is_warned_about(tmp_path: Path) -> None:
    said = prepare(tmp_path, {"PARKWATCH_MQTT_HOST": "192.0.2.7"})
    assert said.returncode == 0, said.stderr
    assert "without TLS" in said.stdout


def test_a_certificate_that_cannot_be_read_stops_the_start_in_one_sentence(tmp_path: Path) -> None:
    said = prepare(
        tmp_path,
        {
            "PARKWATCH_MQTT_TLS_CERT": "/certs/missing.crt",
            "PARKWATCH_MQTT_TLS_KEY": "/certs/missing.key",
        },
    )
    assert said.returncode == 1
    assert "missing.crt" in said.stderr
    assert "Traceback" not in said.stderr


def dotenv_of_the_page() -> dict[str, str]:
    """The `.env` that the page about servers shows."""
    page = (REPOSITORY / "docs/how-to/run-on-a-server.md").read_text(encoding="utf-8")
    (first, *_) = re.findall(r"(?ms)^```ini\n(.*?)^```", page)
    return dict(line.split("=", 1) for line in first.splitlines())


def prepare(folder: Path, dotenv: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """The service `setup`, as the file starts it."""
    setup = next(s for s in Composition(folder, dotenv).services() if s.name == "setup")
    for place in setup.volumes.values():
        place.mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        setup.command,
        cwd=folder,
        env=setup.environment | {"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_the_image_compiles_is_the_same_whenever_it_is_copied(tmp_path: Path) -> None:
    """The same sources give the same files: without it no two builds could be compared."""
    mode = re.search(r"compileall -q --invalidation-mode (\S+)", DOCKERFILE)
    assert mode is not None
    assert "SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH" in DOCKERFILE
    assert "PYC_INVALIDATION_MODE=CHECKED_HASH" in DOCKERFILE
    made = []
    for name, at in (("one", 1_000_000_000), ("two", 1_700_000_000)):
        folder = tmp_path / name / "services"
        shutil.copytree(
            REPOSITORY / "services/watcher", folder, ignore=shutil.ignore_patterns("__pycache__")
        )
        for path in folder.rglob("*.py"):
            os.utime(path, (at, at))
        words = [
            sys.executable,
            "-m",
            "compileall",
            "-q",
            "--invalidation-mode",
            mode[1],
            "services",
        ]
        subprocess.run(
            words, cwd=tmp_path / name, check=True, env=UNCOMPILED | {"PYTHONHASHSEED": "0"}
        )
        made.append({path.name: path.read_bytes() for path in folder.rglob("*.pyc")})
    assert len(made[0]) > 5
    assert made[0] == made[1]


UNCOMPILED = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
