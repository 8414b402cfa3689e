"""The canary at the far end: it passes where alarms pass, and nowhere else."""

import msgspec

from services.api.canary import BOOTS, WAITING, Canary
from services.api.replica import Replica
from services.runtime.clock import ManualClock
from tests.unit.api.engine import ModelEngine, alarm


class FarEnd:
    """A replica that follows an engine, and what passes there."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.engine = ModelEngine()
        self.replica = Replica()
        self.canary = Canary(self.clock, self.replica)

    def follow(self) -> None:
        self.replica.begin_snapshot("s")
        for chunk in self.engine.snapshot("s"):
            self.replica.take_chunk(chunk)

    def sing(self, reading: int, event: str, boot: str = "b1", after: int | None = None) -> None:
        newest = self.engine.seq if after is None else after
        note = {"boot": boot, "reading": reading, "event": event, "at": 0}
        note |= {"epoch": self.engine.epoch, "after": newest}
        self.canary.on_note("", msgspec.json.encode(note))

    def passed(self) -> list[tuple[str, int, int]]:
        return [(each.boot, each.raised, each.returned) for each in self.canary.passes()]


def test_its_age_is_that_of_the_newest_round_that_came_out_whole() -> None:
    end = FarEnd()
    end.follow()
    end.clock.advance(20)
    end.sing(1, "raised")
    assert end.canary.age_s == 20
    assert not end.canary.heard
    end.sing(2, "returned")
    assert (end.canary.age_s, end.canary.heard) == (0, True)
    assert end.passed() == [("b1", 1, 2)]
    end.clock.advance(31)
    assert not end.canary.is_alive


def test_from_the_start_of_the_api_its_age_counts_so_that_none_at_all_is_noticed() -> None:
    end = FarEnd()
    end.clock.advance(29)
    assert end.canary.is_alive
    end.clock.advance(2)
    assert not end.canary.is_alive


def test_without_the_engines_state_nothing_passes_until_it_is_here() -> None:
    end = FarEnd()
    end.sing(1, "raised")
    end.sing(2, "returned")
    assert end.passed() == []
    end.follow()
    assert end.passed() == [("b1", 1, 2)]


def test_a_replica_that_missed_an_event_lets_nothing_pass() -> None:
    end = FarEnd()
    end.follow()
    end.engine.say("raised", alarm(1))  # and it never came
    end.sing(1, "raised")
    assert end.passed() == []
    end.follow()
    assert end.passed() == [("b1", 1, 0)]


def test_notes_of_an_engine_that_is_over_are_dropped_once_the_next_one_speaks() -> None:
    end = FarEnd()
    end.follow()
    end.engine.epoch = "e2"
    end.sing(1, "raised")
    assert end.passed() == []
    end.follow()
    assert end.passed() == [("b1", 1, 0)]
    end.engine.epoch = "e3"
    end.sing(3, "raised")
    end.engine.epoch = "e2"
    end.sing(5, "raised")
    assert end.passed() == [("b1", 5, 0)]


def test_what_waits_and_what_is_remembered_is_bounded() -> None:
    end = FarEnd()
    for number in range(WAITING * 3):
        end.sing(number, "raised", boot=f"b{number}")
    end.follow()
    assert len(end.passed()) == BOOTS
    assert end.passed()[-1] == (f"b{WAITING * 3 - 1}", WAITING * 3 - 1, 0)


def test_a_return_that_nothing_was_raised_for_is_no_pass() -> None:
    end = FarEnd()
    end.follow()
    end.clock.advance(10)
    end.sing(2, "returned")
    assert end.canary.age_s == 10


def test_a_note_that_cannot_be_read_does_not_pass() -> None:
    end = FarEnd()
    end.follow()
    end.canary.on_note("", b"{")
    end.canary.on_note("", msgspec.json.encode({"boot": "b1"}))
    assert end.passed() == []
