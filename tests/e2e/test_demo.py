"""`parkwatch demo`: whoever starts it sees a gas release come, grow and go."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.living.live import Heard, Live
from tests.living.outcome import eventually
from tests.living.park import Door, Json
from tests.living.stack import living

pytestmark = [pytest.mark.stack]

SHOWN_WITHIN_S = 180.0
PHYSICAL = {("E001", "G01"), ("E001", "G02"), ("E001", "MET"), ("E002", "G01"), ("E002", "G02")}


def told_whole(admin: Door) -> bool:
    """Whether the last thing that is registered of each enterprise is there."""
    in_force = [each["state"] for each in admin.items("/bypasses", open="true")]
    return in_force == ["in_force"] * 2 and len(admin.items("/places")) == 12


def one_of_each_gateway_and_all_with_physics(points: list[Json]) -> Iterator[Json]:
    """Enough to see that what every gateway sends is stored, and rolled up."""
    seen: set[tuple[str, str]] = set()
    for point in points:
        gateway = (point["enterprise"], point["gateway"])
        if gateway in PHYSICAL or gateway not in seen:
            yield point
        seen.add(gateway)


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
        eventually(lambda: told_whole(admin), 60.0, "the whole park registered, bypasses in force")
        assert len(admin.items("/enterprises")) == 6
        points = admin.items("/points", limit=1_000)
        assert 450 <= len(points) <= 550
        assert len({p["hazard_source"] for p in points if p["hazard_source"]}) == 14
        sources = admin.items("/hazard-sources")
        levels = Counter(source["level"] for source in sources)
        assert (len(sources), levels) == (14, Counter({4: 6, 3: 5, 1: 2, 2: 1}))
        assert all(point["hazard_source_registered"] is not False for point in points)
        kinds = {point["kind"] for point in points}
        assert {"combustible_gas", "interlock", "wind_speed", "temperature"} <= kinds
        assert len(admin.items("/values", limit=1_000)) == len(points)
        # What a machine that stands still makes of silent points and gateways is not asked here.
        alarms = [a for a in admin.items("/alarms", state="all") if a["tag"]]
        told_of = {(a["enterprise"], a["tag"]) for a in alarms if a["condition"] != "stale"}
        assert {("E001", "GT-101")} <= told_of <= {("E001", "GT-101"), ("E001", "ESD-101")}
        for point in one_of_each_gateway_and_all_with_physics(points):
            address = f"/points/{point['enterprise']}/{point['tag']}/readings"
            for resolution in ("raw", "auto", "1m", "1h"):
                assert admin.ask(address, resolution=resolution)["items"], (address, resolution)
        admin.close()
