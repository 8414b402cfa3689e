"""Requests that no person thinks of, made out of `openapi.json` by schemathesis, and what came back.

A process of its own asks an api of its own over a database of its own: what it registers, changes and
removes is nobody else's.
"""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from services.store.migrate import migrate
from tests.integration.api.conftest import running_api
from tests.integration.api.scripted import Scripted
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.outcome import eventually

DOCUMENT = REPOSITORY / "docs" / "reference" / "openapi.json"
_OURS_ALONE = {"PARKWATCH_BROKER_USERS_FILE", "PARKWATCH_BROKER_ADMIN_URL"}
"""Not for an api that knows no gateway: it would cut those of the others."""
_SETTINGS = """
[cache]
enabled = false
[generation]
deterministic = true
database = "none"
no-shrink = true
# What one operation told is not asked of another: it would end its own session, or change its own password.
[phases.examples]
extra-data-sources = { responses = false }
[phases.coverage]
extra-data-sources = { responses = false }
[phases.fuzzing]
extra-data-sources = { responses = false }
# A body may be what its schema says and not fit the park: 422, 409 and 404 say so.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 422, 429]
[auth.dynamic.openapi.HTTPBearer]
path = "/api/v1/auth/token"
payload_content_type = "application/x-www-form-urlencoded"
extract_selector = "/access_token"
retry_on = [401]
payload = { username = "admin", password = "%s" }
"""


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What became of a run."""

    report: dict[str, Any]
    text: str

    @property
    def failures(self) -> list[str]:
        """Each with the request that brings it about."""
        return [json.dumps(each, ensure_ascii=False)[:2000] for each in self.report["failures"]]


@dataclass(frozen=True, slots=True)
class Target:
    """An api to be asked strange things, and the password of its admin."""

    url: str
    password: str
    folder: Path

    def ask(self, *options: str) -> Fuzzed:
        """Everything that `openapi.json` describes, with these options of `schemathesis run`."""
        settings = self.folder / "schemathesis.toml"
        settings.write_text(_SETTINGS % self.password, encoding="utf-8")
        report = self.folder / "report.json"
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                *("--config-file", str(settings)),
                *("run", str(DOCUMENT), "--url", self.url, "--continue-on-failure"),
                *("--request-timeout", "60", "--report", "json"),
                *("--report-json-path", str(report), *options),
            ],
            cwd=self.folder,
            env=os.environ
            | {
                "PYTHONPATH": str(REPOSITORY),
                "SCHEMATHESIS_HOOKS": "tests.integration.api.strange_hooks",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert report.exists(), done.stdout + done.stderr
        return Fuzzed(json.loads(report.read_text(encoding="utf-8")), done.stdout)


@contextmanager
def fuzz_target(engines: Engines, folder: Path) -> Iterator[Target]:
    """An api over an empty database of its own, with an engine that answers it."""
    name = f"fuzz_{secrets.token_hex(4)}"
    with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    try:
        owner = urlsplit(engines.superuser_url)._replace(path=f"/{name}").geturl()
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        migrate(owner)
        settings = {
            key: value for key, value in engines.services["api"].items() if key not in _OURS_ALONE
        }
        url = urlsplit(engines.database_url("api"))._replace(path=f"/{name}").geturl()
        alone = replace(engines, services=engines.services | {"api": settings})
        more = {"PARKWATCH_DATABASE_URL": url, "PARKWATCH_DATA_DIR": str(folder)}
        engine = Scripted(engines)
        engine.is_born_again(secrets.token_hex(4))
        with engine, running_api(alone, **more) as (address, _):
            eventually(engine.is_followed, 60.0, "the api follows this engine")
            yield Target(address, settings["PARKWATCH_ADMIN_PASSWORD"], folder)
    finally:
        with psycopg.connect(engines.superuser_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
