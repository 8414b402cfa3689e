"""Whatever rises, is shelved and is regrouped in whatever order: neighbours, ranks and votes are those
of a plain model, with and without a restart in between."""

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.engine import Action, Engine
from services.domain.alarm import Alarm
from services.domain.alarm_life import LifeEvent
from services.domain.detector_group import DetectorGroup, GroupKind
from services.domain.directory import BookChange
from tests.stories.park import GAS, Told, ms, rule
from tests.stories.rules import Ruled, detector
from tests.stories.test_first_out import plain

SOURCES = ("tanks", "tanks", "wharf", "wharf", None)
POINTS = [
    replace(GAS, id=40 + n, tag=f"GT-{n}", hazard_source=source) for n, source in enumerate(SOURCES)
]
KINDS = {"A": GroupKind.GAS, "B": GroupKind.MIXED, "P": GroupKind.REDUNDANT}
HIGH, LOW = 30.0, 1.0
REACHED, WINDOW_S = 20.0, 60

Members = dict[str, frozenset[int]]
"""Of each group the places of its points in POINTS."""

places = st.integers(0, len(POINTS) - 1)
regroupings = st.tuples(st.sampled_from(sorted(KINDS)), st.frozensets(places, max_size=3))


class Grouped(Ruled):
    """A park of these points, grouped anew at any time."""

    def regroup(self, code: str, members: frozenset[int]) -> Told:
        those = tuple(sorted(POINTS[n].id for n in members))
        group = DetectorGroup("acme", code, KINDS[code], those, removed=not members)
        change = BookChange(self.directory.version + 1, groups=(group,))
        return self.take(self.engine.apply_book(change, ms(self.now)))

    def of(self, place: int) -> Alarm | None:
        return next((each for each in self.open if each.tag == POINTS[place].tag), None)


def limited() -> Grouped:
    park = Grouped()
    for point in POINTS:
        park.directory.put(point)
        park.directory.put_rule(rule("H", 25, 4, point=point))
    park.engine = Engine(park.directory)
    return park


def are_neighbours(shelved: int, riser: int, groups: Members) -> bool:
    """In the words of the page: any common group; without one but a redundant one, the source."""
    if any(shelved in those and riser in those for those in groups.values()):
        return True
    alone = not any(shelved in groups.get(code, ()) for code in ("A", "B"))
    source = SOURCES[shelved]
    return alone and source is not None and source == SOURCES[riser]


reads = st.tuples(st.just("read"), places, st.sampled_from([HIGH, HIGH, LOW]))
actions = st.one_of(
    reads,
    reads,
    st.tuples(st.just("shelve"), places),
    st.tuples(st.just("shelve"), places),
    st.tuples(st.just("regroup"), regroupings),
    st.tuples(st.just("restart")),
)


@dataclass
class Neighbourhood:
    """What is beyond its limit, what is shelved until when, and what rose among whom."""

    groups: Members = field(default_factory=dict)
    up: set[int] = field(default_factory=set)
    shelved: dict[int, int] = field(default_factory=dict)
    rose: dict[tuple[str, ...], dict[str, tuple[int, tuple[str, ...]]]] = field(
        default_factory=dict
    )

    def second(self, now: int) -> None:
        self.shelved = {place: until for place, until in self.shelved.items() if until > now}

    def rises(self, place: int, value: float) -> bool:
        """A reading; whether an alarm begins with it."""
        if value == LOW:
            self.up.discard(place)
            return False
        begins = place not in self.up
        self.up.add(place)
        for other in [o for o in self.shelved if begins and o != place]:
            if are_neighbours(other, place, self.groups):
                del self.shelved[other]
        return begins


def read(park: Grouped, model: Neighbourhood, now: int, place: int, value: float) -> None:
    before = set(park.alarms)
    park.read(value, now, point=POINTS[place])
    if not model.rises(place, value):
        return
    (new,) = set(park.alarms) - before
    key = key_of(place, model.groups)
    if key is not None:
        model.rose.setdefault(key, {})[new] = (ms(now), (POINTS[place].tag,))


def shelve(park: Grouped, model: Neighbourhood, now: int, place: int) -> None:
    alarm = park.of(place)
    if alarm is None or place in model.shelved:
        return
    action = Action(LifeEvent.SHELVE, alarm.id, "wang", "test", 720)
    outcome, _, refused = park.engine.act(action, None, ms(now))
    assert refused == []
    park.take(outcome)
    model.shelved[place] = now + 720 * 60


