"""Until an api has read the register, it denies nothing that stands there: it says so."""

import psycopg

from tests.integration.api.conftest import Api, running_api
from tests.living.outcome import eventually
from tests.living.park import Door

ROUTES = (
    "/enterprises",
    "/enterprises/YN/gateways",
    "/points",
    "/values",
    "/hazard-sources",
    "/interlocks",
    "/map",
    "/risk-index",
    "/statistics/connectivity",
)


def test_what_stands_in_the_register_is_not_denied_before_it_was_read(api: Api) -> None:
    """Its tables are locked while another api starts: live alarms are there, all else says what is missing."""
    password = api.engines.services["api"]["PARKWATCH_ADMIN_PASSWORD"]
    code = api.enterprise()
    path = f"/enterprises/{code}/gateways"
    with psycopg.connect(api.engines.superuser_url) as lock:
        lock.execute("LOCK TABLE enterprise IN ACCESS EXCLUSIVE MODE")
        with running_api(api.engines) as (url, _):
            other = Door(url, "admin", password)
            for route in ROUTES:
                told = other.http.get(route)
                assert told.status_code == 503, route
                assert told.json()["detail"] == (
                    "The register is not loaded yet: try again in a few seconds."
                )
                assert told.headers["retry-after"] == "2"
            assert other.http.get("/alarms").status_code == 200
            assert other.http.post(path, json={"code": "gw1"}).status_code == 503
            lock.rollback()
            eventually(
                lambda: other.http.post(path, json={"code": "gw1"}).status_code == 201,
                20.0,
                "it was read",
            )
            assert [each["code"] for each in other.items(path)] == ["gw1"]
            other.close()
