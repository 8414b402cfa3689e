"""`kill -9` of each process while readings flow: nothing acknowledged is lost, nothing comes twice.

A gateway with times and one without keep their own ledgers; limits are crossed around each kill,
each on a point of its own. What the ledgers say and what the doors of the system say must agree.
"""

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.living.crossing import Crossings
from tests.living.kill import PROCESSES, kill, recover
from tests.living.ledger import Ledger
from tests.living.listener import Listener
from tests.living.outcome import eventually
from tests.living.park import Door, Enterprise, Json, Park
from tests.living.stack import PARKWATCH, Stack
from tests.living.store import Store

pytestmark = [pytest.mark.stack]

TAGS = 10
"""A gateway's tags, ten times a second: with two gateways 200 readings a second."""
CROSSINGS_A_KILL = 8
BETWEEN_S = 2.0
"""A kill may hit a service that is not quite up again, or one that has settled."""
SECOND_DELIVERY_S = 6.0
"""The broker's ack_wait is 5 s: by then, what it gives a second time has come."""


@pytest.fixture
def park(stack: Stack) -> Iterator[Park]:
    """The administrator; the stack may be another process at the end than at the start."""
    administrator = Park(stack)
    yield administrator
    administrator.close()


@pytest.mark.timeout(600)
def test_three_kills_of_each_process_lose_nothing_and_sound_nothing_twice(
    stack: Stack, park: Park, store: Store, tmp_path: Path
) -> None:
    """In one flow: what one kill left behind is what the next one hits."""
    seed = random.SystemRandom().randrange(10**6)
    prove(stack, park, store, tmp_path, in_turn(3, seed), seed)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(60))
def test_three_hundred_kills_of_each_process(
    stack: Stack, park: Park, store: Store, tmp_path: Path, part: int
) -> None:
    """In parts of five, so that one that fails says which it was."""
    seed = random.SystemRandom().randrange(10**6)
    prove(stack, park, store, tmp_path, in_turn(5, seed), seed)


def in_turn(times: int, seed: int) -> list[str]:
    """Each process so many times, in a new order each time."""
    chance = random.Random(seed)
    return [name for _ in range(times) for name in chance.sample(PROCESSES, len(PROCESSES))]


def prove(
    stack: Stack, park: Park, store: Store, folder: Path, names: list[str], seed: int
) -> None:
    """Kill these processes one after the other and compare the ledgers with what there is."""
    began = time.monotonic()
    print(f"seed {seed}: {' '.join(names)}")
    enterprise = park.enterprise("KILL")
    gateways = enterprise.gateway("timed"), enterprise.gateway("untimed")
    tags = register(enterprise, CROSSINGS_A_KILL * len(names))
    enterprise.in_force()
    timed = Ledger(gateways[0], tags["timed"], timed=True)
    untimed = Ledger(gateways[1], tags["untimed"], timed=False)
    crossings = Crossings(enterprise, timed, untimed, random.Random(seed), tags["crossing"])
    with Listener(park.admin, enterprise.code) as listener, timed, untimed:
        for name in names:
            killed = crossings.around(lambda name=name: kill(stack, name), CROSSINGS_A_KILL)  # type: ignore[misc]
            recover(stack, name, killed)
            time.sleep(crossings.chance.uniform(0, BETWEEN_S))
        last_recovery = time.monotonic()
        flowed = [*timed.settle(), *untimed.settle()]
        eventually(
            lambda: store.reading_count(enterprise.code) >= len(flowed),
            30.0,
            f"{len(flowed)} readings stored",
            every_s=0.5,
        )
        settled(lambda: crossings.missing(enterprise.alarms()), 30.0)
        time.sleep(max(0.0, last_recovery + SECOND_DELIVERY_S - time.monotonic()))
        assert differences(flowed, store.readings(enterprise.code)) == []
        alarms = enterprise.alarms()
        assert crossings.missing(alarms) == []
        judge_the_screen(listener, enterprise)
    judge_the_record(park.admin, store, enterprise, crossings, folder)
    print(
        f"{len(names)} kills, {len(crossings.done)} crossings, {len(flowed)} readings compared, "
        f"{time.monotonic() - began:.0f} s"
    )


