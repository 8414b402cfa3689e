"""The engine stopped with a spike in its hands, and killed: the spike still sounds, once."""

import signal
import time

import pytest

from tests.living.field import send
from tests.living.live import Heard, Live
from tests.living.outcome import eventually
from tests.living.park import Park
from tests.living.stack import Stack
from tests.living.store import Store

pytestmark = [pytest.mark.stack]


def test_a_spike_in_the_hands_of_a_killed_engine_sounds_once(
    stack: Stack, park: Park, store: Store
) -> None:
    enterprise = park.enterprise()
    gateway = enterprise.gateway()
    enterprise.gas_detector("GT-101")
    enterprise.in_force()
    send(gateway, {"GT-101": 4}, ts=now_ms())
    with Live(park.admin) as live:
        engine = stack.service("alerts")
        engine.send(signal.SIGSTOP)
        eventually(lambda: engine.state == "T", 2.0, "the engine stands still")
        spike = now_ms()
        send(gateway, {"GT-101": 55}, ts=spike)
        time.sleep(0.5)
        send(gateway, {"GT-101": 4}, ts=now_ms())
        time.sleep(1.0)
        assert live.events(enterprise.code) == []
        engine.send(signal.SIGKILL)

        def sounds(heard: Heard) -> bool:
            told = [heard.message["alarm"]] if heard.type == "alarm" else []
            told += heard.message["alarms"] if heard.type == "snapshot" else []
            return any(alarm["enterprise"] == enterprise.code for alarm in told)

        live.wait(sounds, 30.0, "the alarm of the spike")
        eventually(
            lambda: [a["state"] for a in enterprise.alarms()] == ["returned_unacknowledged"],
            10.0,
            "the alarm returned, waiting for its acknowledgement",
        )
        (alarm,) = enterprise.alarms()
        assert alarm["historical"] is False
        assert (alarm["grade"], alarm["tag"]) == (1, "GT-101")
        eventually(lambda: len(store.journal(alarm["id"])) >= 2, 15.0, "the journal")
        time.sleep(6.0)  # ack_wait is 5 s: a second delivery would have come by now
        assert [event for event, _ in store.journal(alarm["id"])] == ["raised", "returned"]
        assert store.journal(alarm["id"])[0][1] == spike
        assert store.alarm_count(enterprise.code) == 1
        raised = [e for e in live.events(enterprise.code) if e["event"] == "raised"]
        assert len(raised) <= 1
        assert len(enterprise.alarms()) == 1


def now_ms() -> int:
    """Our clock."""
    return time.time_ns() // 1_000_000
