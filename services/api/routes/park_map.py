"""The four-colour map: every object of the park with its geometry, its colours, and why."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from fastapi import Query, Request, Response
from fastapi.responses import JSONResponse

from services.api.alarm_view import time_text
from services.api.asking import (
    Cursor,
    Here,
    Limit,
    Reader,
    Registered,
    Spoken,
    Word,
    make_cursor,
    narrowed,
    read_cursor,
)
from services.api.grades import Grades
from services.api.late_route import LateRouter
from services.api.map_feature import Drawing
from services.api.map_object import LAYERS, Layer, objects_after
from services.api.map_view import FourColourMap, MapLegend
from services.api.text import Code
from services.api.unchanged import TAGGED, tagged
from services.api.wording_map import grade_legend, risk_legend

router = LateRouter(prefix="/map", tags=["places"], dependencies=[Registered])
MEDIA_TYPE = "application/geo+json"
SLICE = 50
"""Objects drawn before others get their turn."""
LayerNumber = Annotated[int, msgspec.Meta(ge=0, lt=len(LAYERS))]
Layers = Annotated[
    list[Layer] | None, Query(max_length=len(LAYERS), description="By default all of them")
]


class GeoJson(JSONResponse):
    """What a map is sent as."""

    media_type = MEDIA_TYPE


@router.get("", response_model=FourColourMap, response_class=GeoJson, responses=TAGGED)
async def get_map(
    request: Request,
    here: Here,
    principal: Reader,
    language: Spoken,
    enterprise: Annotated[Code | None, Query()] = None,
    layer: Layers = None,
    limit: Limit = 500,
    cursor: Cursor = None,
) -> Response:
    """Every object with its geometry, its grade and its risk now, and why, as GeoJSON; from the live
    state, also while the database is away. Its tag (ETag) is over geometries, grades, alarms, risk
    levels and configuration; risk indices and who is online may differ under the same tag."""
    scope = narrowed(principal, enterprise)
    after = read_cursor(cursor, tuple[LayerNumber, Word, Word])
    found = objects_after(here, scope, layer or LAYERS, after, limit + 1)
    drawing, features = Drawing(Grades(here, scope), language), []
    for number, (kind, key) in enumerate(found[:limit]):
        feature = drawing.feature(kind, key)
        if feature is not None:
            features.append(feature)
        if number % SLICE == SLICE - 1:
            await asyncio.sleep(0)
    following = None
    if len(found) > limit:
        kind, key = found[limit - 1]
        following = make_cursor([LAYERS.index(kind), *key])
    body = FourColourMap(
        features,
        following,
        MapLegend(grade_legend(language), risk_legend(language)),
        here.vitals.live,
        time_text(here.clock.now_ms()),
    )
    response = tagged(request, body, _lasting(asdict(body)) | {"language": language})
    if response.status_code == 200:
        response.headers["Content-Type"] = MEDIA_TYPE
    return response


def _lasting(body: dict[str, Any]) -> dict[str, Any]:
    """All of it without what changes by itself from one second to the next."""
    del body["at"]
    for feature in body["features"]:
        properties = feature["properties"]
        del properties["risk_index"], properties["points_online"], properties["why"]["risk"]
    return body
