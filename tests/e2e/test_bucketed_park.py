"""A park whose broker maps readings to buckets: the same promises, and the way there and back."""

import pytest

from tests.living.field import publish, send
from tests.living.live import Live
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Json, Park
from tests.living.stack import Stack, living
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.serial, pytest.mark.long]

WAITING = 20
BACK_WITHIN_S = 30.0
"""The broker gives what was not acknowledged after `ack_wait`."""


def test_a_queue_is_stored_whichever_way_the_broker_maps_next() -> None:
    with living() as stack:
        park = Park(stack)
        enterprise = park.enterprise()
        gateway = enterprise.gateway()
        enterprise.gas_detector("GT-101")
        enterprise.in_force()

        values = leave_a_queue(stack, gateway, 1)
        restart(stack, BUCKETED="true")
        expect_values(stack, enterprise, values)
        an_alarm_sounds_and_a_trespass_is_shown(park, enterprise, gateway)

        values += [55, *leave_a_queue(stack, gateway, 2)]
        restart(stack, BUCKETED="false")
        expect_values(stack, enterprise, values)
        park.close()


def leave_a_queue(stack: Stack, gateway: Gateway, start: float) -> list[float]:
    """Readings that the broker took and nobody stored: everything is killed before."""
    values = [start + number / 100 for number in range(WAITING)]
    with stack.frozen_database():
        for value in values:
            send(gateway, {"GT-101": value})
        stack.exterminate()
    assert stack.supervisor is not None
    stack.supervisor.wait(10)
    return values


def restart(stack: Stack, **settings: str) -> None:
    Stack.running.remove(stack)
    stack.settings = stack.settings | settings
    stack.start()


def expect_values(stack: Stack, enterprise: Enterprise, values: list[float]) -> None:
    """These are stored, each once, and no other."""
    door = Park(stack).admin
    path = f"/points/{enterprise.code}/GT-101/readings"

    def stored() -> list[float]:
        found = door.items(path, resolution="raw")
        return sorted(each["value"] for each in found)

    eventually(lambda: len(stored()) >= len(values), BACK_WITHIN_S, "all that waited")
    assert stored() == sorted(values)
    door.close()


def an_alarm_sounds_and_a_trespass_is_shown(
    park: Park, enterprise: Enterprise, gateway: Gateway
) -> None:
    foreign = park.enterprise()
    with Live(park.admin) as live:
        send(gateway, {"GT-101": 55})
        raised = live.wait_event("raised", enterprise.code, "GT-101", 5.0)
    assert raised.message["alarm"]["grade"] == 1

    publish(gateway, {"values": {"GT-101": 5}}, topic=f"pw/v1/{foreign.code}/gw1/telemetry")

    def events() -> list[Json]:
        return park.admin.items("/events", enterprise=enterprise.code, kind="publish_denied")

    (event,) = eventually(events, 5.0, "the event")
    assert event["detail"] == f"pw/v1/{foreign.code}/gw1/telemetry", "as it was published"
    assert Store(park.stack).alarm_count(foreign.code) == 0
