"""A gateway's retained ``state`` topic: hello, farewell, and the will for a cut."""

import json

from device_sim.clock import Clock
from device_sim.message import Outgoing
from device_sim.transport.link import Greeting


def state(enterprise: str, gateway: str, online: bool, ts_ms: int | None) -> Outgoing:
    """``{"online", "ts"}``, retained. Without a time: the time of its receipt."""
    body: dict[str, bool | int] = {"online": online}
    if ts_ms is not None:
        body["ts"] = ts_ms
    payload = json.dumps(body, separators=(",", ":")).encode()
    return Outgoing(f"pw/v1/{enterprise}/{gateway}/state", payload, retain=True)


def greeting(enterprise: str, gateway: str, clock: Clock) -> Greeting:
    """What this gateway's link does at each connect.

    The will carries no time: when it is sent nobody can know, and the time of the connect
    would be older than the hello.
    """
    return Greeting(
        will=state(enterprise, gateway, False, None),
        hello=lambda: state(enterprise, gateway, True, clock.now_ms()),
        downlink=f"pw/down/v1/{enterprise}/{gateway}/ack",
    )
