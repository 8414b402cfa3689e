"""The four-colour map over REST: every object with its geometry, its colours, and why."""

from base64 import b64encode

import httpx2
import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_hazard_sources import now, over, source
from tests.integration.api.test_key_places import COURSE, corridor
from tests.integration.api.test_register import refused
from tests.living.loopback import NO_TLS
from tests.living.outcome import eventually
from tests.living.park import Door, Json
from tests.living.picture import png

WEST, EAST = 107.44, 107.46
LAYERS = ["enterprise", "zone", "hazard_source", "key_place", "point"]


def square(west: float, east: float) -> Json:
    ring = [[west, 38.21], [east, 38.21], [east, 38.22], [west, 38.22], [west, 38.21]]
    return {"type": "Polygon", "coordinates": [ring]}


def park(api: Api) -> tuple[str, dict[str, int]]:
    """An enterprise with one of everything; its code, and the numbers of its points by tag."""
    code = api.enterprise()
    zones = [
        {"code": "Z-1", "name": "西罐区", "area": square(WEST, 107.45)},
        {"code": "Z-2", "name": "东罐区", "area": square(107.451, EAST)},
        {"code": "Z-3", "name": "库房"},
    ]
    file = {"area": square(WEST, EAST), "zones": zones}
    assert api.admin.http.patch(f"/enterprises/{code}", json=file).status_code == 200
    api.admin.tell("/hazard-sources", source(code, lon=107.445, lat=38.215), status=201)
    points = [
        ("GT-1", {"kind": "toxic_gas", "unit": "ppm", "lon": 107.445, "lat": 38.215}),
        ("T-2", {"lon": 107.455, "lat": 38.215, "hazard_source": "HS-7"}),
        ("T-3", {}),
    ]
    numbers = {}
    for tag, more in points:
        made = api.point(code, tag, **({"hazard_source": "HS-1"} | more))
        numbers[tag] = made["id"]
    api.admin.tell("/places", corridor(code, points=["GT-1"]), status=201)
    return code, numbers


def drawn(door: Door, enterprise: str, **more: str) -> dict[str, Json]:
    """The features of an enterprise by layer and code."""
    found = door.ask("/map", enterprise=enterprise, **more)
    assert (found["type"], found["next"]) == ("FeatureCollection", None)
    return {f["properties"]["object"] + " " + f["properties"]["code"]: f for f in found["features"]}


def test_every_object_is_there_with_its_geometry_and_none_is_left_out_for_want_of_one(
    api: Api,
) -> None:
    code, _ = park(api)
    found = drawn(api.admin, code)
    assert list(found) == [
        f"enterprise {code}",
        "zone Z-1",
        "zone Z-2",
        "hazard_source HS-1",
        "hazard_source HS-7",
        "key_place PC-1",
        "point GT-1",
        "point T-2",
    ]
    assert {each["type"] for each in found.values()} == {"Feature"}
    assert found[f"enterprise {code}"]["geometry"] == square(WEST, EAST)
    assert found["zone Z-1"]["geometry"] == square(WEST, 107.45)
    spot = {"type": "Point", "coordinates": [107.445, 38.215]}
    assert found["hazard_source HS-1"]["geometry"] == spot
    assert found["hazard_source HS-7"]["geometry"] is None
    assert found["hazard_source HS-7"]["properties"]["registered"] is False
    assert found["key_place PC-1"]["geometry"] == COURSE
    assert found["key_place PC-1"]["properties"]["kind"] == "pipe_corridor"
    assert found["point GT-1"]["geometry"] == spot
    assert found["point GT-1"]["id"] == f"point/{code}/GT-1"


def test_an_alarm_colours_all_that_it_is_of_and_says_which_it_is(api: Api) -> None:
    code, numbers = park(api)
    api.engine.values({numbers["GT-1"]: (now(), 9.0, 0)})
    raised = api.engine.raises(9001, code, tag="GT-1", point_id=numbers["GT-1"], grade=1)
    red = {f"enterprise {code}", "zone Z-1", "hazard_source HS-1", "key_place PC-1", "point GT-1"}

    def coloured(colour: str | None) -> set[str]:
        found = drawn(api.admin, code).items()
        return {name for name, f in found if f["properties"]["grade_colour"] == colour}

    eventually(lambda: coloured("red") == red, 5.0, "what the alarm is of is red")
    found = {name: f["properties"] for name, f in drawn(api.admin, code, lang="en").items()}
    for name in red:
        assert (found[name]["grade"], found[name]["active"]) == (1, 1)
        assert found[name]["why"]["alarm"] == raised.id
        assert "GT-1" in found[name]["why"]["grade"]
    assert found["zone Z-2"]["why"] == {
        "alarm": None,
        "grade": "No active alarm",
        "risk": [],
        "risk_of": None,
        "note": None,
    }
    status = api.admin.ask(f"/hazard-sources/{code}/HS-1/status", lang="en")
    mine = found["hazard_source HS-1"]
    assert (mine["risk_level"], mine["points"]) == (status["risk_level"], status["points"])
    assert mine["risk_index"] == pytest.approx(status["risk"]["index"], abs=1.0)
    assert [each.split(":")[0] for each in mine["why"]["risk"]] == [
        each.split(":")[0] for each in status["why"]["risk"]
    ]
    whole = found[f"enterprise {code}"]
    assert (whole["risk_level"], whole["why"]["risk_of"]) == (mine["risk_level"], "HS-1")
    assert mine["risk_colour"] == [None, "red", "orange", "yellow", "blue"][mine["risk_level"]]
    assert found["point GT-1"]["risk_level"] is None
    api.engine.says("cleared", over(raised))
    eventually(lambda: not coloured("red"), 5.0, "it is over everywhere")


