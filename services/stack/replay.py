"""`parkwatch replay`: the engine over stored readings, for the terminal; it changes nothing."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from services.domain.backtest import Backtest, Load, Trial, Tried
from services.domain.detector_past import DetectorTrial
from services.domain.directory import Directory
from services.domain.rule import LimitRule
from services.runtime.clock import Clock, to_datetime, to_ms
from services.runtime.settings import Settings
from services.stack.cache import Cache, engines_home
from services.stack.data_dir import DataDir, choose
from services.stack.database_alone import (
    fresh,
    held,
    installed,
    interruptible,
    postgres_of,
    running,
)
from services.stack.postgres import SUPERUSER
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.replay_rules import (
    Proposed,
    ProposedRules,
    detector_trials,
    groups_named,
    read,
)
from services.store.backtest import TooMuch, backtest
from services.store.book import BookReader
from services.store.deadline import connect
from services.store.detector_group import (
    Connection,
    Membership,
    TooManyChanges,
    members_between,
)
from services.store.tenant import EVERY

SHOWN = 20


def replay(
    start: str, end: str, rules: Path | None, settings: Settings, inherited: Mapping[str, str],
    clock: Clock, progress: Progress, *, limits_only: bool = False,
) -> None:  # fmt: skip
    """Print what would have alarmed between two times. Raises Refusal, Interrupted."""
    begins, ends = _instant("--from", start), _instant("--to", end)
    if not begins < ends:
        raise Refusal("--from must be before --to: give both with an offset.")
    proposed = ProposedRules() if rules is None else read(rules)
    if limits_only and proposed.detectors:
        raise Refusal(
            f"{rules} has a rule of the kind {proposed.detectors[0].kind}, which is more than a "
            "limit: leave --limits-only out."
        )
    with interruptible(), _database(settings, inherited, clock, progress) as url:
        try:
            found = asyncio.run(
                _try(url, proposed, begins, ends, clock.now_ms(), limits_only=limits_only)
            )
        except TooMuch as refused:
            raise Refusal(str(refused)) from refused
    for line in report(found, compared=rules is not None):
        print(line)


def report(found: Backtest, *, compared: bool) -> Iterator[str]:
    """What was found, line by line."""
    yield f"{found.points} points, {found.readings} readings from {_text(found.start)} to {_text(found.end)}"
    if found.left_out:
        yield f"left out: {found.left_out} readings over ten minutes ahead of our clock"
    yield from _load("today", found.today)
    if not compared:
        return
    yield from _load("proposed", found.proposed)
    kinds = (
        ("appear", found.appearing, found.appears),
        ("vanish", found.vanishing, found.vanishes),
    )
    for word, count, alarms in kinds:
        yield f"{word}: {count}"
        yield from (f"  {_line(each)}" for each in alarms[:SHOWN])
        if count > SHOWN:
            yield f"  and {count - SHOWN} more"


def _load(name: str, load: Load) -> Iterator[str]:
    grades = ", ".join(f"grade {n}: {count}" for n, count in enumerate(load.by_grade, start=1))
    yield f"{name}: {load.alarms} alarms ({grades}), {len(load.floods)} floods"
    for flood in load.floods[:SHOWN]:
        until = "the end" if flood.end is None else _text(flood.end)
        yield f"  flood from {_text(flood.start)} to {until}: {flood.alarms} alarms"


def _line(each: Tried) -> str:
    ended = "stands" if each.ended_at is None else f"until {_text(each.ended_at)}"
    limit = "" if each.limit is None else f" {each.limit:g}"
    value = "" if each.value is None else f", {each.value:g}"
    what = f"{each.condition}{limit}, grade {each.grade}{value}"
    return f"{_text(each.raised_at)} {each.enterprise} {each.tag}: {what}, {ended}"


async def _try(
    url: str, proposed: ProposedRules, start: int, end: int, now: int, *, limits_only: bool
) -> Backtest:
    reader, directory = BookReader(url, tenant=EVERY), Directory()
    try:
        change = await reader.poll()
        if change is not None:
            change.apply(directory)
    finally:
        await reader.close()
    connection = await connect(url, application="parkwatch-replay")
    try:
        trials = _trials(directory, proposed.limits)
        others = (
            [] if limits_only else await _detectors(connection, directory, proposed, start, end)
        )
        return await backtest(connection, trials, start, end, others, now, tenant=EVERY)
    finally:
        await connection.close()


async def _detectors(
    connection: Connection, directory: Directory, proposed: ProposedRules, start: int, end: int
) -> list[DetectorTrial]:
    """Rules that are more than a limit; those over a group with who was in it at the time."""
    history: dict[tuple[str, str], list[Membership]] = {}
    for enterprise, codes in groups_named(directory, proposed).items():
        first, past = to_datetime(start), to_datetime(end)
        try:
            those = await members_between(connection, enterprise, codes, first, past)
        except TooManyChanges as much:
            raise Refusal(f"{much}.") from much
        history |= {(enterprise, code): each for code, each in those.items()}
    return detector_trials(directory, proposed, history)


def _trials(directory: Directory, proposed: Iterable[Proposed]) -> list[Trial]:
    """Every point that has rules or is named; a proposed rule takes today's place."""
    today = {number: directory.in_force(number) for number in directory.by_id}
    then = {number: {rule.condition: rule for rule in rules} for number, rules in today.items()}
    for one in proposed:
        point = directory.find(one.enterprise, one.tag)
        if point is None:
            raise Refusal(f"{one.enterprise} has no point {one.tag}: correct the file.")
        if point.has_states:
            raise Refusal(f"{one.tag} has states, no quantity to limit: correct the file.")
        known = then[point.id].get(one.condition)
        then[point.id][one.condition] = LimitRule(
            known.id if known else f"proposed-{one.condition}",
            1,
            one.enterprise,
            point.id,
            one.condition,
            one.limit,
            one.grade,
            one.deadband,
            round(one.on_delay_s * 1000),
            round(one.off_delay_s * 1000),
        )
    return [
        Trial(point, tuple(today[number]), tuple(then[number].values()))
        for number, point in directory.by_id.items()
        if then[number]
    ]


def _instant(option: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Refusal(f"{option} {text!r} is no time: write it like 2026-01-04T16:00:00+08:00.")
    return to_ms(moment)


def _text(at: int) -> str:
    return to_datetime(at).isoformat(timespec="seconds").replace("+00:00", "Z")


@contextmanager
def _database(
    settings: Settings, inherited: Mapping[str, str], clock: Clock, progress: Progress
) -> Iterator[str]:
    """The address of the installation's database; one at rest is started for as long as needed."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    path, _ = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    data, cache = DataDir(path), installed(Cache(engines_home(inherited)))
    if not (data.postgres / "data" / "PG_VERSION").exists():
        raise Refusal(
            f"There is nothing to replay in {path}: set PARKWATCH_DATA_DIR to the folder of an "
            "installation that was started before, or PARKWATCH_DATABASE_URL."
        )
    if data.holder() is not None:
        yield postgres_of(data, cache).url(SUPERUSER)
        return
    postgres = fresh(data, cache)
    with ExitStack() as until:
        until.enter_context(held(data, clock))
        with progress.step("starting the database"):
            until.enter_context(running(data, postgres, clock, progress))
        yield postgres.url(SUPERUSER)
