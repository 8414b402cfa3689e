"""What the doctor says about a database and a broker that are there."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from services.runtime.clock import ManualClock, SystemClock
from services.runtime.settings import Settings
from services.stack.diagnosis import Finding, Site, site
from services.stack.doctor import examine
from services.stack.health import healthy
from tests.living.engines_alone import Engines, engines_alone

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """Of its own: the doctor looks at all that is there, and other proofs leave notices that wait."""
    with engines_alone() as running:
        yield running


def looked_at(engines: Engines, **settings: str) -> Site:
    values = {"data_dir": str(engines.data_dir), **settings}
    return site(Settings.model_validate(values), {})


def found(site: Site) -> dict[str, Finding]:
    """One finding a code, the wrong one where there are several."""
    return {each.code: each for each in sorted(examine(site), key=lambda each: not each.good)}


@contextmanager
def schema(engines: Engines, broken: str, mended: str) -> Iterator[None]:
    """The table of migrations changed for as long as the block lasts."""
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(broken.encode())
        try:
            yield
        finally:
            connection.execute(mended.encode())


def test_a_running_database_and_broker_are_sound(engines: Engines) -> None:
    services = engines.services["api"]
    given = looked_at(
        engines,
        database_url=engines.superuser_url,
        mqtt_url=services["PARKWATCH_MQTT_URL"],
    )
    assert found(looked_at(engines))["database-reachable"].good
    assert found(looked_at(engines))["migrations"].good
    assert found(given)["broker-reachable"].good


def test_the_embedded_database_lacks_a_migration(engines: Engines) -> None:
    renamed = "UPDATE schema_migration SET name = '{}' WHERE name = '{}'"
    first, other = "0001_register_readings_alarms.sql", "0001_gone.sql"
    with schema(engines, renamed.format(other, first), renamed.format(first, other)):
        finding = found(looked_at(engines))["migrations"]
    assert "0001_gone.sql, which this version does not know" in finding.what


def test_a_database_of_before_the_last_migration(engines: Engines) -> None:
    kept = "CREATE TABLE kept AS SELECT * FROM schema_migration; "
    broken = kept + "DELETE FROM schema_migration WHERE number = 1"
    mended = "INSERT INTO schema_migration SELECT * FROM kept WHERE number = 1; DROP TABLE kept"
    with schema(engines, broken, mended):
        embedded = found(looked_at(engines))["migrations"]
        given = found(looked_at(engines, database_url=engines.superuser_url))["migrations"]
    assert "lacks 1 migrations, 0001_register" in embedded.what
    assert embedded.remedy == "start the stack again"
    assert "parkwatch migrate" in str(given.remedy)


def test_a_migration_that_was_changed_after_it_was_applied(engines: Engines) -> None:
    changed = "UPDATE schema_migration SET checksum = {} WHERE number = 1"
    broken, mended = changed.format("'x' || checksum"), changed.format("substr(checksum, 2)")
    with schema(engines, broken, mended):
        assert "was changed after" in found(looked_at(engines))["migrations"].what
    assert found(looked_at(engines))["migrations"].good


def test_a_newer_migration_than_this_version_knows(engines: Engines) -> None:
    broken = "INSERT INTO schema_migration VALUES (9999, '9999_tomorrow.sql', 'x')"
    with schema(engines, broken, "DELETE FROM schema_migration WHERE number = 9999"):
        finding = found(looked_at(engines))["migrations"]
    assert finding.what.startswith("The database has the migration 9999_tomorrow.sql")
    assert finding.remedy == "start the version that made it, or a newer one"


def test_a_wrong_password_is_said_without_saying_it(engines: Engines) -> None:
    url = engines.services["api"]["PARKWATCH_MQTT_URL"]
    user, _, place = url.removeprefix("mqtt://").partition("?")[0].partition("@")
    name = user.partition(":")[0]
    wrong = looked_at(
        engines,
        mqtt_url=f"mqtt://{name}:hunter2@{place}",
        database_url=engines.superuser_url.replace("postgres:", "postgres:hunter2"),
    )
    findings = found(wrong)
    for code in ("broker-reachable", "database-reachable"):
        assert "does not let us in" in findings[code].what
        assert "hunter2" not in str(findings[code])


def test_two_machines_that_disagree_what_time_it_is(engines: Engines) -> None:
    given = looked_at(engines, database_url=engines.superuser_url)
    ahead = replace(given, clock=ManualClock(SystemClock().now_ms() + 3_600_000))
    # The database is asked a moment later: as many seconds are missing.
    assert re.search(r" (3600|35[5-9]\d) s behind", found(ahead)["clock"].what)
    assert "ntp" in str(found(ahead)["clock"].remedy)


def test_alarms_that_nobody_sends_out_are_told(engines: Engines) -> None:
    assert found(looked_at(engines))["notices"].good
    waits = """
        INSERT INTO notice_receiver (enterprise, id, name, url, secret, language, grades, exercises,
                                     active, by_park, created_at)
        VALUES ('*', 'aaaaaaaa', 'x', 'http://127.0.0.1:1/', 'x', 'zh', '{1}', false, true, true, now());
        INSERT INTO notice (enterprise, receiver, about, seq, alarm_id, event, grade, exercise, at,
                            queued_at)
        VALUES ('*', 'aaaaaaaa', 'E001', 1, 'x', 'raised', 1, false, now(), now() - interval '5 min')
    """
    with schema(engines, waits, "TRUNCATE notice, notice_receiver"):
        finding = found(looked_at(engines))["notices"]
        assert not healthy("notify", notifys(engines))
    assert "waited for 5 min" in finding.what
    assert "parkwatch notify" in str(finding.remedy)
    assert healthy("notify", notifys(engines))


def notifys(engines: Engines) -> Settings:
    url = engines.services["api"]["PARKWATCH_NOTIFY_DATABASE_URL"]
    return Settings.model_validate({"database_url": url})


def test_engines_without_services_are_no_stack_that_takes_readings(engines: Engines) -> None:
    finding = found(looked_at(engines))["stack"]
    assert "nothing answers" in finding.what
    assert Path(engines.data_dir / "logs").as_posix() in str(finding.remedy)