def test_what_nobody_knows_is_said_and_is_not_blue(api: Api) -> None:
    code, numbers = park(api)
    api.admin.tell("/places", corridor(code, "PC-2"), status=201)
    api.engine.values({numbers["T-2"]: (now(), 9.0, 0)})

    def online() -> int | None:
        number: int | None = drawn(api.admin, code)["point T-2"]["properties"]["points_online"]
        return number

    eventually(lambda: online() == 1, 10.0, "one is online")
    found = {name: f["properties"] for name, f in drawn(api.admin, code, lang="en").items()}
    assert found["key_place PC-2"]["why"]["note"].startswith("No point watches it")
    assert found["point T-2"]["why"]["note"].startswith("No rule is in force")
    assert found["point T-2"]["grade_colour"] is None
    assert found["hazard_source HS-1"]["points_online"] == 0
    chinese = {name: f["properties"] for name, f in drawn(api.admin, code, lang="zh").items()}
    assert chinese["key_place PC-2"]["why"]["grade"] == "无在报警"
    legend = api.admin.ask("/map", enterprise=code, lang="zh")["legend"]
    assert legend["grade"]["none"] == "无色：无在报警，不等于安全"
    assert legend["risk"]["red"] == "红：重大风险"


def test_page_by_page_it_is_the_whole_in_one_order(api: Api) -> None:
    code, _ = park(api)
    whole = api.admin.ask("/map", enterprise=code)["features"]
    for limit in (1, 3, 7):
        parts, cursor = [], ""
        for _ in range(9):
            more = {"cursor": cursor} if cursor else {}
            page = api.admin.ask("/map", enterprise=code, limit=limit, **more)
            assert len(page["features"]) <= limit
            parts += [each["id"] for each in page["features"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert parts == [each["id"] for each in whole]
    chosen = api.admin.http.get("/map", params={"enterprise": code, "layer": ["zone", "point"]})
    names = [each["properties"]["object"] for each in chosen.json()["features"]]
    assert names == ["zone", "zone", "point", "point"]
    wrong = api.admin.http.get("/map", params={"layer": "cloud"})
    refused(wrong, 422, "invalid", "layer")
    refused(api.admin.http.get("/map", params={"cursor": "x"}), 422, "invalid", "cursor")
    assert api.admin.http.get("/map", params={"enterprise": "nobody"}).json()["features"] == []


def test_an_enterprise_sees_its_own_and_the_others_do_not_shine_through(api: Api) -> None:
    (mine, _), (other, theirs) = park(api), park(api)
    api.engine.raises(9101, other, tag="GT-1", point_id=theirs["GT-1"], grade=1)

    def theirs_is_red() -> bool:
        return bool(drawn(api.admin, other)[f"enterprise {other}"]["properties"]["grade"] == 1)

    eventually(theirs_is_red, 5.0, "theirs is red")
    door = api.person("enterprise", mine)
    found = door.ask("/map")
    assert {each["properties"]["enterprise"] for each in found["features"]} == {mine}
    assert {each["properties"]["grade"] for each in found["features"]} == {None}
    assert door.ask("/map", enterprise=other)["features"] == []
    assert httpx2.get(f"{api.url}/api/v1/map").status_code == 401


def test_who_has_it_already_is_told_so_until_something_happens(api: Api) -> None:
    code, numbers = park(api)
    asked = {"enterprise": code, "lang": "en"}
    first = api.admin.http.get("/map", params=asked)
    assert first.headers["content-type"] == "application/geo+json"
    tag = {"If-None-Match": first.headers["etag"]}

    def again() -> int:
        return api.admin.http.get("/map", params=asked, headers=tag).status_code

    assert again() == 304
    assert api.admin.http.get("/map", params=asked | {"lang": "zh"}, headers=tag).status_code == 200
    api.engine.raises(9201, code, tag="GT-1", point_id=numbers["GT-1"], grade=3)
    eventually(lambda: again() == 200, 5.0, "an alarm is news")


def test_under_the_park_lies_its_plan_for_the_park_and_tiles_of_one_origin(api: Api) -> None:
    ground = api.admin.ask("/map/ground")
    assert ground["plan"] == {
        "picture": "data:image/png;base64," + b64encode(png()).decode(),
        "width": 3,
        "height": 2,
        "corners": [[107.438, 38.2245], [107.468, 38.2245], [107.438, 38.2055]],
    }
    assert (ground["tiles"], ground["faults"]) == ("https://maps.park.example/{z}/{x}/{y}.png", [])
    seen = api.admin.http.get("/map/ground")
    tag = {"If-None-Match": seen.headers["ETag"]}
    assert api.admin.http.get("/map/ground", headers=tag).status_code == 304
    own = api.person("enterprise", api.enterprise()).ask("/map/ground")
    assert own == {"plan": None, "tiles": ground["tiles"], "faults": []}
    policy = httpx2.get(api.url, verify=NO_TLS).headers["Content-Security-Policy"]
    assert "img-src 'self' data: https://maps.park.example;" in policy
    assert policy.count("https:") == 1
