"""Sample values for the description: what each schema allows, as a park would send and get it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Json = Mapping[str, Any]
_MOMENT = "2026-01-04T16:00:00Z"
_DAY = "2026-01-04"
_DEEPEST = 8
"""Levels of objects in one sample; what lies deeper is left empty where it may be."""
_NAMED: dict[str, Sequence[object]] = {
    "access_token": ["eyJhbGciOiJIUzI1NiJ9.…"],
    "address": ["化工一路 8 号", "10.0.0.17"],
    "age_s": [0.8],
    "alarm": ["b7Xw2mQ9sLc4"],
    "approval": ["9f3c5a7e1b2d4c60"],
    "applied_by": ["zhang.min"],
    "action": ["关闭进料阀 XV-204", "close"],
    "bypass": ["4e1c9a70b3d25f86"],
    "cause": ["仪表校验"],
    "changed_by": ["zhang.min"],
    "client_id": [None],
    "code": ["north-works", "482913"],
    "condition": ["HH", "high"],
    "created_by": ["zhang.min"],
    "cursor": ["WzE3Njc1NDI0MDAxMjMsImI3WHcybVE5c0xjNCJd"],
    "decided_by": ["wang.fang"],
    "description": ["反应器超温联锁"],
    "detail": ["pw/v1/other/gw-1/telemetry"],
    "digest": ["5f1d0c7e" * 8],
    "enterprise": ["north-works"],
    "equipment": ["R-201"],
    "event": ["raised"],
    "expression": ["(t1 + t2) / 2.0"],
    "gateway": ["gw-1"],
    "grade": [2, "2"],
    "group": ["tank-farm"],
    "handover": ["9f3c5a7e1b2d4c609f3c5a7e1b2d4c60"],
    "hash": ["5f1d0c7e" * 8],
    "hazard_source": ["tank-farm"],
    "id": ["b7Xw2mQ9sLc4", 1042],
    "item": ["GT-101"],
    "key": ["pk_3fa9c2d1.…"],
    "kind": ["combustible_gas", "limit", "calibration"],
    "lat": [38.21],
    "limit": [25.0, 25],
    "loop": ["SIS-01"],
    "lon": [107.44],
    "minutes": [30],
    "name": ["北方化工", "GT-101"],
    "name_en": ["North Works"],
    "next": [None],
    "note": ["现场确认，已派人"],
    "otp": ["482913"],
    "password": ["a-long-Passphrase-7"],
    "payload": ['{"values":{"GT-101":"12.5"}}'],
    "period_s": [1.0],
    "permissions": [["see", "acknowledge"]],
    "phone": ["0512-5555 0101"],
    "points": [212, ["GT-101"]],
    "points_online": [209],
    "previous": ["00" * 32],
    "program": ["Parkwatch/1.0"],
    "quality": ["good"],
    "quantity_t": [5.0],
    "raised_at": [_MOMENT],
    "range_high": [100.0],
    "range_low": [0.0],
    "reason": ["季度校验"],
    "registered": [True],
    "role": ["operator"],
    "s": [6.4],
    "r": [58.2],
    "session": ["mT4vYw2KqLz8RbNc6HxE1g"],
    "sil": [2],
    "state": ["unacknowledged", "in_service", "open"],
    "substance": ["74-82-8"],
    "tag": ["GT-101"],
    "text": ["GT-101 罐区: 27.5 %LEL at the high limit of 25 %LEL"],
    "title": ["Parkwatch"],
    "token_type": ["bearer"],
    "topic": ["pw/v1/north-works/gw-1/telemetry"],
    "type": ["Point"],
    "unit": ["%LEL"],
    "username": ["li.wei"],
    "value": [27.5, "tripped"],
    "version": [3],
    "zone": ["A"],
}
"""By the name of a field, the first that its schema allows."""


class Samples:
    """Samples of the schemas of one description."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def whole(self, schema: Json) -> Any:
        """A sample of an answer: every field it may have."""
        return self._sample(schema, "", everything=True, depth=0)

    def least(self, schema: Json) -> Any:
        """A sample of a body: what must be sent, or what its schema gives as an example."""
        return self._sample(schema, "", everything=False, depth=0)

    def named(self, schema: Json, name: str) -> Any:
        """A sample of a parameter or field of this name."""
        return self._sample(schema, name, everything=False, depth=0)

    def resolved(self, schema: Json) -> Json:
        """The schema that a reference leads to."""
        while "$ref" in schema:
            schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def fields(self, schema: Json) -> Iterator[str]:
        """The fields of an object, of every kind that it may be; of a list, of its items."""
        known = self.resolved(schema)
        yield from known.get("properties", ())
        inner = [*(known.get("anyOf") or known.get("oneOf") or ()), known.get("items")]
        for each in filter(None, inner):
            yield from self.fields(each)

    def _sample(self, schema: Json, name: str, everything: bool, depth: int) -> Any:
        known = self.resolved(schema)
        for given in known.get("examples", ()):
            if not isinstance(given, Mapping) or given.keys() >= set(known.get("required", ())):
                return given  # else one of a body that this is an answer to
        if "const" in known:
            return known["const"]
        branches = known.get("anyOf") or known.get("oneOf")
        if branches is not None:
            return self._branch(branches, name, everything, depth)
        for each in _NAMED.get(name, ()):
            if _fits(each, known):
                return each
        if "enum" in known:
            return known["enum"][0]
        return self._by_type(known, name, everything, depth)

    def _branch(self, branches: Sequence[Json], name: str, everything: bool, depth: int) -> Any:
        """Of several a named value's, else the first that is not null."""
        resolved = [self.resolved(each) for each in branches]
        for value in _NAMED.get(name, ()):
            if any(_fits(value, each) for each in resolved):
                return value
        plain = [each for each in branches if self.resolved(each).get("type") != "null"]
        if depth >= _DEEPEST and len(plain) < len(branches):
            return None
        return self._sample(plain[0], name, everything, depth)

    def _by_type(self, schema: Json, name: str, everything: bool, depth: int) -> Any:
        match schema.get("type"):
            case "object":
                return self._object(schema, everything, depth)
            case "array":
                return self._array(schema, name, everything, depth)
            case "string":
                return _text(schema, name)
            case "integer" | "number":
                return _number(schema)
            case "boolean":
                return bool(schema.get("default", False))
            case _:
                return None

    def _object(self, schema: Json, everything: bool, depth: int) -> dict[str, Any]:
        fields = schema.get("properties", {})
        needed = schema.get("required", ())
        return {
            name: self._sample(each, name, everything, depth + 1)
            for name, each in fields.items()
            if everything or name in needed
        }

    def _array(self, schema: Json, name: str, everything: bool, depth: int) -> list[Any]:
        tuples = schema.get("prefixItems")
        if tuples is not None:
            return [self._sample(each, name, everything, depth + 1) for each in tuples]
        if depth >= _DEEPEST and not schema.get("minItems"):
            return []
        one = self._sample(schema.get("items", {}), name.removesuffix("s"), everything, depth + 1)
        return [one] * max(1, schema.get("minItems", 1))


