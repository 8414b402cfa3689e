"""The alarms about the room for what is stored: what should stand, and what has to be said for it.

They are the park's own and of no enterprise: people of the park see them, and answer them like any
other. Their grades go with what is lost if nobody makes room; never 1, for no alarm waits for what
is stored. Pure: told how much room there is and what stands, they answer what has to be claimed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.broker_store import Level, StoreState
from services.domain.claim import Claim, Place, Scalar
from services.domain.retention import Room
from services.domain.subject import Subject

PARK = "*"
"""In the place of an enterprise's code: the whole park. No enterprise can have it as its code."""

KEY = "storage"
DATABASE = Subject("store", "database")
BROKER = Subject("store", "broker")

GRADES = {Room.LOW: 4, Room.TIGHT: 3, Room.FULL: 2}
"""Of the database: it runs out; days of readings go before their time; nothing more may go."""
BROKER_GRADES = {Level.HALF: 3, Level.FULL: 2}
"""Of the broker: nobody fetches what waits there; gateways are refused soon."""

LEASE_MS = 120_000
"""Unsaid for so long it is not judged: whoever looks at the room is away."""
AGAIN_S = 30.0
"""It is said again so often."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """What the alarm shows, how grave it is, and what it tells."""

    condition: str
    grade: int
    facts: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Standing:
    """The alarm that stands: what it shows, what it tells, and whether it is judged."""

    condition: str
    facts: Mapping[str, Scalar]
    judged: bool = True


def place_of(store: Subject) -> Place:
    """Where a store's alarm stands."""
    return PARK, store.type, store.id, KEY


def of_database(room: Room, free: float) -> Shortage | None:
    """By a share of `free` room (0 to 1); None: there is enough."""
    if room is Room.ENOUGH:
        return None
    return Shortage(f"storage_{room}", GRADES[room], {"free_percent": round(free * 100)})


def of_broker(state: StoreState) -> Shortage | None:
    """By how full the broker's store is; None: there is room enough."""
    if state.level is Level.WELL:
        return None
    facts: dict[str, Scalar] = {"used_percent": round(state.share * 100)}
    if state.hours_left is not None:
        facts["hours_left"] = round(state.hours_left, 1)
    return Shortage(f"broker_store_{state.level}", BROKER_GRADES[state.level], facts)


def to_claim(
    store: Subject, shortage: Shortage | None, standing: Standing | None, now: int, *, due: bool
) -> Claim | None:
    """What has to be said of a store at `now` (epoch ms); None: nothing.

    `due`: it was not said for `AGAIN_S`, or not to this engine. What it tells is of the moment when
    it became so, and is not corrected with every percent.
    """
    if shortage is None:
        return None if standing is None else _over(store, standing, now)
    facts = shortage.facts
    if standing is not None and standing.condition == shortage.condition:
        if standing.judged and not due:
            return None
        facts = standing.facts
    return Claim(
        key=KEY,
        enterprise=PARK,
        subject=store,
        condition=shortage.condition,
        active=True,
        grade=shortage.grade,
        at=now,
        fact=str(now),
        facts=dict(facts),
        lease_until=now + LEASE_MS,
    )


def _over(store: Subject, standing: Standing, now: int) -> Claim:
    return Claim(
        key=KEY,
        enterprise=PARK,
        subject=store,
        condition=standing.condition,
        active=False,
        grade=4,
        at=now,
    )
