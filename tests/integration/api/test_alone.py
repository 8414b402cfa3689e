"""An api that starts before everything else, or with limits."""

import time

import httpx2
import pytest

from tests.integration.api.conftest import running_api
from tests.integration.api.scripted import Scripted
from tests.integration.api.test_register import refused
from tests.living.engines_alone import Engines
from tests.living.live import Live
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door

pytestmark = [pytest.mark.patient]


def test_without_an_engine_the_record_is_shown_and_it_says_so(engines: Engines) -> None:
    with running_api(engines) as (url, _):
        answer = httpx2.get(f"{url}/readyz", verify=NO_TLS)
        assert answer.status_code == 503
        eventually(
            lambda: httpx2.get(f"{url}/readyz", verify=NO_TLS).json()["snapshot_from"] == "store",
            8.0,
            "the record",
        )
        password = engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
        admin = Door(url, "admin", password)
        assert admin.ask("/alarms")["next"] is None
        refused(admin.http.post("/alarms/x/acknowledge", json={}), 503, "engine-away")
        code = f"E-{time.time_ns() % 10**9}"
        admin.tell("/enterprises", {"code": code, "name": "x"}, status=201)
        path = f"/enterprises/{code}/gateways"
        assert admin.tell(path, {"code": "gw"}, status=201)["in_force"] is False
        with Live(admin) as live, Scripted(engines):
            live.wait(
                lambda h: h.type == "snapshot" and h.message["snapshot_from"] == "engine",
                5.0,
                "the engine's own",
            )
            eventually(
                lambda: httpx2.get(f"{url}/readyz", verify=NO_TLS).status_code == 200, 5.0, "ready"
            )
        admin.close()


def test_limits_count_each_account_by_itself(engines: Engines) -> None:
    password = engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
    with running_api(engines, PARKWATCH_RATE_LIMIT="20") as (url, _):
        eventually(
            lambda: httpx2.get(f"{url}/metrics", verify=NO_TLS).text.find("database_up 1") > 0,
            5.0,
            "it",
        )
        admin = Door(url, "admin", password)
        codes = [admin.http.get("/me").status_code for _ in range(21)]
        assert codes == [200] * 20 + [429]
        answer = admin.http.get("/me")
        refused(answer, 429, "too-many-requests", "wait")
        assert 0 < int(answer.headers["retry-after"]) <= 60
        wrong = {"username": "nobody", "password": "wrong"}
        tries = [httpx2.post(f"{url}/api/v1/auth/token", data=wrong).status_code for _ in range(12)]
        assert tries == [401] * 10 + [429] * 2
        admin.close()
