"""All derived points at work: fed from the deliveries, what they read handed out to be published.

Of a delivery each instant is computed once, and a derived point after those that it is made of, so
it makes no difference how deliveries are cut into steps: told again, they lead to the same readings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

import msgspec
import structlog

from services.domain.derived import Derivation, Evaluate, Occasion, Value
from services.domain.detector_course import FAULTS
from services.domain.directory import BookChange, Directory
from services.domain.ear import Ear
from services.domain.formula import Formula
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.told import Said, Told
from services.domain.trace import MOST_KEPT, Trace, instant
from services.wire.expression import BadExpression
from services.wire.formula import compile_formula

LOOK_MS = 1_000
MOST_READINGS = 300_000
"""Of the traces of all inputs together; each keeps its part of it, two at least."""

_log = structlog.get_logger()


class SavedDerivations(msgspec.Struct, frozen=True, array_like=True):
    """What all inputs and derived points read of late, the oldest of each first; `since`: of each
    derived point up to when its instants count as taken (None: of none)."""

    newest: list[Reading] = []
    said: list[tuple[int, Said]] = []
    since: list[tuple[int, int | None]] = []


class Derivations:
    """`fallback` finds the newest reading of an input that was not heard by us: it is asked once
    and again until there is one."""

    def __init__(
        self, directory: Directory, fallback: Callable[[int], Reading | None] = lambda _: None
    ) -> None:
        self._directory = directory
        self._fallback = fallback
        self._ear = Ear()
        self._looked = 0
        self._traces: dict[int, Trace] = {}
        self._heard: dict[int, int] = {}
        self._by_id: dict[int, Derivation] = {}
        self._of_input: dict[int, list[Derivation]] = {}
        self._rank: dict[int, int] = {}
        self._build({point.enterprise for point in directory.derived.values()})

    @property
    def watched(self) -> set[int]:
        """The inputs of all of them."""
        return set(self._of_input)

    def take(self, readings: Sequence[Reading]) -> list[Reading]:
        """The readings of one delivery; those of derived points that follow."""
        of_input = self._of_input
        if not of_input:
            return []
        mine = [each for each in readings if each.point_id in of_input]
        mine.sort(key=_order)
        found: list[Reading] = []
        for at, together in groupby(mine, key=instant):
            found += self._compute(at, [each for each in together if self._learn(each)])
        return found

    def pass_time(self, now: int, hearing: bool) -> list[Reading]:
        """Time passes (`hearing`: in which we could hear the field): what is not to be trusted any
        more, because an input fell silent. Looked at once a second."""
        self._ear.listen(now, hearing)
        if 0 <= now - self._looked < LOOK_MS:
            return []
        self._looked = now
        found: list[Reading] = []
        for number, derivation in self._by_id.items():
            said = derivation.fall_silent(self._newest_of, self._heard, self._ear.at)
            if said is None:
                continue
            found.append(Reading(number, said.at, now, said.value, said.quality))
            if number in self._of_input and self._learn(found[-1]):
                found += self._compute(said.at, found[-1:])
        return found

    def follow(self, change: BookChange) -> None:
        """The book has changed, and the directory with it."""
        touched = {point.enterprise for point in (*change.points, *change.removed_points)}
        known = {each.point.enterprise for each in self._by_id.values()}
        known |= {point.enterprise for point in self._directory.derived.values()}
        if touched & known:
            self._build(touched & known)

    def remember(self, readings: Iterable[Reading], said: Iterable[Reading]) -> None:
        """Recovery: what was heard since the snapshot, and what was made of it."""
        for reading in readings:
            if reading.point_id in self._of_input:
                self._learn(reading)
        for reading in said:
            derivation = self._by_id.get(reading.point_id)
            if derivation is not None:
                derivation.remember(Said(reading.measured_at, reading.value, reading.quality))
            if reading.point_id in self._of_input:
                self._learn(reading)

    def traced(self) -> int:
        """How many readings of inputs are kept."""
        return sum(map(len, self._traces.values()))

    def save(self) -> SavedDerivations:
        """All of it, for `load`."""
        said = [(number, each) for number, d in self._by_id.items() for each in d.told.said]
        since = [(number, derivation.told.since) for number, derivation in self._by_id.items()]
        traces = (trace.readings for trace in self._traces.values())
        return SavedDerivations([each for readings in traces for each in readings], said, since)

    def load(self, saved: SavedDerivations | None) -> None:
        """As it was saved."""
        if saved is None:
            return
        for number, said in saved.said:
            if number in self._by_id:
                self._by_id[number].remember(said)
        since = dict(saved.since)
        for number in {number for number, _ in saved.said} & set(self._by_id):
            if number in since:
                self._by_id[number].told.since = since[number]
            else:
                self._by_id[number].told.close()
        for reading in saved.newest:
            if reading.point_id in self._of_input:
                self._learn(reading)

    def _learn(self, reading: Reading) -> bool:
        """Whether it tells something new of its input."""
        trace = self._traces[reading.point_id]
        if not trace.learn(reading):
            return False
        if trace.newest is reading:
            self._heard[reading.point_id] = self._ear.at
        return True

    def _compute(self, at: int, learned: Sequence[Reading]) -> list[Reading]:
        """What all derived points read that inputs read at an instant. One made of another has as
        many occasions as that one has told."""
        waiting: dict[int, dict[int, bool]] = {}
        done: set[int] = set()
        found: list[Reading] = []
        received_at = max((each.received_at for each in learned), default=0)
        for each in learned:
            self._await(each, at, waiting, done)
        while waiting:
            number = min(waiting, key=self._rank.__getitem__)
            occasions = waiting.pop(number)
            done.add(number)
            for when in sorted(occasions):
                occasion = Occasion(when, received_at, occasions[when])
                for reading in self._say(self._by_id[number], occasion):
                    found.append(reading)
                    if number in self._of_input and self._learn(reading):
                        self._await(reading, reading.measured_at, waiting, done)
        return found

    def _await(
        self, reading: Reading, at: int, waiting: dict[int, dict[int, bool]], done: set[int]
    ) -> None:
        """Those that are made of its point are to be computed."""
        is_news = self._traces[reading.point_id].newest is reading
        for derivation in self._of_input[reading.point_id]:
            if derivation.point.id not in done:
                occasions = waiting.setdefault(derivation.point.id, {})
                occasions[at] = occasions.get(at, False) or is_news

    def _say(self, derivation: Derivation, occasion: Occasion) -> list[Reading]:
        self._recall_last(derivation)
        said = derivation.say(occasion, self._newest_of, self._as_of)
        number, now = derivation.point.id, occasion.now
        return [Reading(number, each.at, now, each.value, each.quality) for each in said]

    def _newest_of(self, point_id: int) -> Reading | None:
        known = self._traces[point_id].newest
        if known is None and (known := self._fallback(point_id)) is not None:
            self._learn(known)
        return known

    def _as_of(self, point_id: int, at: int) -> Reading | None:
        self._newest_of(point_id)
        return self._traces[point_id].as_of(at)

    def _recall_last(self, derivation: Derivation) -> None:
        """Of a point that we know nothing of yet: what was heard of it, or is on record."""
        known = None if derivation.last else self._fallback(derivation.point.id)
        if known is not None:
            derivation.remember(Said(known.measured_at, known.value, known.quality))
            derivation.told.close()

    def _build(self, enterprises: set[str]) -> None:
        """Make those of some enterprises anew; the others stay as they are."""
        before, self._by_id = self._by_id, {}
        for number, known in before.items():
            if known.point.enterprise not in enterprises:
                self._by_id[number] = known
        for point in self._directory.derived.values():
            if point.enterprise in enterprises and point.formula is not None:
                self._by_id[point.id] = self._made(point, point.formula, before.get(point.id))
        self._of_input = {}
        for derivation in self._by_id.values():
            for each in {point.id for point in derivation.inputs.values()}:
                self._of_input.setdefault(each, []).append(derivation)
        room = max(2, min(MOST_KEPT, MOST_READINGS // max(1, len(self._of_input))))
        self._traces = {id_: self._traces.get(id_, Trace()) for id_ in self._of_input}
        for trace in self._traces.values():
            trace.room = room
        self._heard = {id_: at for id_, at in self._heard.items() if id_ in self._of_input}
        self._rank = _ranks(self._by_id)

    def _made(self, point: Point, formula: Formula, before: Derivation | None) -> Derivation:
        find = self._directory.find
        found = {name: find(point.enterprise, tag) for name, tag in formula.inputs}
        inputs = {name: each for name, each in found.items() if each is not None}
        told = Told() if before is None else before.told
        if before is not None and (before.formula, before.inputs) == (formula, inputs):
            return Derivation(point, formula, inputs, before.evaluate, told)
        told.close()
        evaluate = _compiled(point, formula, inputs) if len(inputs) == len(found) else None
        return Derivation(point, formula, inputs, evaluate, told)


def _compiled(point: Point, formula: Formula, inputs: Mapping[str, Point]) -> Evaluate | None:
    """None for a formula that cannot be computed: its point reads bad, which is seen."""
    try:
        compiled = compile_formula(formula.expression, inputs)
    except BadExpression as fault:
        _log.warning("a derived point cannot be computed", point=point.id, fault=str(fault))
        return None

    def evaluate(values: Mapping[str, Value]) -> float | None:
        try:
            return compiled(values)
        except FAULTS:
            return None

    return evaluate


def _ranks(derivations: Mapping[int, Derivation]) -> dict[int, int]:
    """How many others each rests on, one upon the other. In a circle, which the register refuses,
    nobody comes first."""
    ranks: dict[int, int] = {}
    for _ in range(len(derivations)):
        before = dict(ranks)
        for number, each in derivations.items():
            below = (ranks.get(p.id, 0) + 1 for p in each.inputs.values() if p.id in derivations)
            ranks[number] = max(below, default=0)
        if ranks == before:
            break
    return ranks


def _order(reading: Reading) -> tuple[int, int, int]:
    return instant(reading), reading.point_id, reading.received_at
