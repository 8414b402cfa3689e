"""The system of `docker-compose.yml`, started here by its own commands and environment: a plant's
recording is stored whole, and its alarms are found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_tep_replay import READINGS, plant, play
from tests.integration.deploy.containers import Containers
from tests.living.field import publish
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.stack import new_folder
from tests.living.store import Store

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def containers() -> Iterator[Containers]:
    running = Containers(new_folder(), RATE_LIMIT="0")
    try:
        running.start()
        yield running
        running.stop()
    finally:
        running.exterminate()
        running.remove()


@pytest.fixture
def composed(containers: Containers) -> Iterator[Park]:
    administrator = Park(containers)
    yield administrator
    administrator.close()


def test_every_service_is_healthy_by_its_own_check(containers: Containers) -> None:
    for name in ("database", "broker", "ingest", "alerts", "api", "notify"):
        assert containers.healthy(name), containers.said()


def test_a_recording_is_stored_whole_and_its_alarms_are_found(
    containers: Containers, composed: Park
) -> None:
    store = Store(containers)
    past = plant(composed, store)
    play(composed, past)
    past.expect_stored()
    past.expect_history(lows=14)
    assert store.reading_count(past.enterprise.code) == READINGS


def test_a_gateway_comes_and_goes_across_containers(containers: Containers, composed: Park) -> None:
    enterprise = composed.enterprise("C")
    gateway = enterprise.gateway()
    assert publish(gateway, {"values": {"X": 1}}).returncode == 0
    composed.admin.remove(f"/enterprises/{enterprise.code}/gateways/{gateway.code}")
    eventually(
        lambda: publish(gateway, {"values": {"X": 1}}).returncode != 0, 10.0, "cut within 10 s"
    )


def test_no_part_is_told_the_secrets_of_another(containers: Containers) -> None:
    told = {
        part: {
            file.name: file.read_text()
            for file in containers.composition.volume(f"told-{part}").iterdir()
        }
        for part in ("database", "ingest", "alerts", "api", "notify")
    }
    assert told["notify"].keys() == {"PARKWATCH_DATABASE_URL", "PARKWATCH_NOTICE_KEY"}
    assert told["database"].keys() == {"password"}
    own = {"PARKWATCH_DATABASE_URL", "PARKWATCH_MQTT_URL", "PARKWATCH_CLIENT_ID_SECRET"}
    assert told["alerts"].keys() == own
    assert told["ingest"].keys() == own | {
        "PARKWATCH_EVERY_LEAF",
        "PARKWATCH_BROKER_WINDOW",
    }, "which are no secrets"
    doors = {"PARKWATCH_TOKEN_KEY", "PARKWATCH_JOURNAL_KEY", "PARKWATCH_ADMIN_PASSWORD"}
    doors |= {"PARKWATCH_BROKER_ADMIN_URL", "PARKWATCH_NOTICE_KEY"}
    assert told["api"].keys() == own | doors
    addresses = [
        told[part][name] for part in ("ingest", "alerts", "api") for name in sorted(own)[1:]
    ]
    assert len(set(addresses)) == len(addresses)


def test_secrets_are_for_their_owner_alone(containers: Containers) -> None:
    for folder in ("keys/secrets", "told-ingest", "told-api", "told-database", "broker-config"):
        for file in (containers.folder / folder).iterdir():
            assert file.stat().st_mode & 0o077 == 0, file


def test_what_was_refused_to_a_gateway_is_read_in_the_brokers_log(
    containers: Containers, composed: Park
) -> None:
    enterprise = composed.enterprise("D")
    gateway = enterprise.gateway()
    publish(gateway, {"values": {}}, topic="pw/v1/other/gw1/telemetry")
    eventually(
        lambda: bool(composed.admin.items("/events", enterprise=enterprise.code)),
        15.0,
        "the refusal as an event",
    )


def test_a_service_that_died_is_unhealthy(containers: Containers) -> None:
    containers.kill("ingest")
    assert not containers.healthy("ingest")
    containers.again("ingest")
    eventually(lambda: containers.healthy("ingest"), 20.0, "ingest is healthy")


def test_a_second_start_keeps_the_passwords_and_the_gateways(containers: Containers) -> None:
    def kept() -> dict[Path, str]:
        folders = ("keys/secrets", "told-api", "told-alerts", "broker-config")
        return {f: f.read_text() for n in folders for f in (containers.folder / n).iterdir()}

    before = kept()
    assert containers.again("setup").wait(30) == 0
    changed = {path.name for path, text in kept().items() if before.get(path) != text}
    # The disk has less room now.
    assert changed <= {"nats.conf"}
