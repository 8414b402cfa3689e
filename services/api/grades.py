"""How the park's hazard sources stand now: grades up the tree and risk indices, from the replica.

Nothing here asks the database, so it works while that is away.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.api.risk_body import weights_of
from services.api.window import Window
from services.domain.grade_tree import Bearing, GradeTree, Mark, Standing, bearing, grade_tree
from services.domain.point import PointKind
from services.domain.reading import Quality
from services.domain.risk import ActiveAlarm, RiskIndex, Situation, risk_index
from services.domain.subject import SubjectType
from services.store.hazard_source import HazardSource
from services.store.interlock import Interlock as Loop
from services.store.key_place import KeyPlace
from services.store.register import Place
from services.wire.bus import AlarmItem

SOURCE, PLACE = "hazard_source", "key_place"
"""The types of subjects that are a hazard source or a key place themselves."""


@dataclass(frozen=True, slots=True)
class Interlock:
    """An interlock as it stands: a loop of the register, or a point that is none's. The name of its
    state (None: unknown) and since when we know."""

    place: Place | None
    loop: Loop | None
    state: str | None
    at: int | None
    in_outage: bool
    is_out: bool
    """It does not protect: bypassed, removed or faulty, as the weights say, or not fitted though it
    has to be there. Not while its unit is shut down with approval."""


@dataclass(slots=True)
class SourceState:
    """A hazard source now: its points, its alarms that are not closed (gravest first), its mark in
    the tree and its risk. `online` of its `sensors`; None: no engine answers, so that nobody knows.
    """

    places: Sequence[Place]
    alarms: list[AlarmItem]
    mark: Mark
    interlocks: list[Interlock]
    online: int | None
    risk: RiskIndex

    @property
    def sensors(self) -> int:
        """Its points but for those that we compute."""
        return len(_sensors(self.places))


@dataclass(slots=True)
class PlaceState:
    """A key place now: the sensors that watch it, those of them that are online (None: no engine
    answers, so that nobody knows), its mark in the tree, and how many points watch it with those
    that we compute."""

    points: int
    online: int | None
    mark: Mark
    watching: int


@dataclass(slots=True)
class Grades:
    """The alarms that these enterprises have now (None: all), put in the tree once."""

    here: Window
    scope: frozenset[str] | None
    tree: GradeTree = field(init=False)
    _alarms: dict[tuple[str, str], list[tuple[AlarmItem, Standing]]] = field(init=False)

    def __post_init__(self) -> None:
        blind = _Blind(self.here)
        found = [
            (alarm, _standing(self.here, alarm, blind))
            for alarm in self.here.replica.open.values()
            if self.scope is None or alarm.enterprise in self.scope
        ]
        self.tree = grade_tree(standing for _, standing in found)
        self._alarms = defaultdict(list)
        for alarm, standing in found:
            for source in standing.hazard_sources:
                self._alarms[standing.enterprise, source].append((alarm, standing))

    def place(self, place: KeyPlace) -> PlaceState:
        """How a key place stands. A point of it that was removed is none any more."""
        register = self.here.register
        found = [register.place(place.enterprise, tag) for tag in place.points]
        watching = [each for each in found if each is not None]
        there = _sensors(watching)
        online = None
        if self.here.vitals.live:
            online = sum(self.here.connectivity.is_online(each.point) for each in there)
        mark = self.tree.places.get((place.enterprise, place.code), Mark())
        return PlaceState(len(there), online, mark, len(watching))

    def source(self, source: HazardSource) -> SourceState:
        """How a hazard source stands."""
        return self.named(source.enterprise, source.code, source.level)

    def named(self, enterprise: str, code: str, level: int | None = None) -> SourceState:
        """How a hazard source stands that perhaps only points name; `level`: of GB 18218."""
        here = self.here
        places = here.register.places_of_source(enterprise, code)
        pairs = self._alarms.get((enterprise, code), [])
        pairs = sorted(pairs, key=lambda pair: pair[1].weight)
        mark = self.tree.sources.get((enterprise, code), Mark())
        weights = weights_of(here.register.weights)
        interlocks = _interlocks(here, enterprise, code, places, weights.unprotected)
        online = None
        if here.vitals.live:
            online = sum(here.connectivity.is_online(each.point) for each in _sensors(places))
        situation = Situation(
            level=level,
            alarms=self._active(pairs),
            interlocks_out=sum(each.is_out for each in interlocks),
            online_rate=_rate(online, len(_sensors(places))),
            suppressed=mark.off_board,
        )
        alarms = [alarm for alarm, _ in pairs]
        return SourceState(places, alarms, mark, interlocks, online, risk_index(situation, weights))

    def _active(self, pairs: Sequence[tuple[AlarmItem, Standing]]) -> list[ActiveAlarm]:
        now = self.here.clock.now_ms()
        return [
            ActiveAlarm(each.grade, (now - each.raised_at) / 1000)
            for _, each in pairs
            if each.bearing is Bearing.ACTIVE
        ]


def _sensors(places: Iterable[Place]) -> list[Place]:
    """Those that can be online: what we compute ourselves nobody sends."""
    return [each for each in places if each.point.formula is None]


def _rate(online: int | None, points: int) -> float | None:
    """None where nobody knows: of a source without points nobody ever does."""
    return None if online is None or points == 0 else online / points


@dataclass(slots=True)
class _Blind:
    """Which hazard sources and key places nobody sees while a gateway, or a whole enterprise, is
    silent."""

    here: Window
    _sources: dict[str, list[str]] | None = None

    def of_enterprise(self, enterprise: str) -> tuple[str, ...]:
        """All of them."""
        if self._sources is None:
            self._sources = self.here.register.sources()
        return tuple(self._sources.get(enterprise, ()))

    def of_gateway(self, enterprise: str, gateway: str) -> tuple[str, ...]:
        """Those that have points behind it."""
        register = self.here.register
        return tuple(
            code
            for code in self.of_enterprise(enterprise)
            if any(
                place.point.gateway == gateway
                for place in register.places_of_source(enterprise, code)
            )
        )

    def places_of_gateway(self, enterprise: str, gateway: str) -> tuple[str, ...]:
        """The key places that points behind it watch."""
        register = self.here.register
        found = []
        for known in register.key_places.of(enterprise):
            places = (register.place(enterprise, tag) for tag in known.points)
            if any(each is not None and each.point.gateway == gateway for each in places):
                found.append(known.code)
        return tuple(found)


def _sources(here: Window, alarm: AlarmItem, place: Place | None, blind: _Blind) -> tuple[str, ...]:
    """The hazard sources that an alarm is of, by the register as it is now: what a loop's point
    says is of the loop's source, too."""
    match alarm.subject_type:
        case SubjectType.GATEWAY:
            return blind.of_gateway(alarm.enterprise, alarm.subject_id)
        case SubjectType.ENTERPRISE:
            return blind.of_enterprise(alarm.enterprise)
        case _ if alarm.subject_type == SOURCE:
            return (alarm.subject_id,)
    named = [alarm.hazard_source if place is None else place.point.hazard_source]
    if alarm.tag is not None:
        named.append(here.register.interlocks.source_shown(alarm.enterprise, alarm.tag))
    return tuple(dict.fromkeys(each for each in named if each is not None))


