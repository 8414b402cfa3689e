"""Key places over REST: registered with a shape and points, kept in versions, with a grade."""

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_hazard_sources import over, source
from tests.integration.api.test_register import refused
from tests.living.outcome import eventually
from tests.living.park import Json

COURSE: Json = {"type": "LineString", "coordinates": [[107.44, 38.21], [107.46, 38.21]]}
SPOT: Json = {"type": "Point", "coordinates": [107.44, 38.21]}


def corridor(enterprise: str, code: str = "PC-1", **more: object) -> Json:
    return {
        "enterprise": enterprise,
        "code": code,
        "kind": "pipe_corridor",
        "name": "一号公共管廊",
        "name_en": "Pipe corridor 1",
        "geometry": COURSE,
        **more,
    }


def test_a_place_lives_from_its_registration_to_its_end_and_nothing_of_it_is_lost(
    api: Api,
) -> None:
    code = api.enterprise()
    api.point(code, "PT-1")
    made = api.admin.tell("/places", corridor(code, points=["PT-1"]), status=201)
    address = f"/places/{code}/PC-1"
    assert (made["geometry"], made["points"], made["version"]) == (COURSE, ["PT-1"], 1)
    assert (made["grade"], made["worst"], made["points_known"]) == (None, None, 1)
    assert api.admin.ask(address) == made
    change = {"kind": "gate", "geometry": SPOT, "points": [], "reason": "改建"}
    changed = api.admin.http.patch(address, json=change).json()
    assert (changed["kind"], changed["geometry"], changed["version"]) == ("gate", SPOT, 2)
    assert (changed["name_en"], changed["created_at"]) == ("Pipe corridor 1", made["created_at"])
    assert api.admin.http.patch(address, json={"name_en": None}).json()["name_en"] is None
    assert api.admin.http.delete(address).status_code == 204
    refused(api.admin.http.get(address), 404, "not-found", "place")
    refused(api.admin.http.delete(address), 404, "not-found", "place")
    refused(api.admin.http.patch(address, json={}), 404, "not-found", "place")
    again = api.admin.tell("/places", corridor(code), status=201)
    assert again["version"] == 5
    newest_first = api.admin.items(f"{address}/versions", limit=2)
    told = [(each["version"], each["kind"], each["removed"]) for each in newest_first]
    assert told == [
        (5, "pipe_corridor", False),
        (4, "gate", True),
        (3, "gate", False),
        (2, "gate", False),
        (1, "pipe_corridor", False),
    ]
    ends = [each["valid_to"] for each in newest_first]
    assert ends == [None, *(each["valid_from"] for each in newest_first[:-1])]
    assert newest_first[3]["reason"] == "改建"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"geometry": SPOT}, "geometry: a pipe_corridor is a LineString or a Polygon, not a Point"),
        ({"kind": "gate", "geometry": {"type": "Point", "coordinates": [181, 0]}}, "geometry.coordinates.0"),
        ({"kind": "gate", "geometry": {"type": "Point", "coordinates": [107.4]}}, "geometry.coordinates: a position is"),
        ({"geometry": {"type": "LineString", "coordinates": [[38.21, 107.44], [38.2, 107.4]]}}, "geometry.coordinates: [38.21, 107.44] is no"),
        ({"geometry": {"type": "LineString", "coordinates": [["1", 2], [1, 3]]}}, "geometry.coordinates.0.0"),
        ({"geometry": {"type": "LineString", "coordinates": [[0, 0], [2, 0]]}}, "100 km"),
        ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [0.01, 0], [0, 0]]]}}, "geometry.coordinates: a ring"),
        ({"geometry": {"type": "Circle", "radius": 5}}, "geometry: it must be a GeoJSON geometry"),
        ({"geometry": None}, "geometry: it must be a GeoJSON geometry"),
        ({"kind": "tunnel"}, "kind"),
        ({"name": ""}, "name"),
        ({"code": "a b"}, "code: it may hold only"),
        ({"points": ["PT-9"]}, "points.0: PT-9 is no point of"),
        ({"points": ["PT-1", "PT-1"]}, "points.1: PT-1 stands in it twice"),
        ({"colour": 1}, "colour: it is not a field"),
        ({"enterprise": "nowhere"}, "nowhere"),
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_place_is_refused_by_the_path_of_its_field_and_leaves_nothing(
    api: Api, body: Json, word: str
) -> None:
    code = api.enterprise()
    api.point(code, "PT-1")
    refused(api.admin.http.post("/places", json=corridor(code) | body), 422, "invalid", word)
    assert api.admin.items("/places", enterprise=code) == []


def test_a_change_is_refused_as_a_new_one_would_be_and_leaves_nothing(api: Api) -> None:
    code, other = api.enterprise(), api.enterprise()
    api.point(other, "PT-2")
    made = api.admin.tell("/places", corridor(code), status=201)
    for body, word in [
        ({"kind": "gate", "geometry": None}, "geometry"),
        ({"geometry": SPOT}, "geometry: a pipe_corridor"),
        ({"points": ["PT-2"]}, "points.0: PT-2 is no point of"),
        ({"name": None}, "name"),
        ({"code": "PC-2"}, "code"),
    ]:
        refused(api.admin.http.patch(f"/places/{code}/PC-1", json=body), 422, "invalid", word)
    assert api.admin.ask(f"/places/{code}/PC-1") == made


