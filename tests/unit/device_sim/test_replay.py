"""A replay publishes every row in order, paced by the recorded times."""

import json

from device_sim.clock import VirtualClock
from device_sim.encode.persona import PERSONAS
from device_sim.message import Outgoing
from device_sim.recording.replay import Pace, Sender, play
from device_sim.recording.row import Row

SENDER = Sender("E1", "G1", "b0", PERSONAS["native"])
ROWS = [Row(1_000, {"A": 1.0}), Row(2_000, {}), Row(11_000, {"A": 2.0, "B": "open"})]


class Shelf:
    """A sink that keeps messages with the second at which they came."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self.kept: list[tuple[float, Outgoing]] = []
        self.settled = False

    @property
    def acknowledged(self) -> int:
        return len(self.kept) if self.settled else 0

    def send(self, message: Outgoing) -> None:
        self.kept.append((self._clock.monotonic(), message))

    def settle(self) -> None:
        self.settled = True

    def pump(self, wait_s: float) -> None:
        self._clock.sleep(max(wait_s, 0.001))

    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(message.payload) for _, message in self.kept]


def test_each_row_becomes_one_native_message_in_sequence() -> None:
    clock = VirtualClock()
    shelf = Shelf(clock)
    played = play(iter(ROWS), SENDER, Pace(speed=None), shelf, clock)
    assert shelf.bodies() == [
        {"ts": 1_000, "boot": "b0", "seq": 1, "values": {"A": 1.0}},
        {"ts": 11_000, "boot": "b0", "seq": 2, "values": {"A": 2.0, "B": "open"}},
    ]
    assert {message.topic for _, message in shelf.kept} == {"pw/v1/E1/G1/telemetry"}
    assert (played.rows, played.readings, played.silent, played.acknowledged) == (2, 3, 1, 2)


def test_the_recorded_distance_is_kept_at_the_wanted_speed() -> None:
    clock = VirtualClock()
    shelf = Shelf(clock)
    play(iter(ROWS), SENDER, Pace(speed=5.0), shelf, clock)
    begin, end = (at for at, _ in shelf.kept)
    assert 2.0 <= end - begin < 2.3


def test_a_shift_moves_every_stamp_alike() -> None:
    clock = VirtualClock()
    shelf = Shelf(clock)
    play(iter(ROWS), SENDER, Pace(speed=None, shift_ms=500), shelf, clock)
    assert [body["ts"] for body in shelf.bodies()] == [1_500, 11_500]
