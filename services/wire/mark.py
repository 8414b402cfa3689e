"""What tells two messages of one `boot` and `seq` apart: a digest of what they say.

The same message given again has the same one, whatever array it comes in; a gateway that starts
anew and takes its old `boot` again has another, so its messages are no repeats.
"""

import hashlib

import msgspec

from services.wire.telemetry import TelemetryMessage

_encoder = msgspec.msgpack.Encoder()


def mark_of(message: TelemetryMessage) -> int:
    """A number of 64 bits, with a sign and never 0, of a message's time and values."""
    try:
        said = _encoder.encode((message.ts, message.values))
    except (UnicodeEncodeError, OverflowError):  # half a character, a number of more than 64 bits
        said = repr((message.ts, message.values)).encode()
    digest = hashlib.blake2b(said, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1
