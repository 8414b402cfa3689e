"""The objects of the map as they stand: grade by the worst alarm, risk by our index, and why."""

from dataclasses import dataclass, field
from typing import Any

from services.api.fence import area_of
from services.api.grades import Grades, SourceState
from services.api.map_object import Key, Layer, zones_of
from services.api.map_view import MapFeature, MapProperties, MapReason
from services.api.wording import Language, sentence
from services.api.wording_map import COLOURS, offline_text, unjudged_text
from services.api.wording_risk import calm_text, factor_text, unknown_text, unwatched_text
from services.domain.grade_tree import Mark
from services.domain.key_place import geometry_of
from services.domain.place import Position
from services.domain.risk import RiskIndex

Json = dict[str, Any]
_NOT_COUNTED = (None, None)
ALL = 2**31
"""More than there are."""
_Names = tuple[str | None, str | None, str | None]
"""Name, English name, kind."""


@dataclass(frozen=True, slots=True)
class _Risk:
    """A risk index, and the hazard source that it is of."""

    index: RiskIndex
    source: str


@dataclass(slots=True)
class Drawing:
    """Draws objects by the grades of one moment."""

    grades: Grades
    language: Language
    _states: dict[Key, SourceState] = field(default_factory=dict)
    _sources: dict[str, list[str]] | None = None
    _alarming: dict[str, list[tuple[Position, Mark]]] | None = None

    def feature(self, layer: Layer, key: Key) -> MapFeature | None:
        """An object as it stands; None: it is gone meanwhile."""
        match layer:
            case Layer.ENTERPRISE:
                return self._enterprise(key[0])
            case Layer.ZONE:
                return self._zone(key)
            case Layer.HAZARD_SOURCE:
                return self._source(key)
            case Layer.KEY_PLACE:
                return self._place(key)
            case Layer.POINT:
                return self._point(key)

    def _enterprise(self, code: str) -> MapFeature | None:
        register = self.grades.here.register
        known = register.enterprises.get(code)
        if known is None:
            return None
        risks = [_Risk(self._state((code, each)).risk, each) for each in self._sources_of(code)]
        worst = max(risks, key=lambda each: each.index.value, default=None)
        mark = self.grades.tree.enterprises.get((code,), Mark())
        return self._drawn(
            Layer.ENTERPRISE,
            (code, code),
            (known.name, known.name_en, None),
            known.file.get("area"),
            mark,
            risk=worst,
        )

    def _zone(self, key: Key) -> MapFeature | None:
        zone = zones_of(self.grades.here, key[0]).get(key[1])
        if zone is None:
            return None
        area, mark = area_of(zone["area"]), Mark()
        for position, alarming in self._alarming_in(key[0]):
            if area.contains(position):
                mark.join(alarming)
        names = (zone["name"], zone.get("name_en"), None)
        return self._drawn(Layer.ZONE, key, names, zone["area"], mark)

    def _source(self, key: Key) -> MapFeature:
        known, state = self.grades.here.register.hazard_sources.get(key), self._state(key)
        names: _Names = (None, None, None)
        geometry = None
        if known is not None:
            names = (known.name, known.name_en, known.unit_type)
            geometry = _spot(known.particulars.get("lon"), known.particulars.get("lat"))
        return self._drawn(
            Layer.HAZARD_SOURCE,
            key,
            names,
            geometry,
            state.mark,
            risk=_Risk(state.risk, key[1]),
            points=(state.sensors, state.online),
            watching=len(state.places),
            registered=known is not None,
        )

    def _place(self, key: Key) -> MapFeature | None:
        known = self.grades.here.register.key_places.get(*key)
        if known is None:
            return None
        state = self.grades.place(known)
        return self._drawn(
            Layer.KEY_PLACE,
            key,
            (known.name, known.name_en, known.kind),
            known.geometry,
            state.mark,
            points=(state.points, state.online),
            watching=state.watching,
        )

    def _point(self, key: Key) -> MapFeature | None:
        here = self.grades.here
        found = here.register.place(*key)
        if found is None:
            return None
        point = found.point
        counted = here.vitals.live and point.formula is None
        online = int(here.connectivity.is_online(point)) if counted else None
        judged = here.register.is_judged(*key, here.clock.now_ms())
        return self._drawn(
            Layer.POINT,
            key,
            (point.name, point.name_en, point.kind),
            _spot(found.lon, found.lat),
            self.grades.tree.points.get(key, Mark()),
            points=(1, online),
            judged=judged,
        )

    def _drawn(
        self,
        layer: Layer,
        key: Key,
        names: _Names,
        geometry: Json | None,
        mark: Mark,
        *,
        risk: _Risk | None = None,
        points: tuple[int | None, int | None] = _NOT_COUNTED,
        watching: int = 1,
        registered: bool = True,
        judged: bool = True,
    ) -> MapFeature:
        level = None if risk is None else risk.index.level
        properties = MapProperties(
            object=layer,
            enterprise=key[0],
            code=key[1],
            name=names[0],
            name_en=names[1],
            kind=names[2],
            registered=registered,
            grade=mark.grade,
            grade_colour=COLOURS.get(mark.grade or 0),
            risk_level=level,
            risk_colour=COLOURS.get(level or 0),
            risk_index=None if risk is None else risk.index.value,
            active=mark.active,
            off_board=mark.off_board,
            points=points[0],
            points_online=points[1],
            why=self._why(mark, risk, self._note(layer, points, watching, judged)),
        )
        name = key[0] if layer is Layer.ENTERPRISE else f"{key[0]}/{key[1]}"
        return MapFeature(f"{layer}/{name}", geometry, properties)

    def _why(self, mark: Mark, risk: _Risk | None, note: str | None) -> MapReason:
        worst = None if mark.worst is None else self.grades.here.replica.open.get(mark.worst.id)
        contributions = () if risk is None else risk.index.contributions
        return MapReason(
            alarm=None if mark.worst is None else mark.worst.id,
            grade=calm_text(self.language) if worst is None else sentence(worst, self.language),
            risk=[
                factor_text(each.factor, each.value, self.language)
                for each in contributions
                if each.value > 0
            ],
            risk_of=None if risk is None else risk.source,
            note=note,
        )

    def _note(
        self, layer: Layer, points: tuple[int | None, int | None], watching: int, judged: bool
    ) -> str | None:
        """What keeps the rest from being the whole truth."""
        if not self.grades.here.vitals.live:
            return unknown_text(self.language)
        if watching == 0:
            return unwatched_text(self.language)
        if not judged:
            return unjudged_text(self.language)
        return offline_text(self.language) if layer is Layer.POINT and not points[1] else None

    def _sources_of(self, enterprise: str) -> list[str]:
        if self._sources is None:
            self._sources = {}
            register = self.grades.here.register
            for owner, code in register.sources_after(("", ""), self.grades.scope, ALL):
                self._sources.setdefault(owner, []).append(code)
        return self._sources.get(enterprise, [])

    def _alarming_in(self, enterprise: str) -> list[tuple[Position, Mark]]:
        """The points of an enterprise that have alarms, where they stand."""
        if self._alarming is None:
            self._alarming = {}
            for (owner, tag), mark in self.grades.tree.points.items():
                place = self.grades.here.register.place(owner, tag)
                if place is not None and place.lon is not None and place.lat is not None:
                    spot = Position(place.lon, place.lat)
                    self._alarming.setdefault(owner, []).append((spot, mark))
        return self._alarming.get(enterprise, [])

    def _state(self, key: Key) -> SourceState:
        """Looked at once: of a hazard source, and of its enterprise."""
        if key not in self._states:
            known = self.grades.here.register.hazard_sources.get(key)
            self._states[key] = self.grades.named(*key, None if known is None else known.level)
        return self._states[key]


def _spot(lon: float | None, lat: float | None) -> Json | None:
    if lon is None or lat is None:
        return None
    return geometry_of(Position(lon, lat))
