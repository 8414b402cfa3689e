"""`python -m services.api.asyncapi`: what `docs/reference/asyncapi.yaml` holds (AsyncAPI 3.0)."""

import sys
from typing import Any

import yaml

from services.api import asyncapi_field, asyncapi_live

Json = dict[str, Any]

_HEAD = "# Written by `python -m services.api.asyncapi`; a test compares it with the code.\n"
_ABOUT = """\
What outsiders see of Parkwatch on MQTT (field) and on the WebSocket (live push). REST is in
openapi.json. Parkwatch is the application described here: it receives what gateways send, and
sends what consoles receive. Fields and types of messages may be added: skip what you do not know.
What is marked `x-parkwatch-status: announced` has its name reserved and does not work yet.
`spBv1.0/#` is reserved for Sparkplug B; `pw/int/v1/#` is between our own services, and no gateway
can read or write it.
"""


class _Dumper(yaml.SafeDumper):
    """Writes every place in full: no anchors, which few readers of AsyncAPI understand."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def description() -> Json:
    """The description, as the AsyncAPI document that it is."""
    parts = (asyncapi_field.part(), asyncapi_live.part())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Parkwatch",
            "version": "1.0.0",
            "description": " ".join(_ABOUT.split()),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _merged(parts, "servers"),
        "channels": _merged(parts, "channels"),
        "operations": _merged(parts, "operations"),
        "components": {
            name: _merged(parts, name) for name in ("messages", "schemas", "securitySchemes")
        },
    }


def document() -> str:
    """The same as text that a diff can show."""
    text = yaml.dump(description(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return _HEAD + text


def _merged(parts: tuple[Json, ...], section: str) -> Json:
    return {name: each for part in parts for name, each in part[section].items()}


if __name__ == "__main__":
    sys.stdout.write(document())
