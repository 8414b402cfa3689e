"""What `asyncapi.yaml` says of MQTT: what gateways publish, and what is announced for later."""

from typing import Any

from services.api import asyncapi_formats
from services.api.text import CODE
from services.domain.ledger import HOLES_MOST, TOLD_MOST
from services.domain.reading import Quality
from services.wire.telemetry import BOOT_LIMIT, PAYLOAD_LIMIT, STATE_LIMIT, TAG_LIMIT

Json = dict[str, Any]

_PREFIX = "pw/v1/{enterprise}/{gateway}"
_LATER = {"x-parkwatch-status": "announced"}
_SAFE = 2**63 - 1


def part() -> Json:
    """The sections of the document that are about MQTT."""
    return {
        "servers": {"field": _server()},
        "channels": _channels(),
        "operations": _operations(),
        "messages": _messages(),
        "schemas": _schemas(),
        "securitySchemes": {
            "gateway": {
                "type": "userPassword",
                "description": "Issued once, when the gateway is registered (POST "
                "/api/v1/enterprises/{code}/gateways), and valid at once. Where the park sets "
                "`MQTT_DEVICE_CA`, a certificate is shown beside it, with the user name as a DNS name.",
            }
        },
    }


def _server() -> Json:
    return {
        "host": "127.0.0.1:1883",
        "protocol": "mqtt",
        "protocolVersion": "3.1.1",
        "description": "QoS 1 expected, QoS 0 taken. A gateway may publish only one level below "
        "its own prefix; any leaf not named here is a dead letter. A payload over "
        f"{PAYLOAD_LIMIT // 1024} KiB is a dead letter; over 1 MiB the broker cuts the connection.",
        "security": [{"$ref": "#/components/securitySchemes/gateway"}],
    }


def _channel(address: str, message: str, says: str, **more: Any) -> Json:
    names = {"enterprise": "The enterprise's code", "gateway": "The gateway's code"}
    return {
        "address": address,
        "description": says,
        "servers": [{"$ref": "#/servers/field"}],
        "parameters": {
            name: {"description": f"{text}: {CODE}", "examples": [example]}
            for (name, text), example in zip(names.items(), ("north-works", "gw-1"), strict=True)
        },
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        **more,
    }


def _channels() -> Json:
    found = {
        "telemetry": _channel(
            f"{_PREFIX}/telemetry",
            "telemetry",
            "Readings in our own JSON. A retained one is read as nothing.",
        ),
        "state": _channel(
            f"{_PREFIX}/state",
            "state",
            "Whether the gateway is online; retained, and the gateway's will says false.",
        ),
        "ack": _channel(
            "pw/down/v1/{enterprise}/{gateway}/ack",
            "ack",
            "For gateways that send `boot` and `seq`: after the commit, at most once a second. "
            "It is a help, not a promise: the next one says it all again.",
        ),
    }
    for leaf, says in asyncapi_formats.SAYS.items():
        found[leaf] = _channel(f"{_PREFIX}/{leaf}", leaf, says)
    return found


def _operations() -> Json:
    said = {name: _operation("receive", name, 1) for name in ("telemetry", "state")}
    said["state"]["bindings"]["mqtt"]["retain"] = True
    said["ack"] = _operation("send", "ack", 0)
    for leaf in asyncapi_formats.SAYS:
        said[leaf] = _operation("receive", leaf, 1)
    return said


def _operation(action: str, name: str, qos: int) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "bindings": {"mqtt": {"qos": qos, "bindingVersion": "0.2.0"}},
    }


def _messages() -> Json:
    found: Json = {
        "telemetry": {
            "summary": "One message, or an array of them",
            "description": "One bad value does not spoil its neighbours: it is kept as a dead "
            "letter with the reason, and the others are read.",
            "payload": {"$ref": "#/components/schemas/Telemetry"},
            "examples": [{"name": name, "payload": payload} for name, payload in TELEMETRY.items()],
        },
        "state": {
            "summary": "Online or not",
            "payload": {"$ref": "#/components/schemas/GatewayState"},
            "examples": [{"name": name, "payload": payload} for name, payload in STATE.items()],
        },
        "ack": {
            "summary": "What is stored, and what is missing",
            "payload": {"$ref": "#/components/schemas/Ack"},
            "examples": [
                {"name": "gap", "payload": {"boot": "f3a9", "seq": 42, "missing": [[17, 19]]}}
            ],
        },
    }
    return found | asyncapi_formats.messages()


