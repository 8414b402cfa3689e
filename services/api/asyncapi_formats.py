"""What `asyncapi.yaml` says of the formats that are not ours: Neuron, ThingsBoard gateway, SenML."""

from typing import Any

from services.wire.telemetry import TAG_LIMIT

Json = dict[str, Any]

SAYS = {
    "neuron": "Readings as EMQX Neuron sends them, values-format or tags-format. The tag is the name "
    "in `values` or `tags`; node and group do not belong to it. An error is a value of bad quality.",
    "tb": "Readings as a ThingsBoard gateway sends them. The tag is `device/key` where such a tag is "
    "registered, else `key`.",
    "senml": "Readings in SenML JSON, RFC 8428. The tag is the resolved name. A unit that contradicts "
    "the point's makes the value `uncertain`; nothing is converted. Times below 2^28 are relative to "
    "the receipt. `vd`, and a sum without a value, are refused.",
}

NEURON: Json = {
    "values-format": {
        "timestamp": 1767542400123,
        "node": "modbus",
        "group": "grp",
        "values": {"GT-101": 12.5},
        "errors": {"TI-1009": 2014},
        "metas": {},
    },
    "tags-format": {
        "timestamp": 1767542400123,
        "node": "modbus",
        "group": "grp",
        "tags": [{"name": "GT-101", "value": 12.5}, {"name": "TI-1009", "error": 2014}],
    },
}
TB: Json = {
    "two-devices": {
        "Device A": [
            {"ts": 1767542400000, "values": {"temperature": 42, "humidity": 80}},
            {"ts": 1767542401000, "values": {"temperature": 43, "humidity": 82}},
        ],
        "Device B": [{"ts": 1767542400000, "values": {"temperature": 42, "humidity": 80}}],
    },
    "no-time": {"Device A": [{"values": {"temperature": 42}}]},
}
SENML: Json = {
    "base-fields": [
        {"bn": "urn:dev:ow:10e2073a01080063:", "bt": 1767542400.123, "bu": "A"},
        {"n": "voltage", "u": "V", "v": 120.1},
        {"n": "current", "t": -5, "v": 1.2},
        {"n": "current", "v": 1.7},
    ],
    "now": [{"n": "TI-1009", "u": "Cel", "v": 23.1}, {"n": "ESD-301", "vs": "in_service"}],
}


def messages() -> Json:
    """The message of each leaf."""
    summaries = {
        "neuron": "EMQX Neuron, values-format or tags-format",
        "tb": "ThingsBoard gateway telemetry",
        "senml": "A SenML pack",
    }
    schemas = {"neuron": "Neuron", "tb": "ThingsBoard", "senml": "SenML"}
    examples = {"neuron": NEURON, "tb": TB, "senml": SENML}
    found: Json = {}
    for leaf, summary in summaries.items():
        found[leaf] = {
            "summary": summary,
            "description": "One bad value does not spoil its neighbours: it is kept as a dead letter "
            "with the reason, and the others are read.",
            "payload": {"$ref": f"#/components/schemas/{schemas[leaf]}"},
            "examples": [{"name": n, "payload": p} for n, p in examples[leaf].items()],
        }
    found["senml"]["contentType"] = "application/senml+json"
    return found


def schemas() -> Json:
    """What the messages are made of."""
    return {
        "Neuron": _neuron(),
        "NeuronTag": _neuron_tag(),
        "ThingsBoard": {
            "type": "object",
            "minProperties": 1,
            "description": "By device.",
            "additionalProperties": {
                "type": "array",
                "minItems": 1,
                "items": {"$ref": "#/components/schemas/ThingsBoardElement"},
            },
        },
        "ThingsBoardElement": {
            "type": "object",
            "required": ["values"],
            "properties": {
                "ts": {"$ref": "#/components/schemas/Time"},
                "values": _values(1),
            },
        },
        "SenML": {
            "type": "array",
            "minItems": 1,
            "items": {"$ref": "#/components/schemas/SenMLRecord"},
        },
        "SenMLRecord": _senml_record(),
    }


def _values(least: int) -> Json:
    return {
        "type": "object",
        "minProperties": least,
        "propertyNames": {"minLength": 1, "maxLength": TAG_LIMIT},
        "additionalProperties": {"$ref": "#/components/schemas/PlainValue"},
    }


def _neuron() -> Json:
    return {
        "type": "object",
        "anyOf": [{"required": ["values"]}, {"required": ["errors"]}, {"required": ["tags"]}],
        "properties": {
            "timestamp": {"$ref": "#/components/schemas/Time"},
            "node": {"description": "Of the south device; not read."},
            "group": {"description": "Of the tags; not read."},
            "values": _values(0),
            "errors": {
                "type": "object",
                "description": "By tag, Neuron's error code: the tag's value is bad.",
            },
            "tags": {
                "type": "array",
                "items": {"$ref": "#/components/schemas/NeuronTag"},
            },
        },
    }


def _neuron_tag() -> Json:
    return {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "minLength": 1, "maxLength": TAG_LIMIT},
            "value": {"$ref": "#/components/schemas/PlainValue"},
            "error": {"description": "Neuron's error code: the value is bad."},
        },
    }


def _senml_record() -> Json:
    texts = {
        "bn": "Base name",
        "n": "Name",
        "bu": "Base unit",
        "u": "Unit",
        "vs": "Name of a state",
    }
    numbers = {
        "bt": "Base time, seconds",
        "t": "Time, seconds; added to the base time",
        "bv": "Base value, added to values that are numbers",
        "bs": "Base sum; passed over",
        "s": "Sum; passed over beside a value, refused alone",
        "ut": "Update time; passed over",
        "bver": "Version: 10 (where absent) or less, or 26 with secondary units (RFC 9100)",
    }
    return {
        "type": "object",
        "properties": {
            **{label: {"type": "string", "description": says} for label, says in texts.items()},
            **{label: {"type": "number", "description": says} for label, says in numbers.items()},
            "v": {"type": ["number", "null"], "description": "Value; null means bad"},
            "vb": {"type": "boolean", "description": "State of a point with states"},
        },
    }
