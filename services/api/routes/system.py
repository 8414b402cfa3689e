"""How the platform itself does, for those who run it: its parts, lags, rooms and versions."""

import platform
from dataclasses import dataclass
from importlib.metadata import version

from fastapi import Response

from services.api.answer import answer
from services.api.asking import Here, UserAdmin
from services.api.database import DatabaseAway
from services.api.late_route import LateRouter
from services.api.readiness import Dependency, assess
from services.api.vitals import ENGINE, INGEST
from services.api.window import Window
from services.domain.drill import is_twin
from services.store.system import DatabaseFacts, database_facts

router = LateRouter(prefix="/system", tags=["health"])
PATIENCE_S = 3.0
"""The versions of a database that is slow to tell them are left out: the rest is wanted then."""


@dataclass(frozen=True, slots=True)
class RoomView:
    """What has an end. `share`: used of it, 0 to 1; null: nobody can see it."""

    name: str
    share: float | None
    used_bytes: int | None
    hours_left: float | None


@dataclass(frozen=True, slots=True)
class LagView:
    """How far one thing is behind another; null: it was never heard. `unit` is `s` or `events`."""

    name: str
    value: float | None
    unit: str


@dataclass(frozen=True, slots=True)
class VersionView:
    """Null: it does not tell now."""

    name: str
    version: str | None


@dataclass(frozen=True, slots=True)
class SystemView:
    """As `/readyz` has it, and beside it lags, rooms, versions and how many there are of what."""

    ready: bool
    degraded: list[str]
    parts: dict[str, Dependency]
    lags: list[LagView]
    rooms: list[RoomView]
    versions: list[VersionView]
    counts: dict[str, int]


@router.get("", response_model=SystemView)
async def get_system(here: Here, principal: UserAdmin) -> Response:
    """The state of each part, what is behind, the room that is left, the versions. It answers while
    the database is away, too."""
    readiness, facts = assess(here), await _facts(here)
    points, gateways = here.register.counts()
    alarms = sum(not is_twin(each.enterprise) for each in here.replica.open.values())
    return answer(
        SystemView(
            readiness.ready,
            readiness.degraded,
            readiness.dependencies,
            _lags(here),
            _rooms(here, facts),
            _versions(facts),
            {
                "consoles": len(here.hub.channels),
                "points": points,
                "gateways": gateways,
                "alarms": alarms,
                "audit_waiting": here.trail.waiting,
            },
        )
    )


async def _facts(here: Window) -> DatabaseFacts | None:
    try:
        async with here.database.transaction(PATIENCE_S) as connection:
            return await database_facts(connection)
    except DatabaseAway:
        return None


def _lags(here: Window) -> list[LagView]:
    vitals, now = here.vitals, here.clock.now_ms()
    engine, ingest = vitals.status(ENGINE), vitals.status(INGEST)
    behind = None
    if engine is not None and engine.seq is not None and engine.recorded_seq is not None:
        behind = float(max(engine.seq - engine.recorded_seq, 0))
    rolled = None if ingest is None else ingest.rollup_lag_ms
    return [
        LagView("canary", round(vitals.canary.age_s, 1), "s"),
        LagView("engine", _rounded(vitals.silence_s(ENGINE)), "s"),
        LagView("ingest", _rounded(vitals.silence_s(INGEST)), "s"),
        LagView("commit", _since(vitals.commit_at, now), "s"),
        LagView("rollups", None if rolled is None else round(rolled / 1000, 1), "s"),
        LagView("record", behind, "events"),
    ]


def _rooms(here: Window, facts: DatabaseFacts | None) -> list[RoomView]:
    engine, ingest = here.vitals.status(ENGINE), here.vitals.status(INGEST)
    free = None if ingest is None else ingest.free_share
    store = here.vitals.broker_store
    return [
        RoomView(
            "database",
            None if free is None else round(1 - free, 4),
            None if facts is None else facts.size_bytes,
            None,
        ),
        RoomView(
            "broker_store",
            None if store is None else round(store.share, 4),
            None,
            None if store is None else store.hours_left,
        ),
        RoomView("spool", None, None if engine is None else engine.spool_bytes, None),
    ]


def _versions(facts: DatabaseFacts | None) -> list[VersionView]:
    return [
        VersionView("parkwatch", version("parkwatch")),
        VersionView("python", platform.python_version()),
        VersionView("postgresql", None if facts is None else facts.version),
        VersionView("timescaledb", None if facts is None else facts.timescale),
    ]


def _since(at: int | None, now: int) -> float | None:
    return None if at is None else round(max(now - at, 0) / 1000, 1)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
