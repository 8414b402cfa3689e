"""Which dialect a gateway speaks. A new dialect is one module and one line here."""

from collections.abc import Callable
from dataclasses import dataclass

from device_sim.encode import native
from device_sim.message import Message, Outgoing


@dataclass(frozen=True, slots=True)
class Persona:
    """A dialect: the topic's last level, and how a message becomes bytes."""

    leaf: str
    encode: Callable[[Message], bytes]


PERSONAS: dict[str, Persona] = {
    "native": Persona(leaf=native.LEAF, encode=native.encode),
}


def outgoing(persona: Persona, enterprise: str, gateway: str, message: Message) -> Outgoing:
    """The message of one gateway on its topic ``pw/v1/{enterprise}/{gateway}/{leaf}``."""
    return Outgoing(
        topic=f"pw/v1/{enterprise}/{gateway}/{persona.leaf}",
        payload=persona.encode(message),
        readings=len(message.values),
    )
