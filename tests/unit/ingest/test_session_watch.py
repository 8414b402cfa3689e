"""A session that should be there and is not: told once, after a restart of ours as well."""

from dataclasses import dataclass, field

from services.ingest.session_watch import REMEMBER_S, SessionWatch
from services.runtime.clock import ManualClock


@dataclass
class Session:
    began_anew: bool = True
    sessions_lost: int = 0
    ready: bool = True


@dataclass
class Marks:
    """The database's memory, and what was told to the enterprises."""

    at: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    writes: int = 0

    async def held_at(self, name: str) -> int | None:
        return self.at.get(name)

    async def held(self, name: str, at: int, lost: str | None = None) -> None:
        self.at[name] = at
        self.writes += 1
        if lost is not None:
            self.told.append(lost)


def watch(session: Session, marks: Marks, clock: ManualClock) -> SessionWatch:
    return SessionWatch(lambda: {"ingest/16": session}, marks, clock)


async def test_the_first_session_of_all_is_no_loss() -> None:
    marks, clock = Marks(), ManualClock()
    watching = watch(Session(), marks, clock)
    await watching.look()
    await watching.look()

    assert (marks.told, marks.writes, watching.lost) == ([], 1, 0)


async def test_a_session_found_after_a_restart_is_no_loss() -> None:
    marks, clock = Marks({"ingest/16": 1}), ManualClock()
    watching = watch(Session(began_anew=False), marks, clock)
    await watching.look()

    assert marks.told == []


async def test_none_found_after_a_restart_is_told_with_since_when() -> None:
    marks, clock = Marks({"ingest/16": 1_795_000_000_000}), ManualClock()
    watching = watch(Session(began_anew=True), marks, clock)
    await watching.look()
    await watching.look()

    assert marks.told == ["ingest/16: last held 2026-11-18T11:06:40Z"]
    assert watching.lost == 1


async def test_one_lost_while_we_run_is_told_once_each_time() -> None:
    session, marks, clock = Session(), Marks(), ManualClock()
    watching = watch(session, marks, clock)
    await watching.look()
    for _ in range(2):
        session.sessions_lost += 1
        session.ready = False
        await watching.look()
        session.ready = True
        await watching.look()
        await watching.look()

    assert (len(marks.told), watching.lost) == (2, 2)


async def test_that_it_is_held_is_noted_from_time_to_time() -> None:
    marks, clock = Marks(), ManualClock()
    watching = watch(Session(), marks, clock)
    await watching.look()
    clock.advance(REMEMBER_S)
    await watching.look()

    assert marks.writes == 2
    assert marks.at["ingest/16"] == clock.now_ms()
