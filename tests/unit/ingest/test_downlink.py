"""Acks to gateways: the newest of each boot, a second apart, and an end to what waits."""

import json

from services.domain.ledger import Answer
from services.ingest import downlink
from services.ingest.downlink import Downlink
from services.runtime.clock import ManualClock


class Line:
    """A connection that notes what it is given, or takes nothing."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object]] = []
        self.is_up = True

    def publish(self, topic: str, payload: bytes) -> bool:
        if self.is_up:
            self.said.append((topic, json.loads(payload)))
        return self.is_up

    def seqs(self) -> list[int]:
        return [said["seq"] for _, said in self.said if isinstance(said, dict)]


def answer(seq: int, gateway: str = "g", boot: str = "b") -> Answer:
    return Answer("acme", gateway, boot, seq, ())


def test_an_ack_says_what_is_stored_and_what_is_missing() -> None:
    line, down = Line(), Downlink(ManualClock())

    down.tell([Answer("acme", "g", "f3a9", 42, ((17, 19), (30, 30)))])
    down.send(line.publish)

    assert line.said == [
        ("pw/down/v1/acme/g/ack", {"boot": "f3a9", "seq": 42, "missing": [[17, 19], [30, 30]]})
    ]


def test_a_gateway_hears_at_most_once_a_second_and_then_the_newest() -> None:
    clock = ManualClock()
    line, down = Line(), Downlink(clock)
    for seq in range(30):
        down.tell([answer(seq)])
        down.send(line.publish)
        clock.advance(0.125)
    clock.advance(1)
    down.send(line.publish)

    assert line.seqs() == [0, 8, 16, 24, 29]
    down.send(line.publish)
    assert down.sent == 5


def test_each_boot_has_its_turn_and_other_gateways_do_not_wait_for_it() -> None:
    clock = ManualClock()
    line, down = Line(), Downlink(clock)
    down.tell([answer(1), answer(2, boot="c"), answer(3, "h")])
    down.send(line.publish)
    assert line.seqs() == [1, 3]

    clock.advance(1)
    down.send(line.publish)
    assert line.seqs() == [1, 3, 2]


def test_without_a_connection_it_waits() -> None:
    line, down = Line(), Downlink(ManualClock())
    line.is_up = False
    down.tell([answer(1)])
    down.send(line.publish)

    line.is_up = True
    down.send(line.publish)
    assert line.seqs() == [1]


def test_what_waits_has_an_end_and_what_is_dropped_is_counted() -> None:
    line, down = Line(), Downlink(ManualClock())
    down.tell(answer(n, boot=f"b{n}") for n in range(downlink.BOOTS_MOST + 2))
    assert down.dropped == 2

    down.tell(answer(n, f"g{n}") for n in range(downlink.GATEWAYS_MOST))
    assert down.dropped == 2 + downlink.BOOTS_MOST
    down.send(line.publish)
    assert len(line.said) == downlink.PASS_MOST
