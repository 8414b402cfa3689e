"""What is on the four-colour map: its objects in their one order, found a page at a time."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from heapq import nsmallest
from itertools import islice
from typing import Any

from services.api.window import Window
from services.domain.drill import is_twin
from services.store.register import Place

Key = tuple[str, str]
"""Enterprise, and what the object is called in it; of an enterprise itself an empty text."""
Spot = tuple[int, str, str]
"""A place in the order of the map: the layer's number, and the key in it."""


class Layer(StrEnum):
    """The kinds of object, the widest first: what is drawn later lies above."""

    ENTERPRISE = "enterprise"
    ZONE = "zone"
    HAZARD_SOURCE = "hazard_source"
    KEY_PLACE = "key_place"
    POINT = "point"


LAYERS = tuple(Layer)


def objects_after(
    here: Window,
    scope: frozenset[str] | None,
    layers: Sequence[Layer],
    after: Spot | None,
    limit: int,
) -> list[tuple[Layer, Key]]:
    """Objects of these layers and enterprises (None: all) in the map's order, after one of them.

    Points without a position are on no map; everything else is, with or without a geometry.
    """
    found: list[tuple[Layer, Key]] = []
    for number, layer in enumerate(LAYERS):
        if layer not in layers or (after is not None and number < after[0]):
            continue
        begin = (after[1], after[2]) if after is not None and number == after[0] else ("", "")
        if layer is Layer.ENTERPRISE and begin == ("", ""):
            begin = ("", "\x00")
        wanted = limit - len(found)
        found += [(layer, key) for key in islice(_keys(here, scope, layer, begin, wanted), wanted)]
        if len(found) == limit:
            break
    return found


def zones_of(here: Window, enterprise: str) -> dict[str, dict[str, Any]]:
    """The zones of an enterprise's file that have an area, by code."""
    known = here.register.enterprises.get(enterprise)
    zones = [] if known is None else known.file.get("zones", [])
    return {zone["code"]: zone for zone in zones if zone.get("area") is not None}


def _keys(
    here: Window, scope: frozenset[str] | None, layer: Layer, after: Key, limit: int
) -> Iterator[Key]:
    register = here.register

    def fits(place: Place) -> bool:
        seen = scope is None or place.point.enterprise in scope
        return seen and place.lon is not None and place.lat is not None

    field = (each for each in register.enterprises if not is_twin(each))
    codes = [each for each in field if scope is None or each in scope]
    match layer:
        case Layer.POINT:
            begin, last = after, None
            if scope is not None:
                begin, last = max(after, (min(scope, default=""), "")), max(scope, default="")
            for place in register.places_after(begin, fits, limit, last):
                yield place.point.enterprise, place.point.tag
            return
        case Layer.HAZARD_SOURCE:
            yield from register.sources_after(after, scope, limit)
            return
        case Layer.KEY_PLACE:
            for known in register.key_places.after(after, scope, limit):
                yield known.enterprise, known.code
            return
        case Layer.ENTERPRISE:
            keys: Iterator[Key] = ((code, "") for code in codes)
        case Layer.ZONE:
            keys = ((code, zone) for code in codes for zone in zones_of(here, code))
    yield from nsmallest(limit, (key for key in keys if key > after))
