"""What a gateway that numbers its messages is told after a commit: an ack on its downlink."""

import msgspec

from services.domain.ledger import Answer


class Ack(msgspec.Struct, frozen=True):
    """Of `boot` everything up to `seq` is stored, but not what is `missing` (first, last)."""

    boot: str
    seq: int
    missing: list[tuple[int, int]]


_encoder = msgspec.json.Encoder()


def topic_of(answer: Answer) -> str:
    """Where the gateway listens."""
    return f"pw/down/v1/{answer.enterprise}/{answer.gateway}/ack"


def encode(answer: Answer) -> bytes:
    """As the gateway reads it."""
    return _encoder.encode(Ack(answer.boot, answer.seq, list(answer.missing)))