@settings(max_examples=80, deadline=None)
@given(
    st.lists(regroupings, max_size=4),
    st.lists(st.tuples(st.integers(1, 200), actions), min_size=10, max_size=40),
)
def test_who_is_shelved_and_who_was_first_are_as_a_plain_model_has_it(
    begun: list[tuple[str, frozenset[int]]], told: list[tuple[int, tuple[object, ...]]]
) -> None:
    park, model, now = limited(), Neighbourhood(), 0
    for code, those in begun:
        park.regroup(code, those)
        model.groups[code] = those
    for pause, (what, *how) in told:
        now += pause
        park.wait(now)
        model.second(now)
        match what, how:
            case "read", [int(place), float(value)]:
                read(park, model, now, place, value)
            case "shelve", [int(place)]:
                shelve(park, model, now, place)
            case "regroup", [(str(code), frozenset() as members)]:
                park.regroup(code, members)
                model.groups[code] = members
            case _:
                park.restart()
        found = {n: park.of(n) for n in range(len(POINTS))}
        off = {n for n, alarm in found.items() if alarm is not None and alarm.off is not None}
        assert off == set(model.shelved)
    for alarms in model.rose.values():
        ranks = {identity: park.alarms[identity].first_out_rank for identity in alarms}
        assert ranks == plain(alarms)


def key_of(place: int, groups: Members) -> tuple[str, ...] | None:
    """Among whom its alarm is ranked."""
    code = next((code for code in ("A", "B") if place in groups.get(code, ())), None)
    if code is not None:
        return "group", code
    source = SOURCES[place]
    return None if source is None else ("source", source)


@dataclass
class Vote:
    """Two of a group within a minute; who joins is known by its newest value alone."""

    newest: dict[int, tuple[int, float]]
    members: frozenset[int] = frozenset()
    memories: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    stands: bool = False
    raised: int = 0

    @property
    def can_judge(self) -> bool:
        return 0 in self.members and len(self.members) >= 2

    def regroup(self, now: int, members: frozenset[int]) -> None:
        kept = self.memories if self.can_judge else {}
        self.members = members
        self.memories = {}
        if self.can_judge:
            self.memories = {n: kept.get(n, [self.newest[n]]) for n in members}
        self.look(now)

    def read(self, now: int, place: int, value: float) -> None:
        self.newest[place] = (now, value)
        if place in self.memories:
            self.memories[place].append((now, value))
        self.look(now)

    def look(self, now: int) -> None:
        if not self.can_judge:
            return
        active = sum(votes(memory, now) for memory in self.memories.values()) >= 2
        self.raised += active and not self.stands
        self.stands = active


def votes(memory: list[tuple[int, float]], now: int) -> bool:
    """A value holds until the next one, and its vote a window longer."""
    ends = [at for at, _ in memory[1:]] + [now + 1]
    return any(
        value >= REACHED and end > now - WINDOW_S
        for (_, value), end in zip(memory, ends, strict=True)
    )


changes = st.one_of(
    st.tuples(st.just("read"), places, st.sampled_from([HIGH, LOW])),
    st.tuples(st.just("regroup"), st.frozensets(places, max_size=5)),
    st.tuples(st.just("restart")),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 45), changes), max_size=30))
def test_a_vote_over_a_group_is_that_of_those_who_are_in_it(
    told: list[tuple[int, tuple[object, ...]]],
) -> None:
    park = Grouped()
    voting = detector("voting", POINTS[0], names=("GT-0",), needed=2, limit=REACHED, window_s=60.0)
    for point in POINTS:
        park.directory.put(point)
    park.directory.put_detector(replace(voting, group="A"))
    park.engine = Engine(park.directory)
    for point in POINTS:
        park.read(LOW, 0, point=point)
    model, now = Vote(dict.fromkeys(range(len(POINTS)), (0, LOW))), 0
    for pause, (what, *how) in told:
        for _ in range(pause):
            now += 1
            model.look(now)
        park.wait(now)
        match what, how:
            case "read", [int(place), float(value)]:
                park.read(value, now, point=POINTS[place])
                model.read(now, place, value)
            case "regroup", [frozenset() as members]:
                park.regroup("A", members)
                model.regroup(now, members)
            case _:
                park.restart()
        assert standing(park) == (model.stands, model.can_judge or not model.stands)
        lost = any(each.condition == "undetermined" and not each.cleared_at for each in park.open)
        assert lost is not model.can_judge
    rises = [t for t in park.said if t.event == "raised" and t.alarm.condition == "voting"]
    assert len(rises) == model.raised


def standing(park: Grouped) -> tuple[bool, bool]:
    """Whether the vote stands, and is judged."""
    found = [a for a in park.open if a.condition == "voting" and a.cleared_at is None]
    return bool(found), all(alarm.judged for alarm in found)
