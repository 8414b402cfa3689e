"""A key place as outsiders see it."""

from dataclasses import dataclass
from typing import Any

from services.api.alarm_view import moment_text
from services.api.grades import PlaceState
from services.store.key_place import KeyPlace


@dataclass(frozen=True, slots=True)
class PlaceVersionView:
    """One version of a key place. `geometry` is GeoJSON (degrees, WGS 84); `points` the tags of its
    enterprise that watch it; `removed`: it was taken out of the register then."""

    enterprise: str
    code: str
    kind: str
    name: str
    name_en: str | None
    geometry: dict[str, Any]
    points: list[str]
    version: int
    removed: bool
    created_at: str
    valid_from: str
    valid_to: str | None
    changed_by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class PlaceView(PlaceVersionView):
    """A key place as it is: `grade` (1 red to 4 blue, of its worst active alarm `worst`; null:
    none), its active alarms and those off the board. `points_known`: the points of it that are
    registered now; `points_online` null: no engine answers, so that nobody knows."""

    grade: int | None
    worst: str | None
    active: int
    off_board: int
    points_known: int
    points_online: int | None


def place_version_view(place: KeyPlace) -> PlaceVersionView:
    """One version of it."""
    return PlaceVersionView(**_values(place))


def place_view(place: KeyPlace, state: PlaceState) -> PlaceView:
    """The version in force, with how it stands now."""
    mark = state.mark
    return PlaceView(
        **_values(place),
        grade=mark.grade,
        worst=None if mark.worst is None else mark.worst.id,
        active=mark.active,
        off_board=mark.off_board,
        points_known=state.points,
        points_online=state.online,
    )


def _values(place: KeyPlace) -> dict[str, Any]:
    return {
        "enterprise": place.enterprise,
        "code": place.code,
        "kind": place.kind,
        "name": place.name,
        "name_en": place.name_en,
        "geometry": place.geometry,
        "points": place.points,
        "version": place.version,
        "removed": place.removed,
        "created_at": moment_text(place.created_at),
        "valid_from": moment_text(place.valid_from),
        "valid_to": None if place.valid_to is None else moment_text(place.valid_to),
        "changed_by": place.changed_by,
        "reason": place.reason,
    }