def _fits(value: object, schema: Json) -> bool:
    """Whether a plain value has the type of a schema and lies within its bounds."""
    if "enum" in schema:
        return value in schema["enum"]
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
        "null": (type(None),), "array": (list,), "object": (dict,),
    }  # fmt: skip
    kind = schema.get("type")
    if not isinstance(kind, str) or isinstance(value, bool) is not (kind == "boolean"):
        return False
    if not isinstance(value, kinds[kind]) or "const" in schema:
        return False
    if isinstance(value, str):
        sized = schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        written = re.search(schema.get("pattern", ""), value) is not None
        return sized and written and "format" not in schema
    if isinstance(value, int | float):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return not isinstance(value, list) or _fits_all(value, schema.get("items", {}))


def _fits_all(values: Sequence[object], items: Json) -> bool:
    return "$ref" not in items and all(_fits(each, items) for each in values)


def _text(schema: Json, name: str) -> str:
    match schema.get("format"):
        case "date-time":
            return _MOMENT
        case "date":
            return _DAY
        case _ if name.endswith("_at"):
            return _MOMENT
        case _ if name.endswith("_on"):
            return _DAY
        case _:
            return "sample".ljust(int(schema.get("minLength", 0)), "-")


def _number(schema: Json) -> int | float:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    if low is None:
        return int(schema.get("default", 0) or 0)
    return int(low) + (1 if "exclusiveMinimum" in schema else 0)
