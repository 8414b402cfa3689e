"""Whether this api can serve live alarms, and how each thing it depends on does."""

from dataclasses import dataclass

from services.api.vitals import ENGINE, INGEST
from services.api.window import Window
from services.domain.broker_store import Level
from services.domain.retention import Room


@dataclass(frozen=True, slots=True)
class Dependency:
    """One thing it depends on. `lag_s`: seconds since it last gave a sign of life."""

    ok: bool
    lag_s: float | None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer of `/readyz`. `canary_age_s`: since the canary last came out of the chain."""

    ready: bool
    degraded: list[str]
    snapshot_from: str
    dependencies: dict[str, Dependency]
    canary_age_s: float


def assess(here: Window) -> Readiness:
    """How things stand now."""
    vitals, door = here.vitals, here.door
    return Readiness(
        ready=vitals.live and door.is_open,
        degraded=vitals.degraded(),
        snapshot_from=here.replica.source,
        dependencies={
            "database": _database(here),
            "broker": Dependency(vitals.broker_there, None, _broker(here)),
            "engine": _service(here, ENGINE, vitals.live),
            "ingest": _service(here, INGEST, vitals.is_ready(INGEST)),
            "gateways": Dependency(door.is_open and door.trouble is None, None, _door(here)),
            "broker_store": _store(here),
            "database_store": _room(here),
            "notify": _notify(here),
            "canary": _canary(here),
        },
        canary_age_s=round(vitals.canary.age_s, 1),
    )


def _broker(here: Window) -> str | None:
    return None if here.vitals.broker_there else "Nothing comes from it: nobody hears the field."


def _database(here: Window) -> Dependency:
    last = here.database.last_answer
    lag = None if last is None else round(here.clock.monotonic() - last, 1)
    detail = None if here.vitals.database_there else "Alarms go on; what is new is recorded later."
    return Dependency(here.vitals.database_there, lag, detail)


def _service(here: Window, service: str, ok: bool) -> Dependency:
    silence = here.vitals.silence_s(service)
    status = here.vitals.status(service)
    lag = None if silence is None else round(silence, 1)
    if silence is None:
        return Dependency(ok, lag, "It was never heard.")
    return Dependency(ok, lag, status.detail if status else None)


def _store(here: Window) -> Dependency:
    state = here.vitals.broker_store
    if state is None:
        return Dependency(True, None, "Nobody looks into the broker's store.")
    left = "" if state.hours_left is None else f", {state.hours_left:.1f} h left"
    return Dependency(state.level is Level.WELL, None, f"{state.share:.0%} full{left}.")


_MEANS = {
    Room.ENOUGH: "",
    Room.LOW: " Below 20 % old readings go before their time.",
    Room.TIGHT: " Old readings go before their time.",
    Room.FULL: " What was received in the last 30 days is never dropped: make room.",
}


def _room(here: Window) -> Dependency:
    seen = here.vitals.store_room
    if seen is None:
        return Dependency(True, None, "Nobody sees how much room the database has.")
    told = f"{seen.free:.0%} of the room is free.{_MEANS[seen.room]}"
    return Dependency(seen.room is Room.ENOUGH, None, told)


def _notify(here: Window) -> Dependency:
    watch = here.notice_watch
    return Dependency(watch.is_well, round(watch.overdue_s, 1), watch.told)


def _canary(here: Window) -> Dependency:
    canary, stored_at = here.vitals.canary, here.vitals.canary_stored_at
    if not canary.heard:
        return Dependency(canary.is_alive, round(canary.age_s, 1), "None came since the start.")
    stored = (
        "ingest has not told of it"
        if stored_at is None
        else f"stored up to {(here.clock.now_ms() - stored_at) / 1000:.0f} s ago"
    )
    return Dependency(canary.is_alive, round(canary.age_s, 1), f"It alarms; {stored}.")


def _door(here: Window) -> str | None:
    if here.door.trouble is not None:
        return here.door.trouble
    if not here.door.is_open:
        return "Gateways are let in once ingest and engine hold their sessions."
    return None if here.door.is_ours else "The broker's own operator keeps its users."
