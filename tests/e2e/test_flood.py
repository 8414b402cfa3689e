"""A gateway that sends more than ten times its rate for a minute is cut, alone, and let in again."""

import json
import time

import pytest

from services.domain.rate import CUT_S
from tests.living.caller import calling
from tests.living.field import send
from tests.living.outcome import eventually
from tests.living.park import Enterprise, Gateway, Park
from tests.living.stack import living
from tests.living.store import Store

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.serial]

RATE = 5
"""Readings a second and gateway. The flood brings 48 with times and 48 without: neither alone is ten
times as much."""


def kinds(park: Park, enterprise: Enterprise, gateway: str) -> list[str]:
    events = park.admin.items("/events", enterprise=enterprise.code)
    return [event["kind"] for event in events if event["gateway"] == gateway]


def let_in(gateway: Gateway) -> bool:
    with calling(gateway) as caller:
        return caller.connected.is_set()


@pytest.mark.timeout(900)
def test_a_flood_is_cut_its_neighbour_is_not_and_all_of_it_is_stored() -> None:
    with living(GATEWAY_RATE=str(RATE), RATE_LIMIT="100000") as stack:
        park, store = Park(stack), Store(stack)
        enterprise = park.enterprise()
        noisy, quiet = enterprise.gateway("noisy"), enterprise.gateway("quiet")
        enterprise.point("TI-1", "temperature", "Cel")
        enterprise.point("TI-2", "temperature", "Cel")
        enterprise.in_force()
        sent = 0
        with calling(noisy) as flood, calling(quiet) as neighbour:
            began = time.monotonic()
            while not flood.cut.is_set():
                assert time.monotonic() - began < 120, f"not cut after two minutes and {sent}"
                now = time.time_ns() // 1_000_000
                message = [{"ts": now - n, "values": {"TI-1": sent + n}} for n in range(24)]
                untimed = [{"values": {"TI-1": sent + n}} for n in range(24, 48)]
                flood.say(noisy.topic, json.dumps(message))
                flood.say(noisy.topic, json.dumps(untimed))
                sent += 0 if flood.cut.is_set() else 48
                time.sleep(0.5)
            # A minute in steps of ten seconds, the first and the last of them begun.
            assert time.monotonic() - began > 49, "a burst is no reason"
            assert not neighbour.cut.is_set()
            neighbour.say(quiet.topic, json.dumps({"values": {"TI-2": 1}}))
            cut_at = time.monotonic()
        eventually(lambda: "gateway_cut" in kinds(park, enterprise, "noisy"), 20.0, "the event")
        assert kinds(park, enterprise, "quiet") == []
        with calling(noisy) as again:
            assert again.cut.is_set(), "it is not let in"

        # What it sent over its rate waits no longer than ten minutes, and is all there.
        eventually(lambda: store.reading_count(enterprise.code) >= sent + 1, 600.0, "all of it")
        time.sleep(max(0.0, CUT_S - 30 - (time.monotonic() - cut_at)))
        with calling(noisy) as again:
            assert again.cut.is_set(), "it is not let in before its time"
        eventually(lambda: let_in(noisy), 90.0, "it is let in again", every_s=2.0)
        send(noisy, {"TI-1": -1})
        wanted = store.reading_count(enterprise.code)
        assert wanted >= sent + 1
        eventually(lambda: -1 in [v for _, _, v in store.readings(enterprise.code)], 60.0, "news")
        park.close()
