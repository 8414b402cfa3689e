"""The api's copy of the live state: never wrong, and it knows when it might be."""

import random

import msgspec
import pytest

from services.api.replica import FRAMES_EVERY, NewestValue, Replica, Source
from services.wire.bus import Status, ValueFrame
from tests.unit.api.engine import ModelEngine, alarm


def status(engine: ModelEngine) -> Status:
    return Status(
        service="alerts",
        ready=True,
        at=0,
        epoch=engine.epoch,
        seq=engine.seq,
        recorded_seq=engine.recorded_seq,
        frames=engine.frames,
    )


def synchronised(engine: ModelEngine) -> Replica:
    replica = Replica()
    replica.begin_snapshot("s1")
    assert [replica.take_chunk(chunk) for chunk in engine.snapshot("s1")] == [False, True]
    return replica


def test_a_snapshot_is_in_force_only_when_all_of_it_is_here() -> None:
    engine = ModelEngine()
    engine.say("raised", alarm(1))
    replica = Replica()
    replica.begin_snapshot("s1")
    first, second = engine.snapshot("s1")
    assert not replica.take_chunk(second)
    assert replica.source == "none"
    assert replica.take_chunk(first)
    assert replica.source == "engine"
    assert replica.open == engine.open
    assert not replica.wants_snapshot


def test_a_part_of_another_snapshot_is_not_ours() -> None:
    replica = Replica()
    replica.begin_snapshot("s2")
    assert not any(replica.take_chunk(chunk) for chunk in ModelEngine().snapshot("s1"))
    assert replica.source is Source.NONE


def test_events_said_while_the_snapshot_travels_are_not_lost_and_not_doubled() -> None:
    engine = ModelEngine()
    before = engine.say("raised", alarm(1))
    replica = Replica()
    replica.begin_snapshot("s1")
    replica.take_events(before)
    chunks = engine.snapshot("s1")
    after = engine.say("raised", alarm(2))
    replica.take_chunk(chunks[0])
    replica.take_events(after)
    assert replica.take_chunk(chunks[1])
    assert replica.open == engine.open
    assert replica.seq == 2
    assert not replica.wants_snapshot


def test_a_missing_event_is_noticed_and_nothing_is_built_on_the_gap() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    engine.say("raised", alarm(1))
    assert replica.take_events(engine.say("raised", alarm(2))) == []
    assert replica.wants_snapshot
    assert replica.open == {}
    replica.begin_snapshot("s2")
    for chunk in engine.snapshot("s2"):
        replica.take_chunk(chunk)
    assert replica.open == engine.open
    assert not replica.wants_snapshot


def test_a_repeated_event_changes_nothing() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    said = engine.say("raised", alarm(1))
    assert len(replica.take_events(said)) == 1
    assert replica.take_events(said) == []
    assert not replica.wants_snapshot


def test_the_last_event_missing_is_noticed_by_two_signs_of_life() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    engine.say("raised", alarm(1))
    replica.take_status(status(engine))
    assert not replica.wants_snapshot, "it may still be on its way"
    replica.take_status(status(engine))
    assert replica.wants_snapshot


def test_an_engine_that_started_anew_is_asked_for_everything() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    replica.take_events(engine.say("raised", alarm(1)))
    reborn = ModelEngine(epoch="e2", open=dict(engine.open))
    replica.take_status(status(reborn))
    assert replica.wants_snapshot
    assert replica.find("a0001") is not None, "the last known state stands meanwhile"
    assert replica.take_values(reborn.frame({1: (5, 1.0, 0)})) == []


def test_an_alarm_is_on_record_once_its_last_event_is() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    replica.take_events(engine.say("raised", alarm(1)))
    replica.take_events(engine.say("raised", alarm(2)))
    replica.take_events(engine.say("acknowledged", alarm(1, state="acknowledged")))
    engine.recorded_seq = 2
    assert [a.id for a in replica.take_status(status(engine))] == ["a0002"]
    assert not replica.is_recorded(engine.open["a0001"])
    engine.recorded_seq = 3
    assert [a.id for a in replica.take_status(status(engine))] == ["a0001"]
    assert replica.is_recorded(engine.open["a0001"])


def test_a_closed_alarm_is_kept_until_it_is_on_record() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    replica.take_events(engine.say("raised", alarm(1)))
    replica.take_events(engine.say("cleared", alarm(1, closed_as="cleared")))
    assert replica.open == {}
    closed = replica.find("a0001")
    assert closed is not None
    assert closed.closed_as == "cleared"
    engine.recorded_seq = 2
    assert [a.id for a in replica.take_status(status(engine))] == ["a0001"]
    assert replica.find("a0001") is None


def test_a_snapshot_says_what_is_not_on_record_yet() -> None:
    engine = ModelEngine()
    engine.say("raised", alarm(1))
    engine.say("raised", alarm(2))
    engine.recorded_seq = 1
    replica = synchronised(engine)
    assert replica.is_recorded(engine.open["a0001"])
    assert not replica.is_recorded(engine.open["a0002"])


def test_only_newer_values_replace_older_ones() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    assert replica.take_values(engine.frame({1: (10, 1.0, 0), 2: (10, None, 2)})) == [1, 2]
    assert replica.take_values(engine.frame({1: (9, 7.0, 0)})) == []
    assert replica.take_values(engine.frame({1: (10, 1.0, 0)})) == []
    assert replica.take_values(engine.frame({1: (11, 2.0, 1)})) == [1]
    assert replica.values == {1: NewestValue(11, 2.0, 1), 2: NewestValue(10, None, 2)}


