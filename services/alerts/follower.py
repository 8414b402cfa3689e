"""Follows the book: several times a second, and the engine judges by it at once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import psycopg
import structlog

from services.alerts.judge import Judge
from services.domain.bypass_permit import BypassPermit
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange, Directory
from services.domain.point import Point
from services.domain.rule import LimitRule
from services.domain.suppression_rule import SuppressionRule
from services.store.book import BookReader

EVERY_S = 0.15
AFTER_CHANGE_S = 0.5
"""After a change the next look waits longer: while many points are registered one by one, they
come in together, and the book is written to disk once for all of them."""
AWAY_S = 1.0

_log = structlog.get_logger()


@dataclass(slots=True)
class BookFollower:
    """`loaded` once a book is there: from disk, or from the database."""

    reader: BookReader
    judge: Judge
    loaded: bool
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after the first look at the database, whatever it brought."""
    on_points: Callable[[Sequence[Point]], None] = lambda _: None
    """Told of points that are new or changed, once the engine knows them."""
    _compared: bool = False

    async def run(self) -> None:
        """Follow for ever; with the database away, judge by the book at hand."""
        away = False
        while True:
            try:
                change = await self.reader.poll(self.judge.engine.directory)
                if change is not None and not self._compared:
                    change = await self._compare(change)
            except psycopg.Error as fault:
                if not away:
                    _log.warning("cannot read the book: judging by the last one", fault=str(fault))
                away = True
                self.looked.set()
                await asyncio.sleep(AWAY_S)
                continue
            away = False
            if change is not None:
                self._take(change)
            self.looked.set()
            await asyncio.sleep(EVERY_S if change is None else AFTER_CHANGE_S)

    async def _compare(self, whole: BookChange) -> BookChange:
        """Beside the judging: a country's register takes its time."""
        directory, now = self.judge.engine.directory, self.judge.clock.now_ms()
        change = await asyncio.to_thread(difference, directory, whole, now)
        self._compared = True
        return change

    def _take(self, change: BookChange) -> None:
        self.judge.apply_book(change)
        self.on_points(change.points)
        self.loaded = True


def difference(directory: Directory, whole: BookChange, now: int) -> BookChange:
    """What a whole book brings to a directory that knows an older one.

    A point that the book has no more is removed; a version of a rule that it has no more, though
    its point is there, ended now.
    """
    kept = {point.id for point in whole.points}
    points = [each for each in whole.points if directory.by_id.get(each.id) != each]
    removed = [each for number, each in list(directory.by_id.items()) if number not in kept]
    rules = [each for each in whole.rules if not _has(directory, each)]
    ended = _ended(directory, whole, len(whole.rules) - len(rules), kept, now)
    gone = tuple(each for each in whole.gone_gateways if each.version > directory.version)
    return BookChange(
        whole.version,
        tuple(points),
        tuple(removed),
        (*rules, *ended),
        gone,
        _detectors(directory, whole, now),
        whole.shelving,
        tuple(directory.groups.changed(whole.groups)),
        _suppressions(directory, whole, now),
        _permits(directory, whole),
    )


def _has(directory: Directory, rule: LimitRule) -> bool:
    versions = directory.rules.get(rule.point_id, ())
    return any(each is rule or each == rule for each in versions)


def _ended(
    directory: Directory, whole: BookChange, same: int, kept: set[int], now: int
) -> list[LimitRule]:
    """The versions that the book has no more. Where all of ours are among its own, there are
    none, and a country's need not be looked for one by one."""
    known = list(directory.rules.values())
    if sum(map(len, known)) == same:
        return []
    present = {_key(rule) for rule in whole.rules}
    return [
        replace(rule, valid_to=now)
        for versions in known
        for rule in list(versions)
        if rule.point_id in kept and rule.valid_to is None and _key(rule) not in present
    ]


def _detectors(directory: Directory, whole: BookChange, now: int) -> tuple[DetectorRule, ...]:
    in_force = {(each.enterprise, each.id): each for each in whole.detectors if not each.valid_to}
    new = [each for key, each in in_force.items() if directory.detectors.get(key) != each]
    gone = [
        replace(each, valid_to=now)
        for key, each in directory.detectors.items()
        if key not in in_force
    ]
    return (*new, *gone)


def _suppressions(directory: Directory, whole: BookChange, now: int) -> tuple[SuppressionRule, ...]:
    """What went goes first: of a rule that an older backup brought back an older version comes."""
    known, told = directory.suppressions, {(r.enterprise, r.id): r for r in whole.suppressions}
    new = [each for key, each in told.items() if known.get(key) != each]
    gone = [replace(each, valid_to=now) for key, each in known.items() if told.get(key) != each]
    return (*gone, *new)


def _permits(directory: Directory, whole: BookChange) -> tuple[BypassPermit, ...]:
    known, told = directory.permits, {(p.enterprise, p.id): p for p in whole.permits}
    new = [each for key, each in told.items() if known.get(key) != each]
    gone = [replace(each, closed=True) for key, each in known.items() if key not in told]
    return (*new, *gone)


def _key(rule: LimitRule) -> tuple[int, str, int]:
    return rule.point_id, rule.id, rule.version