def test_a_place_may_lead_out_of_the_area_of_its_enterprise_and_not_lie_far_from_it(
    api: Api,
) -> None:
    """Far away is a slip in the degrees; without an area nothing is compared, as with points."""
    code = api.enterprise()
    away = {"type": "LineString", "coordinates": [[107.75, 38.21], [107.8, 38.21]]}
    api.admin.tell("/places", corridor(code, "FAR", geometry=away), status=201)
    address = f"/enterprises/{code}"
    ring = [[107.44, 38.2], [107.46, 38.2], [107.46, 38.22], [107.44, 38.22], [107.44, 38.2]]
    area = {"area": {"type": "Polygon", "coordinates": [ring]}}
    left = api.admin.http.patch(address, json=area)
    refused(left, 422, "invalid", "area: it would leave outside what stands in it now, FAR: all of")
    api.admin.remove(f"/places/{code}/FAR")
    assert api.admin.http.patch(address, json=area).is_success

    told = api.admin.http.post("/places", json=corridor(code, "FAR", geometry=away))
    refused(
        told,
        422,
        "invalid",
        f"geometry: all of it lies 25 km or more outside of the area of {code}",
    )
    out = {"type": "LineString", "coordinates": [[107.45, 38.21], [107.9, 38.21]]}
    made = api.admin.tell("/places", corridor(code, geometry=out), status=201)
    across = {"type": "LineString", "coordinates": [[107.1, 38.21], [107.9, 38.21]]}
    path = f"/places/{code}/PC-1"
    assert api.admin.http.patch(path, json={"geometry": across}).is_success, "it passes through"
    refused(api.admin.http.patch(path, json={"geometry": away}), 422, "invalid", "geometry: all of")
    assert api.admin.ask(path)["version"] == made["version"] + 1


def test_no_two_objects_of_an_enterprise_have_one_code(api: Api) -> None:
    code, other = api.enterprise(), api.enterprise()
    api.admin.tell("/places", corridor(code, "X-1"), status=201)
    twice = api.admin.http.post("/places", json=corridor(code, "X-1"))
    refused(twice, 409, "conflict", "code: X-1 is registered already")
    refused(api.admin.http.post("/hazard-sources", json=source(code, "X-1")), 409, "conflict",
            "code: X-1 is a key place")  # fmt: skip
    api.admin.tell("/hazard-sources", source(code, "X-2"), status=201)
    refused(api.admin.http.post("/places", json=corridor(code, "X-2")), 409, "conflict",
            "code: X-2 is a hazard source")  # fmt: skip
    for taken, whose in (("X-1", "key place"), ("X-2", "hazard source")):
        zones = [{"code": "Z-1", "name": "罐区"}, {"code": taken, "name": "库房"}]
        told = api.admin.http.patch(f"/enterprises/{code}", json={"zones": zones})
        refused(told, 409, "conflict", f"zones.1.code: {taken} is a {whose}")
    zoned = api.admin.http.patch(f"/enterprises/{code}", json={"zones": zones[:1]})
    assert zoned.status_code == 200, zoned.text
    refused(api.admin.http.post("/hazard-sources", json=source(code, "Z-1")), 409, "conflict",
            "code: Z-1 is a zone")  # fmt: skip
    refused(api.admin.http.post("/places", json=corridor(code, "Z-1")), 409, "conflict",
            "code: Z-1 is a zone")  # fmt: skip
    api.admin.tell("/places", corridor(other, "X-1"), status=201)
    assert api.admin.http.delete(f"/places/{code}/X-1").status_code == 204
    api.admin.tell("/hazard-sources", source(code, "X-1"), status=201)


def test_a_hazard_source_stands_whole_and_inside_its_enterprise(api: Api) -> None:
    code = api.enterprise()
    square = [[[107.44, 38.21], [107.46, 38.21], [107.46, 38.22], [107.44, 38.22], [107.44, 38.21]]]
    area = {"area": {"type": "Polygon", "coordinates": square}}
    assert api.admin.http.patch(f"/enterprises/{code}", json=area).status_code == 200
    places: list[tuple[Json, str]] = [
        ({"lon": 107.45}, "lat: lon and lat go together"),
        ({"lat": 38.215}, "lat: lon and lat go together"),
        ({"lon": 107.47, "lat": 38.215}, "lon: [107.47, 38.215] lies 876 m outside"),
    ]
    for position, word in places:
        bad = api.admin.http.post("/hazard-sources", json=source(code, **position))
        refused(bad, 422, "invalid", word)
    api.admin.tell("/hazard-sources", source(code, lon=107.45, lat=38.215), status=201)
    moved = api.admin.http.patch(f"/hazard-sources/{code}/HS-1", json={"lon": 108.45})
    refused(moved, 422, "invalid", "lon: [108.45, 38.215] lies 87 km outside")
    half = api.admin.http.patch(f"/hazard-sources/{code}/HS-1", json={"lon": None})
    refused(half, 422, "invalid", "lat: lon and lat go together")
    assert api.admin.ask(f"/hazard-sources/{code}/HS-1")["lon"] == 107.45
    west = [[[107.44, 38.21], [107.445, 38.21], [107.445, 38.22], [107.44, 38.21]]]
    narrower: Json = {"area": {"type": "Polygon", "coordinates": west}}
    answer = api.admin.http.patch(f"/enterprises/{code}", json=narrower)
    refused(answer, 422, "invalid", "area: it would leave outside", "HS-1")
    assert api.admin.ask(f"/enterprises/{code}")["area"]["coordinates"] == square


