"""Which dialect a gateway speaks. A new dialect is one module and one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from device_sim.encode import native, neuron, senml, thingsboard
from device_sim.message import Message, Outgoing


@dataclass(frozen=True, slots=True)
class Persona:
    """A dialect: the topic's last level, how a message becomes bytes, and what of it the
    dialect has words for."""

    leaf: str
    encode: Callable[[Message], bytes]
    fit: Callable[[Message], Message]


def _whole(message: Message) -> Message:
    """The native dialect can say it all."""
    return message


PERSONAS: dict[str, Persona] = {
    "native": Persona(native.LEAF, native.encode, _whole),
    "neuron": Persona(neuron.LEAF, neuron.encode, neuron.fit),
    "tb": Persona(thingsboard.LEAF, thingsboard.encode, thingsboard.fit),
    "senml": Persona(senml.LEAF, senml.encode, senml.fit),
}


def outgoing(persona: Persona, enterprise: str, gateway: str, message: Message) -> Outgoing:
    """The message of one gateway on its topic ``pw/v1/{enterprise}/{gateway}/{leaf}``."""
    return Outgoing(
        topic=f"pw/v1/{enterprise}/{gateway}/{persona.leaf}",
        payload=persona.encode(message),
        readings=len(message.values),
    )
