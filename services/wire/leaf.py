"""The last level of a gateway's topic, and how what is published there is read."""

from collections.abc import Callable

from services.wire.native import decode_native
from services.wire.neuron import decode_neuron
from services.wire.senml import decode_senml
from services.wire.telemetry import TelemetryMessage
from services.wire.thingsboard import decode_thingsboard

DECODERS: dict[str, Callable[[bytes], list[TelemetryMessage]]] = {
    "telemetry": decode_native,
    "neuron": decode_neuron,
    "tb": decode_thingsboard,
    "senml": decode_senml,
}
"""Each gives the messages of a payload, and raises Poison only."""
