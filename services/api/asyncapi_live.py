"""What `asyncapi.yaml` says of the live push: the schemas of the structs that are sent."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from services.api.alarm_view import AlarmView, view
from services.api.live.hub import CHANGED_ACCOUNT
from services.api.live.message import (
    AlarmMessage,
    Columns,
    Floods,
    FloodView,
    Heartbeat,
    Recorded,
    Resync,
    ServerMessage,
    Snapshot,
    Values,
    encoded,
)
from services.api.prompt_close import CLOSE_S
from services.api.replica import Source
from services.api.routes.live import BAD_MESSAGE, TOO_OFTEN, Subscribe
from services.api.ticket import LIFETIME_S
from services.api.wording import Language
from services.domain.alarm import AlarmState, ClosedAs, EventKind
from services.domain.point import PointKind
from services.domain.rule import Condition, Direction
from services.wire.bus import AlarmItem

Json = dict[str, Any]

_TEMPLATE = "#/components/schemas/{name}"
_MESSAGES: dict[str, type[msgspec.Struct]] = {
    "snapshot": Snapshot,
    "alarm": AlarmMessage,
    "values": Values,
    "recorded": Recorded,
    "flood": Floods,
    "heartbeat": Heartbeat,
    "resync": Resync,
}
_NAMES: dict[type, dict[str, type[StrEnum]]] = {
    AlarmView: {
        "state": AlarmState,
        "closed_as": ClosedAs,
        "condition": Condition,
        "direction": Direction,
        "kind": PointKind,
    },
    AlarmMessage: {"event": EventKind},
    Heartbeat: {"snapshot_from": Source},
    Snapshot: {"snapshot_from": Source},
}
"""Text fields whose names are known today; more may come, so the schema does not close them."""


def part() -> Json:
    """The sections of the document that are about the live push."""
    return {
        "servers": {"live": _server()},
        "channels": {"live": _channel()},
        "operations": {
            "push": _operation("send", _MESSAGES),
            "subscribe": _operation("receive", ["subscribe"]),
        },
        "messages": _messages(),
        "schemas": _schemas(),
        "securitySchemes": {
            "ticket": {
                "type": "httpApiKey",
                "name": "ticket",
                "in": "query",
                "description": "From POST /api/v1/live/ticket: used once, within "
                f"{LIFETIME_S:.0f} s. Without one the handshake is answered with 403.",
            }
        },
    }


def _server() -> Json:
    return {
        "host": "127.0.0.1:8000",
        "protocol": "ws",
        "description": "The same address as REST; `wss` where it has a certificate.",
        "security": [{"$ref": "#/components/securitySchemes/ticket"}],
    }


def _channel() -> Json:
    query = {
        "type": "object",
        "required": ["ticket"],
        "properties": {
            "ticket": {"type": "string"},
            "lang": {"type": "string", "enum": [language.value for language in Language]},
        },
    }
    return {
        "address": "/api/v1/live",
        "description": "A snapshot first, then what changes. Close codes: "
        f"{CHANGED_ACCOUNT[0]} the account changed, sign in again; "
        f"{BAD_MESSAGE} a message of the client was not understood; "
        f"{TOO_OFTEN[0]} {TOO_OFTEN[1]} (not with `RATE_LIMIT=0`). A client that does not answer "
        f"our close frame within {CLOSE_S:g} s is cut.",
        "servers": [{"$ref": "#/servers/live"}],
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"} for name in (*_MESSAGES, "subscribe")
        },
        "bindings": {"ws": {"method": "GET", "query": query, "bindingVersion": "0.1.0"}},
    }


def _operation(action: str, names: Iterable[str]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/live"},
        "messages": [{"$ref": f"#/channels/live/messages/{name}"} for name in names],
    }


def _messages() -> Json:
    examples = _examples()
    found: Json = {
        name: {
            "summary": f"`type` = `{name}`",
            "payload": {"$ref": f"#/components/schemas/{struct.__name__}"},
            "examples": [{"name": name, "payload": msgspec.json.decode(encoded(examples[name]))}],
        }
        for name, struct in _MESSAGES.items()
    }
    wanted = Subscribe(type="subscribe", enterprises=["north-works"], points=True)
    found["subscribe"] = {
        "summary": "What this console wants to see",
        "description": "Answered with a snapshot. What may not be seen is left out without a word.",
        "payload": {"$ref": "#/components/schemas/Subscribe"},
        "examples": [{"name": "one-enterprise", "payload": wanted.model_dump()}],
    }
    return found


def _schemas() -> Json:
    _, found = msgspec.json.schema_components(_MESSAGES.values(), ref_template=_TEMPLATE)
    for schema in found.values():
        schema["description"] = " ".join(schema["description"].split())
    for moment in (name for name in AlarmView.__slots__ if name.endswith("_at")):
        found["AlarmView"]["properties"][moment]["format"] = "date-time"
    for owner, fields in _NAMES.items():
        for name, names in fields.items():
            known = ", ".join(f"`{each}`" for each in names)
            found[owner.__name__]["properties"][name]["description"] = f"So far: {known}."
    found["Heartbeat"]["properties"]["degraded"]["description"] = (
        "What does not work now: `broker` (nobody is heard, neither the field nor our own services), "
        "`engine` (no live alarms), `ingest` (readings wait in the broker), "
        "`database` (alarms go on, the record follows), "
        "`broker_store` (half full or more: see the field of this name), "
        "`database_store` (its room runs out: an alarm of enterprise `*` says how far); "
        "empty when all is well."
    )
    return found | {"Subscribe": Subscribe.model_json_schema()}


def _examples() -> dict[str, ServerMessage]:
    at = "2026-01-04T16:00:00.123Z"
    alarm = view(_alarm(), recorded=False, language=Language.EN)
    return {
        "snapshot": Snapshot(7, [alarm], Columns([5], [1767542400123], [55.0], [0]), Source.ENGINE),
        "alarm": AlarmMessage(8, EventKind.RAISED, at, alarm, None, None),
        "values": Values([5, 9], [1767542401123, 1767542401000], [54.5, "tripped"], [0, 0]),
        "recorded": Recorded([alarm.id]),
        "flood": Floods([FloodView(None, at, 23, 19, 21)]),
        "heartbeat": Heartbeat(at, at, at, [], Source.ENGINE),
        "resync": Resync(),
    }


def _alarm() -> AlarmItem:
    return AlarmItem(
        id="0f343b0931126a20f133d67c2b018a3b",
        enterprise="north-works",
        point_id=5,
        tag="GT-101",
        direction=Direction.HIGH,
        rule="17",
        rule_version=1,
        condition=Condition.HH,
        limit=50.0,
        grade=1,
        state=AlarmState.UNACKNOWLEDGED,
        value=55.0,
        raised_at=1767542400123,
        received_at=1767542400125,
        kind=PointKind.COMBUSTIBLE_GAS,
        unit="%LEL",
    )
