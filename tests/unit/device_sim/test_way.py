"""What goes wrong on the way to the broker: each fault by itself, on one gateway's clock."""

import json
import math

import pytest

from device_sim.encode.persona import PERSONAS
from device_sim.fleet.way_cause import (
    CertificateExpired,
    ClockSkew,
    ClockStep,
    Delay,
    Duplicate,
    Loss,
    NotANumber,
    Offline,
    Oversized,
    ReconnectStorm,
    Reorder,
    Truncate,
    UnknownTag,
    WayCause,
    WrongUnit,
)
from device_sim.message import Message, Value
from device_sim.physics.chance import stream
from device_sim.way.departure import Departure, Fate
from device_sim.way.gateway_way import GatewayWay

START_MS = 1_767_600_000_000
ALL = ("E1/G1",)
UNITS = {"PI-1": "kPa(g)", "TI-1": "Cel"}


def way(*causes: WayCause, seed: int = 1) -> GatewayWay:
    return GatewayWay(("E1", "G1"), causes, UNITS, PERSONAS["native"], stream(seed, "way"))


def message(second: int) -> Message:
    values: dict[str, Value] = {"PI-1": 500.0 + second, "TI-1": 20.0, "XV-1": "open"}
    return Message(START_MS + second * 1000, "b0", second + 1, values)


def run(path: GatewayWay, seconds: int, silent_after: int = 10**9) -> list[tuple[int, Departure]]:
    """All departures with the second they were told in."""
    told: list[tuple[int, Departure]] = []
    for second in range(seconds):
        said = message(second) if second < silent_after else None
        _, gone = path.carry(second + 1, said, float(second))
        told += [(second, departure) for departure in gone]
    return told