def _places(here: Window, alarm: AlarmItem, blind: _Blind) -> tuple[str, ...]:
    """The key places that an alarm is of, by the register as it is now."""
    match alarm.subject_type:
        case SubjectType.GATEWAY:
            return blind.places_of_gateway(alarm.enterprise, alarm.subject_id)
        case SubjectType.ENTERPRISE:
            return here.register.key_places.codes_of(alarm.enterprise)
        case _ if alarm.subject_type == PLACE:
            return (alarm.subject_id,)
    if alarm.tag is None:
        return ()
    return here.register.key_places.watched_by(alarm.enterprise, alarm.tag)


def _standing(here: Window, alarm: AlarmItem, blind: _Blind) -> Standing:
    """Where an alarm stands in the tree."""
    place = None if alarm.tag is None else here.register.place(alarm.enterprise, alarm.tag)
    return Standing(
        alarm.id,
        alarm.enterprise,
        alarm.grade,
        alarm.raised_at,
        bearing(
            alarm.state,
            latch=alarm.latch,
            historical=alarm.historical,
            exercise=alarm.exercise,
        ),
        alarm.tag,
        _sources(here, alarm, place, blind),
        None if place is None else place.equipment,
        _places(here, alarm, blind),
    )


def _interlocks(
    here: Window, enterprise: str, source: str, places: Sequence[Place], unprotected: frozenset[str]
) -> list[Interlock]:
    """The loops of a source, and its interlock points that show no loop's state; by tag."""
    register = here.register.interlocks
    loops = {each.tag: each for each in register.of_source(enterprise, source)}
    apart: list[Place] = []
    for place in places:
        if place.point.kind is not PointKind.INTERLOCK:
            continue
        loop = register.of_state(enterprise, place.point.tag)
        if loop is None:
            apart.append(place)
        elif loop.hazard_source is None:
            loops[loop.tag] = loop
    found = [_interlock(here, place, None, unprotected) for place in apart]
    for loop in loops.values():
        place_of = (
            None if loop.state_tag is None else here.register.place(enterprise, loop.state_tag)
        )
        found.append(_interlock(here, place_of, loop, unprotected))
    return sorted(found, key=_tag_of)


def _tag_of(interlock: Interlock) -> str:
    if interlock.loop is not None:
        return interlock.loop.tag
    return "" if interlock.place is None else interlock.place.point.tag


def _interlock(
    here: Window, place: Place | None, loop: Loop | None, unprotected: frozenset[str]
) -> Interlock:
    now = here.clock.now_ms()
    excused = loop is not None and here.register.interlocks.in_outage(
        loop.enterprise, loop.tag, now
    )
    newest = None if place is None else here.replica.values.get(place.point.id)
    at = None if newest is None else newest.t
    state = None
    if place is not None and newest is not None and newest.q != Quality.BAD:
        state = place.point.present(newest.v)
    name = state if isinstance(state, str) else None
    missing = loop is not None and not loop.fitted
    return Interlock(
        place, loop, name, at, excused, not excused and (missing or name in unprotected)
    )