def register(enterprise: Enterprise, crossings: int) -> dict[str, list[str]]:
    """Points that flow within their limits, and those that will cross them."""
    tags = {
        "timed": [f"TI-{number}" for number in range(TAGS)],
        "untimed": [f"PI-{number}" for number in range(TAGS)],
        "crossing": [f"GT-{number}" for number in range(crossings)],
    }
    for tag in [*tags["timed"], *tags["untimed"]]:
        enterprise.point(tag, "temperature", "Cel")
        enterprise.rule(tag, "HH", 5_000, 1)
    for tag in tags["crossing"]:
        enterprise.point(tag, "combustible_gas", "%LEL")
        enterprise.rule(tag, "HH", 50, 1)
    return tags


def settled(faults: Callable[[], list[str]], within_s: float) -> None:
    """Wait until there is no fault left; fails with those there are."""
    deadline = time.monotonic() + within_s
    while found := faults():
        if time.monotonic() > deadline:
            raise AssertionError("\n".join(found))
        time.sleep(0.3)


def differences(
    sent: list[tuple[str, int | None, float]], stored: list[tuple[str, int, float | None]]
) -> list[str]:
    """Readings that are missing, there twice, or that nobody sent; those sent without a time are
    compared without."""
    untimed = {tag for tag, ts, _ in sent if ts is None}
    wanted: Counter[tuple[str, int | None, float | None]] = Counter(sent)
    there: Counter[tuple[str, int | None, float | None]] = Counter(
        (tag, None if tag in untimed else ts, value) for tag, ts, value in stored
    )
    return [f"missing {each} x{count}" for each, count in (wanted - there).items()] + [
        f"too many {each} x{count}" for each, count in (there - wanted).items()
    ]


def judge_the_screen(listener: Listener, enterprise: Enterprise) -> None:
    """What a console showed by snapshots and events is what REST says, and nothing sounded twice."""
    listed = {alarm["id"]: alarm["state"] for alarm in enterprise.alarms()}

    def wrong() -> list[str]:
        shown = {id_: alarm["state"] for id_, alarm in listener.alarms.items()}
        return [
            f"{id_}: {shown.get(id_)} on the screen, {listed.get(id_)} in the list"
            for id_ in shown.keys() | listed.keys()
            if shown.get(id_) != listed.get(id_)
        ]

    settled(wrong, 10.0)
    assert listener.faults == []
    assert listener.seen == set(listed)
    assert [what for what, count in listener.said.items() if count > 1] == []


def judge_the_record(
    door: Door, store: Store, enterprise: Enterprise, crossings: Crossings, folder: Path
) -> None:
    """Each alarm once in the table and in the journal, whose chain holds."""
    alarms: dict[str, Json] = {alarm["id"]: alarm for alarm in enterprise.alarms()}
    eventually(
        lambda: store.alarm_count(enterprise.code) == len(crossings.done), 20.0, "all on record"
    )
    wanted = Counter(
        (event, alarm["tag"])
        for alarm in alarms.values()
        for event in ("raised", "returned")
        if event == "raised" or alarm["state"] == "returned_unacknowledged"
    )

    def wrong() -> list[str]:
        there = journaled(alarms, store)
        return [f"missing in the journal: {each}" for each in (wanted - there).elements()] + [
            f"too much in the journal: {each}" for each in (there - wanted).elements()
        ]

    settled(wrong, 20.0)
    export = folder / "journal.jsonl"
    answer = door.http.get("/journal/export", params={"enterprise": enterprise.code})
    assert answer.status_code == 200
    export.write_bytes(answer.content)
    verdict = subprocess.run(
        [str(PARKWATCH), "journal", "verify", str(export)], capture_output=True, text=True
    )
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    rows = [json.loads(line) for line in answer.content.splitlines()][1:-1]
    assert len(rows) == wanted.total()


def journaled(alarms: dict[str, Json], store: Store) -> Counter[tuple[str, str]]:
    """Each event in the journal with its tag."""
    return Counter(
        (event, str(alarm["tag"]))
        for id_, alarm in alarms.items()
        for event, _ in store.journal(id_)
    )
