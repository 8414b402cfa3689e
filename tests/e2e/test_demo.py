"""`parkwatch demo`: whoever starts it sees a gas release come, grow and go."""

import time

import pytest

from tests.living.live import Heard, Live
from tests.living.park import Door
from tests.living.stack import living

pytestmark = [pytest.mark.stack]

SHOWN_WITHIN_S = 180.0


@pytest.mark.timeout(400)
def test_the_demo_shows_a_gas_release_from_beginning_to_end() -> None:
    with living("demo") as stack:
        started = time.monotonic()
        said = stack.output.read_text()
        assert "admin" in said, "the logins are printed"
        admin = Door(stack.url, "admin", stack.admin_password)
        with Live(admin) as live:
            story: dict[str, list[str]] = {}

            def told(heard: Heard) -> bool:
                if heard.type == "alarm":
                    story.setdefault(heard.message["alarm"]["id"], []).append(
                        heard.message["event"]
                    )
                return any(
                    {"raised", "escalated"} <= set(events) and {"returned", "cleared"} & set(events)
                    for events in story.values()
                )

            live.wait(told, started + SHOWN_WITHIN_S - time.monotonic(), f"the release: {story}")
        assert len(admin.items("/enterprises")) == 2
        points = admin.items("/points")
        assert 30 <= len(points) <= 60
        assert len({p["hazard_source"] for p in points if p["hazard_source"]}) == 4
        sources = admin.items("/hazard-sources")
        assert {(s["code"], s["level"]) for s in sources} == {
            ("HS-LPG", 3), ("HS-HYD", 4), ("HS-CL2", 3), ("HS-SOL", 4)}  # fmt: skip
        assert all(point["hazard_source_registered"] is not False for point in points)
        kinds = {point["kind"] for point in points}
        assert {"combustible_gas", "interlock", "wind_speed", "temperature"} <= kinds
        assert len(admin.items("/values")) >= 0.9 * len(points)
        for point in points:
            address = f"/points/{point['enterprise']}/{point['tag']}/readings"
            for resolution in ("raw", "auto", "1m", "1h"):
                assert admin.ask(address, resolution=resolution)["items"], (address, resolution)
        admin.close()