def test_after_the_servers_clock_was_set_back_values_go_on() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    ahead = 8 * 3_600_000
    assert replica.take_values(engine.frame({1: (ahead, 1.0, 0)})) == [1]
    assert replica.take_values(engine.frame({1: (12, 60.0, 0)})) == [1]
    assert replica.values == {1: NewestValue(12, 60.0, 0)}


def test_values_said_while_the_snapshot_travels_survive_it() -> None:
    engine = ModelEngine()
    engine.frame({1: (10, 1.0, 0)})
    replica = Replica()
    replica.begin_snapshot("s1")
    chunks = engine.snapshot("s1")
    replica.take_values(engine.frame({1: (11, 2.0, 0)}))
    for chunk in chunks:
        replica.take_chunk(chunk)
    assert replica.values[1] == NewestValue(11, 2.0, 0)


def test_the_record_stands_in_only_until_an_engine_answers() -> None:
    engine = ModelEngine()
    engine.say("raised", alarm(2))
    replica = Replica()
    replica.load_store([alarm(1)])
    assert replica.source is Source.STORE
    assert replica.is_recorded(alarm(1))
    replica.begin_snapshot("s1")
    for chunk in engine.snapshot("s1"):
        replica.take_chunk(chunk)
    assert list(replica.open) == ["a0002"]
    replica.load_store([alarm(1)])
    assert list(replica.open) == ["a0002"]


@pytest.mark.parametrize("seed", range(25))
def test_state_before_and_events_are_the_state_fetched_afresh(seed: int) -> None:
    chance = random.Random(seed)
    engine = ModelEngine()
    replica = synchronised(engine)
    for step in range(200):
        said = engine.act(chance)
        if chance.random() > 0.05:
            replica.take_events(said)
        if replica.wants_snapshot:
            replica.begin_snapshot(f"s{step}")
            chunks = engine.snapshot(f"s{step}")
            for chunk in chunks:
                if chance.random() < 0.3:
                    replica.take_events(engine.act(chance))
                replica.take_chunk(chunk)
    replica.take_status(status(engine))
    replica.take_status(status(engine))
    if replica.wants_snapshot:
        replica.begin_snapshot("last")
        for chunk in engine.snapshot("last"):
            replica.take_chunk(chunk)
    assert replica.open == engine.open
    assert replica.seq == engine.seq


def test_an_engine_that_was_relieved_is_not_listened_to() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    newer = msgspec.structs.replace(engine.say("raised", alarm(1)), term=8)
    older = msgspec.structs.replace(engine.say("raised", alarm(2)), term=7)
    assert len(replica.take_events(newer)) == 1
    assert replica.take_events(older) == []
    assert replica.refused_old == 1
    assert replica.take_values(ValueFrame(engine.epoch, [1], [10], [4.0], [0], term=7)) == []
    assert replica.take_values(ValueFrame(engine.epoch, [1], [10], [4.0], [0], term=8)) == [1]
    assert list(replica.open) == [alarm(1).id]


def test_a_snapshot_of_a_relieved_engine_is_not_taken() -> None:
    engine = ModelEngine()
    replica = Replica()
    assert not replica.refuses(8)
    replica.begin_snapshot("s1")
    assert not any(replica.take_chunk(chunk) for chunk in engine.snapshot("s1"))
    replica.begin_snapshot("s2")
    of_newer = [msgspec.structs.replace(each, term=9) for each in engine.snapshot("s2")]
    assert [replica.take_chunk(chunk) for chunk in of_newer] == [False, True]
    assert replica.term == 9


def test_a_frame_of_values_that_went_missing_is_noticed_at_the_next_but_one_sign_of_life() -> None:
    """An on-change point would show its old value until it changes again."""
    engine = ModelEngine()
    replica = synchronised(engine)
    replica.take_values(engine.frame({1: (10, 4.0, 0)}))
    engine.frame({2: (20, 5.0, 0)})  # lost
    replica.take_values(engine.frame({1: (30, 6.0, 0)}))
    asked = []
    for _ in range(2):
        replica.take_status(status(engine))
        asked.append(replica.wants_snapshot)
    assert asked == [False, True]

    replica.begin_snapshot("s2")
    chunks = engine.snapshot("s2")
    replica.take_values(engine.frame({1: (40, 7.0, 0)}))
    for chunk in chunks:
        replica.take_chunk(chunk)
    for _ in range(3):
        replica.take_status(status(engine))

    assert not replica.wants_snapshot
    assert {n: value.v for n, value in replica.values.items()} == {1: 7.0, 2: 5.0}


def test_a_line_too_narrow_for_the_values_is_not_filled_with_snapshots() -> None:
    engine = ModelEngine()
    replica = synchronised(engine)
    asked = []
    for second in range(2 * FRAMES_EVERY + 2):
        engine.frame({1: (second, 4.0, 0)})  # lost
        replica.take_status(status(engine))
        if replica.wants_snapshot:
            asked.append(second)
            replica.begin_snapshot(f"s{second}")
            for chunk in engine.snapshot(f"s{second}"):
                replica.take_chunk(chunk)
    assert asked == [1, 1 + FRAMES_EVERY, 1 + 2 * FRAMES_EVERY]
