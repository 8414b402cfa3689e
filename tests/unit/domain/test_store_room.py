"""How short room becomes an alarm of the park, says itself again, and ends."""

import pytest

from services.domain.broker_store import Level, StoreState
from services.domain.claim import Claim
from services.domain.retention import Room
from services.domain.store_room import (
    BROKER,
    DATABASE,
    LEASE_MS,
    Shortage,
    Standing,
    of_broker,
    of_database,
    place_of,
    to_claim,
)
from services.domain.subject import Subject

NOW = 1_800_000_000_000
SHORT: list[tuple[Subject, Shortage | None]] = [
    *((DATABASE, of_database(room, 0.187)) for room in (Room.LOW, Room.TIGHT, Room.FULL)),
    *((BROKER, of_broker(StoreState(level, 0.613, 7.25))) for level in (Level.HALF, Level.FULL)),
]


def said(
    store: Subject, shortage: Shortage | None, standing: Standing | None, *, due: bool = False
) -> Claim | None:
    return to_claim(store, shortage, standing, NOW, due=due)


@pytest.mark.parametrize(("store", "shortage"), SHORT)
def test_short_room_is_claimed_of_the_park_for_a_while(store: Subject, shortage: Shortage) -> None:
    claim = said(store, shortage, None)

    assert claim is not None
    assert (claim.place, claim.active) == (place_of(store), True)
    assert (claim.condition, claim.facts) == (shortage.condition, shortage.facts)
    assert claim.lease_until == NOW + LEASE_MS


def test_each_stage_is_graver_and_none_is_of_grade_1() -> None:
    shortages = [shortage for _, shortage in SHORT if shortage is not None]

    assert [(each.condition, each.grade) for each in shortages] == [
        ("storage_low", 4), ("storage_tight", 3), ("storage_full", 2),
        ("broker_store_half", 3), ("broker_store_full", 2),
    ]  # fmt: skip


def test_it_tells_what_is_free_or_how_full_it_is_and_how_long_it_lasts() -> None:
    growing, still = StoreState(Level.HALF, 0.613, 7.25), StoreState(Level.FULL, 0.9, None)
    database, broker, calm = of_database(Room.LOW, 0.187), of_broker(growing), of_broker(still)

    assert database is not None
    assert database.facts == {"free_percent": 19}
    assert broker is not None
    assert broker.facts == {"used_percent": 61, "hours_left": 7.2}
    assert calm is not None
    assert calm.facts == {"used_percent": 90}


@pytest.mark.parametrize(("store", "shortage"), SHORT)
def test_what_stands_so_is_said_again_only_when_it_is_due(
    store: Subject, shortage: Shortage
) -> None:
    standing = Standing(shortage.condition, {})

    assert said(store, shortage, standing) is None
    again = said(store, shortage, standing, due=True)
    assert again is not None
    assert again.lease_until == NOW + LEASE_MS


def test_what_it_tells_is_of_the_moment_when_it_became_so() -> None:
    standing = Standing("storage_low", {"free_percent": 24})
    same = said(DATABASE, of_database(Room.LOW, 0.21), standing, due=True)
    worse = said(DATABASE, of_database(Room.TIGHT, 0.187), standing)

    assert same is not None
    assert same.facts == {"free_percent": 24}
    assert worse is not None
    assert worse.facts == {"free_percent": 19}


def test_what_is_not_judged_any_more_is_said_at_once() -> None:
    unjudged = Standing("storage_low", {}, judged=False)

    assert said(DATABASE, of_database(Room.LOW, 0.24), unjudged) is not None


@pytest.mark.parametrize(
    ("store", "enough"),
    [
        (DATABASE, of_database(Room.ENOUGH, 0.4)),
        (BROKER, of_broker(StoreState(Level.WELL, 0.1, None))),
    ],
)
def test_with_room_again_it_is_over_once_and_before_it_stood_nothing_is_said(
    store: Subject, enough: Shortage | None
) -> None:
    over = said(store, enough, Standing("storage_full", {}))

    assert said(store, enough, None, due=True) is None
    assert over is not None
    assert (over.place, over.active, over.lease_until) == (place_of(store), False, None)