def test_an_enterprise_keeps_its_own_and_sees_no_other(api: Api) -> None:
    mine, other = api.enterprise(), api.enterprise()
    api.admin.tell("/places", corridor(other), status=201)
    door = api.person("enterprise", mine)
    door.tell("/places", corridor(mine), status=201)
    foreign = door.http.post("/places", json=corridor(other, "PC-2"))
    unknown = door.http.post("/places", json=corridor("nobody"))
    assert foreign.json()["detail"].replace(other, "X") == (
        unknown.json()["detail"].replace("nobody", "X")
    )
    for path in (f"/places/{other}/PC-1", f"/places/{other}/PC-1/versions"):
        refused(door.http.get(path), 404, "not-found", "place")
    refused(door.http.patch(f"/places/{other}/PC-1", json={}), 404, "not-found", "place")
    refused(door.http.delete(f"/places/{other}/PC-1"), 404, "not-found", "place")
    assert {each["enterprise"] for each in door.items("/places")} == {mine}
    assert door.items("/places", enterprise=other) == []
    assert door.items("/places", kind="gate") == []


@pytest.mark.parametrize("role", ["operator", "inspector", "regulator"])
def test_who_does_not_keep_the_register_reads_it(api: Api, role: str) -> None:
    code = api.enterprise()
    api.admin.tell("/places", corridor(code), status=201)
    door = api.person(role)
    assert door.ask(f"/places/{code}/PC-1")["code"] == "PC-1"
    refused(door.http.post("/places", json=corridor(code, "PC-2")), 403, "forbidden")
    refused(door.http.patch(f"/places/{code}/PC-1", json={}), 403, "forbidden")
    refused(door.http.delete(f"/places/{code}/PC-1"), 403, "forbidden")


def test_a_leak_at_a_corridor_is_of_the_corridor_and_of_its_hazard_source(api: Api) -> None:
    code = api.enterprise()
    api.admin.tell(f"/enterprises/{code}/gateways", {"code": "gw1"}, status=201)
    gas = api.point(code, "GT-1", kind="combustible_gas", unit="%LEL", hazard_source="HS-1")
    api.point(code, "PT-1", gateway="gw1")
    api.admin.tell("/places", corridor(code, points=["GT-1"]), status=201)
    water = corridor(code, "FW-1", kind="fire_water", points=["PT-1"])
    api.admin.tell("/places", water, status=201)

    def grades() -> dict[str, int | None]:
        (node,) = api.admin.ask("/tree", enterprise=code)["items"]
        both = node["hazard_sources"] + node["places"]
        return {"": node["grade"]} | {each["code"]: each["grade"] for each in both}

    raised = api.engine.raises(8001, code, tag="GT-1", point_id=gas["id"], grade=1)
    worst = {"": 1, "HS-1": 1, "PC-1": 1, "FW-1": None}
    eventually(lambda: grades() == worst, 5.0, "the leak is of both")
    found = api.admin.ask(f"/places/{code}/PC-1")
    assert (found["grade"], found["worst"], found["active"]) == (1, raised.id, 1)
    silent: Json = {"tag": None, "point_id": None, "direction": None, "limit": None, "value": None,
                    "rule": "silence", "condition": "offline", "kind": "", "unit": ""}  # fmt: skip
    api.engine.raises(8002, code, subject_type="gateway", subject_id="gw1", grade=2, **silent)
    eventually(lambda: grades()["FW-1"] == 2, 5.0, "nobody sees the fire water")
    api.engine.says("cleared", over(raised))
    calm = {"": 2, "HS-1": None, "PC-1": None, "FW-1": 2}
    eventually(lambda: grades() == calm, 5.0, "the leak is over")
    about = silent | {"rule": "patrol", "condition": "blocked"}
    api.engine.raises(8003, code, subject_type="key_place", subject_id="PC-1", grade=4, **about)
    judged = calm | {"PC-1": 4}
    eventually(lambda: grades() == judged, 5.0, "another judge speaks of the place itself")
    api.engine.raises(8004, code, subject_type="enterprise", subject_id=code, grade=3, **silent)
    blind = {"": 2, "HS-1": 3, "PC-1": 3, "FW-1": 2}
    eventually(lambda: grades() == blind, 5.0, "nobody sees any of it")
    assert api.admin.http.delete(f"/places/{code}/FW-1").status_code == 204
    assert "FW-1" not in grades()
