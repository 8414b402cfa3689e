"""What is left of a message in a dialect that has no word for quality."""

from dataclasses import replace

from device_sim.message import Message


def fit(message: Message) -> Message:
    """Without what is known to be bad; what is uncertain goes as if it were good."""
    values = {
        tag: value for tag, value in message.values.items() if message.qualities.get(tag) != "bad"
    }
    return replace(message, values=values, qualities={})
