"""The platform's own health, for those who run it."""

from tests.integration.api.conftest import Api
from tests.integration.api.test_register import refused


def test_the_admin_sees_parts_lags_rooms_and_versions(api: Api) -> None:
    enterprise = api.enterprise()
    api.point(enterprise, "GT-1")
    found = api.admin.ask("/system")
    ready = api.ready()
    assert found["ready"] == ready["ready"]
    assert set(found["parts"]) == set(ready["dependencies"])
    assert found["parts"]["database"]["ok"] is True
    lags = {each["name"]: each for each in found["lags"]}
    assert (lags["engine"]["unit"], lags["record"]["unit"]) == ("s", "events")
    assert lags["engine"]["value"] is not None
    rooms = {each["name"]: each for each in found["rooms"]}
    assert rooms["database"]["used_bytes"] > 1_000_000
    versions = {each["name"]: each["version"] for each in found["versions"]}
    assert all(versions[part] for part in ("postgresql", "timescaledb", "parkwatch"))
    assert found["counts"]["points"] >= 1


def test_nobody_else_does(api: Api) -> None:
    for role in ("operator", "supervisor", "inspector", "regulator"):
        refused(api.person(role).http.get("/system"), 403, "forbidden")
    refused(api.person("enterprise", api.enterprise()).http.get("/system"), 403, "forbidden")
