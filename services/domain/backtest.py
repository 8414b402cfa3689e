"""A back-test: what other rules would have made of a stretch of the past, beside today's.

Both sets of rules judge the same readings from a quiet start, each as if it had been in force all
the time.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from services.domain.detector_kind import DetectorKind
from services.domain.detector_past import DetectorTrial, Spell, Watched, spells
from services.domain.detector_past import unmatched as unmatched_spells
from services.domain.detector_rule import Express
from services.domain.flood import Flood, floods
from services.domain.history import judge_history
from services.domain.occurrence import Occurrence
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.rule import Direction, LimitRule

SHOWN = 500
"""The most occurrences of a kind that are named; all are counted."""

Rules = tuple[LimitRule, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A point that is tried: the rules in force today, and those proposed."""

    point: Point
    today: Rules
    proposed: Rules


@dataclass(frozen=True, slots=True)
class Tried:
    """An occurrence of a point, by its worst level. Times in judging time, epoch ms.

    One of a rule that is more than a limit has no direction and no limit; its condition is the
    rule's kind, and `value` what was measured when it began (`detector_kind.MEASURES`).
    """

    enterprise: str
    tag: str
    direction: Direction | None
    condition: str
    grade: int
    limit: float | None
    value: float | None
    raised_at: int
    ended_at: int | None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What operators would have met: alarms by grade (1 first), and the floods among them."""

    alarms: int
    by_grade: tuple[int, int, int, int]
    floods: tuple[Flood, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a back-test found. `appears` and `vanishes` name the first ones; the counts are whole.

    `left_out`: readings too far ahead of our clock to be put in order with the others.
    """

    start: int
    end: int
    points: int
    readings: int
    left_out: int
    today: Load
    proposed: Load
    appearing: int
    vanishing: int
    appears: tuple[Tried, ...]
    vanishes: tuple[Tried, ...]


@dataclass(slots=True)
class Comparison:
    """Gathers what two sets of rules make of one point after the other."""

    _today: list[tuple[int, int]] = field(default_factory=list)
    _proposed: list[tuple[int, int]] = field(default_factory=list)
    _appears: list[Tried] = field(default_factory=list)
    _vanishes: list[Tried] = field(default_factory=list)
    _points: set[int] = field(default_factory=set)

    def add(self, trial: Trial, readings: Sequence[Reading]) -> None:
        """A point with its readings, or those of them that matter, in the order of judging."""
        today = _judged(trial.point, trial.today, readings)
        same = trial.today == trial.proposed
        proposed = today if same else _judged(trial.point, trial.proposed, readings)
        self._points.add(trial.point.id)
        self._today += [(each.raised_at, _worst_grade(each)) for each in today]
        self._proposed += [(each.raised_at, _worst_grade(each)) for each in proposed]
        if not same:
            self._appears += [tried(trial.point, each) for each in unmatched(proposed, today)]
            self._vanishes += [tried(trial.point, each) for each in unmatched(today, proposed)]

    def watch(
        self,
        trial: DetectorTrial,
        readings: Callable[[], Iterable[Reading]],
        until: int,
        express: Express,
    ) -> None:
        """A rule that is more than a limit, with all readings of its points in the order of
        judging (asked for once a pass); `until`: how far silence is known (epoch ms)."""
        today, proposed = trial.today, trial.proposed
        before = spells(today, readings(), until, express) if today else []
        after = before
        if today is None or not today.judges_as(proposed):
            after = spells(proposed, readings(), until, express) if proposed else []
        for watched, found, loads in (
            (today, before, self._today),
            (proposed, after, self._proposed),
        ):
            if watched is not None:
                self._points.add(watched.main.id)
                loads += [(each.raised_at, watched.rule.grade) for each in found]
        if proposed is not None:
            new = unmatched_spells(after, before)
            self._appears += [_tried_spell(proposed, each) for each in new]
        if today is not None:
            gone = unmatched_spells(before, after)
            self._vanishes += [_tried_spell(today, each) for each in gone]

    def result(self, start: int, end: int, readings: int, left_out: int) -> Backtest:
        """What was found between `start` and `end` (epoch ms)."""
        return Backtest(
            start,
            end,
            len(self._points),
            readings,
            left_out,
            _load(self._today, end),
            _load(self._proposed, end),
            len(self._appears),
            len(self._vanishes),
            _first(self._appears),
            _first(self._vanishes),
        )


def unmatched(these: Sequence[Occurrence], others: Sequence[Occurrence]) -> list[Occurrence]:
    """Those of a point's occurrences that overlap none of the others of their direction."""
    found: list[Occurrence] = []
    for direction in Direction:
        beside = sorted(
            (each for each in others if each.direction is direction), key=lambda o: o.raised_at
        )
        starts = [each.raised_at for each in beside]
        for one in (each for each in these if each.direction is direction):
            # Those of one direction follow each other: only its neighbours can overlap it.
            place = bisect_right(starts, one.raised_at)
            near = beside[max(0, place - 1) : place + 1]
            if not any(one.overlaps(each.raised_at, each.ended_at) for each in near):
                found.append(one)
    return found


def tried(point: Point, occurrence: Occurrence) -> Tried:
    """An occurrence as it is told: at its worst."""
    worst = max(occurrence.steps, key=lambda step: step.severity)
    return Tried(
        point.enterprise,
        point.tag,
        occurrence.direction,
        worst.condition,
        worst.grade,
        worst.limit,
        worst.value,
        occurrence.raised_at,
        occurrence.ended_at,
        worst.rule,
    )


def _tried_spell(watched: Watched, spell: Spell) -> Tried:
    main, rule = watched.main, watched.rule
    per_minute = 60.0 if rule.kind is DetectorKind.RATE else 1.0
    return Tried(
        main.enterprise,
        main.tag,
        None,
        rule.condition,
        rule.grade,
        None,
        None if spell.value is None else spell.value * per_minute,
        spell.raised_at,
        spell.ended_at,
        rule.id,
    )


def _judged(point: Point, rules: Rules, readings: Sequence[Reading]) -> tuple[Occurrence, ...]:
    return judge_history(point, lambda _at: rules, readings).occurrences if rules else ()


def _worst_grade(occurrence: Occurrence) -> int:
    return min(step.grade for step in occurrence.steps)


def _load(alarms: list[tuple[int, int]], end: int) -> Load:
    grades = [grade for _, grade in alarms]
    one, two, three, four = (grades.count(grade) for grade in (1, 2, 3, 4))
    times = sorted(at for at, _ in alarms)
    return Load(len(alarms), (one, two, three, four), tuple(floods(times, end)))


def _first(found: list[Tried]) -> tuple[Tried, ...]:
    ordered = sorted(found, key=lambda each: (each.raised_at, each.enterprise, each.tag))
    return tuple(ordered[:SHOWN])
