"""A process that starts works no route out; a request works out its own."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Query
from fastapi.exceptions import FastAPIError
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from services.api.app import make_routes
from services.api.late_route import LateRoute, LateRouter, Responses

REFUSED: Responses = {"422": {"description": "Not valid"}}


def park() -> FastAPI:
    router = LateRouter(prefix="/tanks", tags=["tanks"])

    @router.get("/{name}", responses={404: {"description": "No such tank"}})
    async def tank(name: str, level: Annotated[int, Query(ge=1)] = 3) -> dict[str, int]:
        """One tank."""
        return {name: level}

    @router.post("", status_code=201)
    async def build() -> dict[str, str]:
        return {"built": "yes"}

    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router.below("/api", REFUSED))
    return app


def late(app: FastAPI) -> list[LateRoute]:
    return [route for route in app.routes if isinstance(route, LateRoute)]


def test_at_the_start_no_route_of_ours_is_worked_out() -> None:
    served = late(make_routes())
    assert len(served) > 140
    assert [route.path for route in served if route.is_made] == []


def test_a_request_works_out_its_own_route_and_no_other() -> None:
    app = park()
    with TestClient(app) as client:
        assert client.get("/api/tanks/T1?level=5").json() == {"T1": 5}
        assert client.get("/api/tanks/T1?level=0").status_code == 422
        assert client.delete("/api/tanks/T1").status_code == 405
    assert [route.is_made for route in late(app)] == [True, False]
    with TestClient(app) as client:
        assert client.post("/api/tanks").status_code == 201


def test_the_description_works_out_all_and_names_what_is_refused_everywhere() -> None:
    app = park()
    paths = app.openapi()["paths"]
    assert set(paths["/api/tanks/{name}"]["get"]["responses"]) == {"200", "404", "422"}
    assert paths["/api/tanks/{name}"]["get"]["responses"]["422"]["description"] == "Not valid"
    assert paths["/api/tanks"]["post"]["tags"] == ["tanks"]
    assert all(route.is_made for route in late(app))


def test_what_is_not_described_is_served() -> None:
    router = LateRouter(tags=["health"])

    @router.get("/alive")
    async def alive() -> dict[str, str]:
        return {"status": "alive"}

    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router.below("", {}, described=False))
    assert app.openapi()["paths"] == {}
    with TestClient(app) as client:
        assert client.get("/alive").json() == {"status": "alive"}


def test_a_route_that_cannot_be_made_is_found_by_the_description() -> None:
    class Foreign:
        """Nothing that can be described."""

    router = LateRouter()

    @router.get("/foreign")
    async def foreign() -> Foreign:
        return Foreign()

    app = FastAPI(openapi_url=None)
    app.router.routes.extend(router.below("/api", {}))
    with pytest.raises(FastAPIError, match="Foreign"):
        app.openapi()


def test_what_is_no_late_route_is_refused_at_once() -> None:
    router = LateRouter()
    router.add_route("/plain", lambda _request: PlainTextResponse("plain"))
    with pytest.raises(TypeError, match="neither a late route nor a socket"):
        list(router.below("/api", {}))
