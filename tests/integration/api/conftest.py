"""One api process over the real database and broker, with a scripted engine."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import pytest

from tests.integration.api.scripted import Scripted
from tests.living.engines import REPOSITORY
from tests.living.engines_alone import Engines
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Json
from tests.living.picture import png
from tests.living.port import free_port

QUICK = "tests.living.quick_api"
"""The api, but for what a password costs."""


@dataclass(frozen=True, slots=True)
class Api:
    """A running api, and its admin at the door."""

    url: str
    engines: Engines
    engine: Scripted
    admin: Door

    def ready(self) -> Json:
        """What `/readyz` says."""
        answer: Json = httpx2.get(f"{self.url}/readyz", verify=NO_TLS).json()
        return answer

    def enterprise(self) -> str:
        """A new enterprise's code."""
        code = f"E-{secrets.token_hex(4)}"
        self.admin.register("/enterprises", {"code": code, "name": "企业"})
        return code

    def point(self, enterprise: str, tag: str, **more: object) -> Json:
        """A new point."""
        body = {"enterprise": enterprise, "tag": tag, "kind": "level", "unit": "%", **more}
        return self.admin.register("/points", body)

    def person(self, role: str, enterprise: str | None = None) -> Door:
        """Somebody with this role, signed in."""
        name, password = f"{role}-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        body = {"username": name, "password": password, "role": role, "enterprise": enterprise}
        self.admin.register("/users", body)
        return Door(self.url, name, password)


def start_api(
    engines: Engines, program: str = QUICK, **more: str
) -> tuple[str, "subprocess.Popen[bytes]"]:
    """An api process on a free port; it may not answer yet."""
    port = free_port()
    environment = os.environ | engines.services["api"]
    environment |= {
        # Its seals are kept there; else they would be in the clone.
        "PARKWATCH_DATA_DIR": str(engines.data_dir),
        "PARKWATCH_HTTP_PORT": str(port),
        "PARKWATCH_RATE_LIMIT": "0",
        **more,
    }
    process = subprocess.Popen([sys.executable, "-m", program], cwd=REPOSITORY, env=environment)
    return f"http://127.0.0.1:{port}", process


@contextmanager
def running_api(
    engines: Engines, program: str = QUICK, **more: str
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """An api process that answers; ended by SIGTERM within 5 s, with exit code 0."""
    url, process = start_api(engines, program, **more)
    try:
        eventually(lambda: _answers(f"{url}/healthz"), 60.0, "the api answers")
        yield url, process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=6.0) == 0


@pytest.fixture(scope="package")
def served(engines: Engines) -> Iterator[str]:
    """The address of an api for all of these proofs; under its park lies a plan."""
    plan = engines.data_dir / "plan.png"
    plan.write_bytes(png())
    ground = {
        "PARKWATCH_PLAN_FILE": str(plan),
        "PARKWATCH_PLAN_CORNERS": "107.438,38.2245 107.468,38.2245 107.438,38.2055",
        "PARKWATCH_TILES_URL": "https://maps.park.example/{z}/{x}/{y}.png",
    }
    with running_api(engines, **ground) as (url, _):
        yield url


@pytest.fixture(scope="module")
def api(engines: Engines, served: str) -> Iterator[Api]:
    """That api, ready, with an engine of this module's own, whose alarms nobody else numbers."""
    engine = Scripted(engines)
    engine.is_born_again(secrets.token_hex(4))
    password = engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
    with engine:
        eventually(engine.is_followed, 60.0, "the api follows this engine")
        eventually(lambda: _answers(f"{served}/readyz"), 60.0, "the api is ready")
        admin = Door(served, "admin", password)
        yield Api(served, engines, engine, admin)
        admin.close()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, verify=NO_TLS).status_code == 200
    except httpx2.TransportError:
        return False
