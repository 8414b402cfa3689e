"""A certificate that has run out is a TLS handshake that fails, and what was measured waits."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from device_sim.clock import SystemClock
from device_sim.encode.persona import PERSONAS
from device_sim.fleet.crew import Crew
from device_sim.fleet.scenario import parse
from device_sim.fleet.stream import Stream
from device_sim.message import Outgoing
from device_sim.transport.connection import Login
from device_sim.transport.link import GatewayLink, GaveUp, Patience
from tests.unit.device_sim.certificates import DAY, Authority
from tests.unit.device_sim.hall import Ear, Hall

KEY = ("E1", "G1")
LOGIN = Login("E1.G1", "secret")
SCENARIO = """
name: renewed_late
title: 证书过期
title_en: A certificate that was renewed late
start: 2026-01-05T01:00:00+08:00
duration_s: 60
timeline:
  - {cause: certificate_expired, gateways: [E001/G01], at_s: 5, until_s: 20}
  - {cause: offline, gateways: [E001/G01], at_s: 10, until_s: 12}
"""


@contextmanager
def _hall(folder: Path, authority: Authority, asks: bool, lasts: int = 1) -> Iterator[Hall]:
    mine = authority.certify("broker", lasts * DAY)
    files = f'cert_file: "{mine.chain}", key_file: "{mine.key}", ca_file: "{authority.ca}"'
    hall = Hall(folder, f", tls {{ {files}, verify: {str(asks).lower()} }}")
    hall.broker = replace(hall.broker, ca=authority.ca, shown=authority.certify("gateway"))
    try:
        yield hall
    finally:
        hall.kill()


def _until(ready: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 15
    while not ready():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def _said(body: bytes) -> list[tuple[tuple[str, str], Outgoing]]:
    return [(KEY, Outgoing("pw/v1/E1/G1/telemetry", body))]


def test_the_handshake_fails_until_the_certificate_is_renewed(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    expired = authority.certify("expired", -DAY)
    with _hall(tmp_path, authority, asks=True) as hall:
        ear = Ear(hall.broker)
        crew = Crew(hall.broker, {KEY: LOGIN}, SystemClock(), lambda _: None, expired)
        crew.start()
        crew.offer(_said(b"1"))
        _until(lambda: 1 in ear.numbers(), "the good certificate is let in")
        crew.break_links({KEY}, (), {KEY})
        _until(lambda: not crew.connected, "the link is broken")
        _until(lambda: "certificate has expired" in hall.said(), "the broker looked at it")
        crew.offer(_said(b"2"))
        assert not crew.connected
        crew.break_links((), ())
        _until(lambda: {*ear.numbers()} == {1, 2}, "what waited came")
        assert crew.stop(5.0) == (2, 0)
        ear.stop()


def test_a_broker_that_does_not_look_is_told_of(tmp_path: Path) -> None:
    authority, told = Authority(tmp_path), list[str]()
    with _hall(tmp_path, authority, asks=False) as hall:
        expired = authority.certify("expired", -DAY)
        crew = Crew(hall.broker, {KEY: LOGIN}, SystemClock(), told.append, expired)
        crew.start()

        def is_told() -> bool:
            crew.break_links({KEY}, (), {KEY})
            return any("let it in with a certificate that has expired" in line for line in told)

        _until(is_told, "it is told")
        crew.stop(5.0)
    assert len(told) == 1


def test_a_gateway_does_not_trust_a_broker_whose_certificate_ran_out(tmp_path: Path) -> None:
    with _hall(tmp_path, Authority(tmp_path), asks=False, lasts=-1) as hall:
        link = GatewayLink(hall.broker, LOGIN, SystemClock(), patience=Patience(stalled_s=0.5))
        with pytest.raises(GaveUp, match=r"TLS handshake failed \(certificate has expired\)"):
            link.send(Outgoing("pw/v1/E1/G1/telemetry", b"1"))


def test_a_scenario_says_who_has_expired_and_who_has_no_link() -> None:
    flow = Stream(parse(SCENARIO, "x"), 1, "b", PERSONAS["native"])
    expired, down = list[int](), list[int]()
    for second in range(30):
        flow.tick(second * 1000)
        expired += [second] if ("E001", "G01") in flow.expired() else []
        down += [second] if ("E001", "G01") in flow.down() else []
    assert down == list(range(5, 20))
    assert expired == [*range(5, 10), *range(12, 20)]
