"""What a delivery tells of its gateway's life and clock."""

import json
from typing import Any

import pytest

from services.alerts.hearing import hearing_of
from services.domain.directory import Directory
from services.domain.formula import GATEWAY
from services.domain.gateway_clock import TimesHeard
from services.domain.point import Point, PointKind
from services.wire.translate import translate

NOW = 1_767_225_600_000
HOUR = 3_600_000
DIRECTORY = Directory()
DIRECTORY.put(Point(1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL"))


def heard(body: Any, leaf: str = "telemetry") -> TimesHeard | None:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = hearing_of(translate(DIRECTORY, f"pw/v1/acme/gw-1/{leaf}", payload, NOW), NOW)
    if found is None:
        return None
    assert found.line == ("acme", "gw-1")
    return found.times


def test_the_newest_usable_time_counts() -> None:
    values = {"GT-1": {"v": 1, "ts": NOW - 5}, "XX": {"v": 1, "ts": NOW - 2}}
    assert heard({"values": values}) == TimesHeard(NOW, NOW - 2)


def test_an_unusable_time_beside_a_usable_one_does_no_harm() -> None:
    values = {"GT-1": {"v": 1, "ts": NOW + HOUR}, "XX": {"v": 1, "ts": NOW}}
    times = heard({"values": values})
    assert times is not None
    assert (times.usable, times.fault) == (NOW, None)


@pytest.mark.parametrize("ts", [NOW + HOUR, NOW - 25 * HOUR, 0, "2026-01-01T00:00:00", "soon"])
def test_times_that_cannot_be_used_are_a_fault(ts: object) -> None:
    times = heard({"ts": ts, "values": {"GT-1": 1}})
    assert times is not None
    assert times.fault == "unusable"


def test_without_a_time_that_of_the_receipt_holds() -> None:
    assert heard({"values": {"GT-1": 1}}) == TimesHeard(NOW, NOW)


def test_rubbish_is_a_sign_of_life_and_says_nothing_of_the_clock() -> None:
    bodies: list[Any] = [b"not json", {"values": {"GT-1": "1"}}, {"values": {}}]
    for body in bodies:
        times = heard(body)
        assert times is not None
        assert not times.says_something


def test_hello_is_a_sign_of_life_and_the_will_is_none() -> None:
    assert heard({"online": True}, "state") is not None
    assert heard({"online": False}, "state") is None


def test_what_we_compute_ourselves_is_no_sign_of_a_gateways_life() -> None:
    topic, payload = f"pw/v1/acme/{GATEWAY}/telemetry", b'{"values": {"GD-1": 1}}'
    assert hearing_of(translate(DIRECTORY, topic, payload, NOW), NOW) is None


def test_who_cannot_be_named_was_not_heard() -> None:
    assert hearing_of(translate(DIRECTORY, "elsewhere", b"{}", NOW), NOW) is None