def fates(told: list[tuple[int, Departure]]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for _, departure in told:
        counted[departure.fate] = counted.get(departure.fate, 0) + 1
    return counted


def bodies(told: list[tuple[int, Departure]]) -> list[dict[str, object]]:
    return [json.loads(d.outgoing.payload) for _, d in told if d.outgoing is not None]


def test_without_causes_everything_leaves_at_once_as_it_is() -> None:
    told = run(way(), 30)
    assert fates(told) == {"sent": 30}
    assert [body["seq"] for body in bodies(told)] == list(range(1, 31))


def test_a_share_is_lost_and_told_as_lost() -> None:
    told = run(way(Loss(cause="loss", gateways=ALL, at_s=10, until_s=400, share=0.25)), 600)
    counted = fates(told)
    assert counted["lost"] == pytest.approx(97, abs=30)
    assert counted["sent"] + counted["lost"] == 600
    assert all(10 <= second < 400 for second, each in told if each.fate is Fate.LOST)


def test_duplicates_are_the_same_bytes_again() -> None:
    doubled = Duplicate(cause="duplicate", gateways=ALL, at_s=0, share=1.0, copies=2, within_s=5)
    told = run(way(doubled), 40, silent_after=30)
    assert fates(told) == {"sent": 30, "again": 60}
    payloads = [d.outgoing.payload for _, d in told if d.outgoing]
    assert len(set(payloads)) == 30


def test_others_overtake_what_is_held_back() -> None:
    mixed = Reorder(cause="reorder", gateways=ALL, at_s=0, share=0.5, within_s=5)
    told = run(way(mixed), 70, silent_after=60)
    order = [body["seq"] for body in bodies(told)]
    assert sorted(order, key=lambda seq: int(str(seq))) == list(range(1, 61))
    assert order != sorted(order, key=lambda seq: int(str(seq)))
    late = [second - each.said.number + 1 for second, each in told if each.fate is Fate.LATE]
    assert set(late) <= {1, 2, 3, 4, 5}


def test_a_delay_keeps_the_order_and_the_stamps() -> None:
    told = run(way(Delay(cause="delay", gateways=ALL, at_s=0, by_s=7)), 20, silent_after=10)
    assert [second for second, _ in told] == list(range(7, 17))
    assert [body["ts"] for body in bodies(told)] == [START_MS + k * 1000 for k in range(10)]


def test_a_clock_that_stepped_and_one_that_gains() -> None:
    stepped = ClockStep(cause="clock_step", gateways=ALL, at_s=2, until_s=4, by_s=-3_600)
    stamps = [int(str(body["ts"])) - START_MS for body in bodies(run(way(stepped), 6))]
    assert stamps == [0, 1_000, 2_000 - 3_600_000, 3_000 - 3_600_000, 4_000, 5_000]
    fast = ClockSkew(cause="clock_skew", gateways=ALL, at_s=0, s_per_h=36.0)
    last = int(str(bodies(run(way(fast), 101))[-1]["ts"])) - START_MS
    assert last == 100_000 + 1_000


def test_after_a_cut_its_store_comes_oldest_first_and_new_ones_wait_behind() -> None:
    cut = Offline(cause="offline", gateways=ALL, at_s=5, until_s=25, kept=15, burst=4)
    path = way(cut)
    told = run(path, 40)
    # 15 are left when it is back; 4 a second go and 1 comes: empty after 5 seconds.
    assert fates(told) == {"sent": 15, "dropped": 5, "late": 20}
    assert [d.said.number for _, d in told if d.fate is Fate.DROPPED] == [6, 7, 8, 9, 10]
    sent = [d.said.number for _, d in told if d.fate.leaves]
    assert sent == sorted(sent)
    assert not path.waiting()


def test_what_is_still_in_the_store_at_the_end_is_waiting() -> None:
    path = way(CertificateExpired(cause="certificate_expired", gateways=ALL, at_s=5, until_s=99))
    told = run(path, 20)
    assert path.is_down
    assert fates(told) == {"sent": 5}
    assert [each.said.number for each in path.waiting()] == list(range(6, 21))
    assert {each.fate for each in path.waiting()} == {Fate.WAITING}


def test_a_storm_sends_again_what_was_not_acknowledged() -> None:
    storm = ReconnectStorm(cause="reconnect_storm", gateways=ALL, at_s=0, every_s=5, unsure=2)
    told = run(way(storm), 20)
    assert fates(told) == {"sent": 20, "again": 8}
    assert [d.said.number for _, d in told if d.fate is Fate.AGAIN] == [4, 5, 9, 10, 14, 15, 19, 20]


def test_a_payload_that_ends_in_the_middle_is_no_json() -> None:
    told = run(way(Truncate(cause="truncate", gateways=ALL, at_s=0, share=0.5)), 100)
    cut = [d.outgoing.payload for _, d in told if d.fate is Fate.TRUNCATED and d.outgoing]
    assert 30 < len(cut) < 70
    for payload in cut:
        with pytest.raises(ValueError):
            json.loads(payload)


def test_an_oversized_payload_is_the_same_json_beyond_the_limit() -> None:
    told = run(way(Oversized(cause="oversized", gateways=ALL, at_s=3, until_s=4, share=1.0)), 6)
    (big,) = [d for _, d in told if d.fate is Fate.OVERSIZED]
    assert big.outgoing is not None
    assert len(big.outgoing.payload) == 300_000
    assert json.loads(big.outgoing.payload)["seq"] == 4


def test_nan_strikes_one_number_and_is_told() -> None:
    path = way(NotANumber(cause="nan", gateways=ALL, at_s=0, share=1.0))
    said, gone = path.carry(1, message(0), 0.0)
    assert said is not None
    (tag,) = said.refusable
    assert said.refusable[tag] == "nan"
    assert gone[0].outgoing is not None
    assert b"NaN" in gone[0].outgoing.payload
    assert math.isnan(json.loads(gone[0].outgoing.payload)["values"][tag])


def test_other_units_and_tags_that_nobody_knows() -> None:
    wrong = WrongUnit(cause="wrong_unit", gateways=ALL, tags=("E1/PI-*", "E1/TI-1"), at_s=0)
    stranger = UnknownTag(cause="unknown_tag", gateways=ALL, tag="NEW-1", at_s=0)
    said, gone = way(wrong, stranger).carry(1, message(0), 0.0)
    assert said is not None
    assert said.refusable == {"NEW-1": "unknown_tag"}
    assert gone[0].outgoing is not None
    values = json.loads(gone[0].outgoing.payload)["values"]
    assert values == {"PI-1": 0.5, "TI-1": 68.0, "XV-1": "open", "NEW-1": 1.0}
