"""What an alarm on a loop's point, or on a computed one, is to the objects above it, over REST."""

from tests.integration.api.conftest import Api
from tests.integration.api.test_hazard_sources import source
from tests.integration.api.test_interlocks import made, now
from tests.integration.api.test_key_places import corridor
from tests.integration.api.test_map import drawn
from tests.living.outcome import eventually


def test_a_bypass_that_nobody_approved_lifts_the_grade_of_the_loops_hazard_source(
    api: Api,
) -> None:
    """The loop names the source; the point that shows its state names none."""
    code = api.enterprise()
    api.admin.tell("/hazard-sources", source(code), status=201)
    point = api.point(code, "ESD-1", kind="interlock", unit="1")
    made(api, code, hazard_source="HS-1")
    raised = api.engine.raises(
        8101, code, tag="ESD-1", point_id=point["id"], grade=2, condition="bypass_unapproved",
        rule="bypass", direction=None, limit=None, value=None, kind="interlock", unit="1",
    )  # fmt: skip
    status = f"/hazard-sources/{code}/HS-1/status"
    eventually(lambda: api.admin.ask(status)["grade"] == 2, 5.0, "it is of the source")
    (node,) = api.admin.ask("/tree", enterprise=code)["items"]
    assert [(e["code"], e["grade"]) for e in node["hazard_sources"]] == [("HS-1", 2)]
    assert drawn(api.admin, code)["hazard_source HS-1"]["properties"]["grade"] == 2
    for state in ("open", "all"):
        found = api.admin.items("/alarms", enterprise=code, hazard_source="HS-1", state=state)
        assert [each["id"] for each in found] == [raised.id]
    assert api.admin.items("/alarms", enterprise=code, hazard_source="HS-2") == []


def test_the_field_is_heard_at_once_and_stays_told_while_the_line_is_down(api: Api) -> None:
    """A loop that reports on change, of a gateway that nobody had heard before."""
    code = api.enterprise()
    api.admin.tell(f"/enterprises/{code}/gateways", {"code": "gw1"}, status=201)
    point = api.point(
        code, "ESD-1", kind="interlock", unit="1", gateway="gw1", reporting="on_change"
    )
    made(api, code)
    api.engine.values({point["id"]: (now() - 3_600_000, 0.0, 0)})
    shown = f"/interlocks/{code}/ESD-1"
    eventually(lambda: api.admin.ask(shown)["state"] == "in_service", 4.0, "it is heard")


def test_a_place_that_only_a_computed_point_watches_is_watched(api: Api) -> None:
    code = api.enterprise()
    api.point(code, "PT-1", kind="pressure", unit="MPa")
    body = {"enterprise": code, "tag": "PD-1", "kind": "pressure", "unit": "MPa",
            "formula": {"expression": "a", "inputs": {"a": "PT-1"}}}  # fmt: skip
    made_point = api.admin.tell("/derived-points", body, status=201)
    api.admin.tell("/places", corridor(code, points=["PD-1"]), status=201)
    api.engine.raises(8103, code, tag="PD-1", point_id=made_point["id"], grade=3)

    def seen() -> tuple[int | None, str | None]:
        found = drawn(api.admin, code)["key_place PC-1"]["properties"]
        return found["grade"], found["why"]["note"]

    eventually(lambda: seen() == (3, None), 5.0, "its alarm is shown, and not that nobody looks")