TELEMETRY: Json = {
    "typical": {
        "ts": 1767542400123,
        "boot": "f3a9",
        "seq": 42,
        "values": {"GT-101": 12.5, "TI-1009": {"v": 120.4, "q": "good"}, "ESD-301": "tripped"},
    },
    "least": {"values": {"GT-101": 12.5}},
    "array": [
        {"ts": "2026-01-04T16:00:00Z", "values": {"GT-101": 12.5}},
        {"ts": "2026-01-05T00:00:01.250+08:00", "values": {"FAN-1": True, "PT-7": None}},
    ],
    "own-times": {
        "values": {
            "GT-101": {"v": 12.5, "ts": 1767542400123},
            "GT-102": {"v": None, "q": "bad", "ts": 1767542400456},
        }
    },
}
STATE: Json = {
    "online": {"online": True, "ts": 1767542400123},
    "will": {"online": False},
}


def _schemas() -> Json:
    message = {
        "type": "object",
        "required": ["values"],
        "properties": {
            "ts": {
                "$ref": "#/components/schemas/Time",
                "description": "Of all values that have none of their own.",
            },
            "boot": {
                "type": ["string", "integer", "null"],
                "minLength": 1,
                "maxLength": BOOT_LIMIT,
                "minimum": 0,
                "maximum": _SAFE,
                "description": "Another one at each start of the gateway.",
            },
            "seq": {
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": _SAFE,
                "description": "Counts the gateway's messages since `boot`.",
            },
            "exercise": {
                "type": "boolean",
                "description": "It is said in a drill. For people: what is an exercise is decided by "
                "whose gateway it is, so that no message can hide an alarm.",
            },
            "values": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"minLength": 1, "maxLength": TAG_LIMIT},
                "additionalProperties": {"$ref": "#/components/schemas/Value"},
                "description": "By tag: 1 to 128 printable characters.",
            },
        },
    }
    several = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/components/schemas/TelemetryMessage"},
    }
    return {
        "Telemetry": {"anyOf": [{"$ref": "#/components/schemas/TelemetryMessage"}, several]},
        "TelemetryMessage": message,
        "Value": _value(),
        "PlainValue": _plain_value(),
        "Time": _time(),
        "GatewayState": {
            "type": "object",
            "required": ["online"],
            "properties": {
                "online": {"type": "boolean"},
                "ts": {"$ref": "#/components/schemas/Time"},
            },
        },
        "Ack": _ack(),
        **asyncapi_formats.schemas(),
    }


def _value() -> Json:
    with_more = {
        "type": "object",
        "required": ["v"],
        "properties": {
            "v": {"$ref": "#/components/schemas/PlainValue"},
            "q": {"type": "string", "enum": [quality.name.lower() for quality in Quality]},
            "ts": {"$ref": "#/components/schemas/Time"},
        },
    }
    return {"anyOf": [{"$ref": "#/components/schemas/PlainValue"}, with_more]}


def _plain_value() -> Json:
    return {
        "type": ["number", "boolean", "string", "null"],
        "minLength": 1,
        "maxLength": STATE_LIMIT,
        "description": "A number; a boolean or a state's name for points with states; null means "
        "bad. No NaN, no infinity, no number as text.",
    }


def _time() -> Json:
    return {
        "type": ["integer", "string", "null"],
        "format": "date-time",
        "description": "Epoch milliseconds, or RFC 3339 with an offset; absent: the time of "
        "receipt. More than 10 years off is refused.",
    }


def _ack() -> Json:
    number = {"type": "integer", "minimum": 0, "maximum": _SAFE}
    pair = {"type": "array", "items": number, "minItems": 2, "maxItems": 2}
    return {
        "type": "object",
        "required": ["boot", "seq", "missing"],
        "properties": {
            "boot": {"type": "string"},
            "seq": number
            | {
                "description": "Of this boot everything up to here is stored, but for what is "
                "missing: it may be forgotten. With more than can be named it ends before that."
            },
            "missing": {
                "type": "array",
                "maxItems": TOLD_MOST,
                "items": pair,
                "description": "First and last number of each run that did not arrive, lowest "
                f"first: send it again. Of more than {HOLES_MOST} runs the lowest are given up.",
            },
        },
    }
