"""The one who goes: a message, signed, to a receiver's address, through the guard of what leaves us."""

from dataclasses import dataclass

from services.api.notify.message import CannotBeSaid, message_of
from services.api.seal import Seal
from services.runtime.outgoing import TIMEOUT_S, NoAnswer, NotFound, Outgoing, Refused
from services.store.outbox import Notice, Receiver
from services.wire.webhook import signed_headers

_LONGEST = 200
NOT_ALLOWED = (
    "We do not go to that address: its name is not known, or it is neither on the public internet "
    "nor, for a receiver that the park registered, in a network that the park named."
)
"""Without the address, and the same for a name that is not known: which names the park has, and what
they stand for, is not every enterprise's business."""
UNREADABLE = "Its secret cannot be read with the key that we have now: rotate it."


@dataclass(frozen=True, slots=True)
class Try:
    """What came of going: the HTTP status, or None and why there was none. `cannot_be_said`: there is
    nothing to go with, and never will be."""

    status: int | None
    fault: str | None
    cannot_be_said: bool = False


def secret_name(enterprise: str, receiver: str) -> bytes:
    """What a receiver's secret is sealed as."""
    return f"receiver {enterprise} {receiver}".encode()


class Courier:
    """`park` goes for receivers that the park registered, `other` for those of enterprises, which
    must not make us knock at doors inside the park."""

    def __init__(
        self, park: Outgoing, other: Outgoing, seal: Seal, timeout_s: float = TIMEOUT_S
    ) -> None:
        self._park = park
        self._other = other
        self._seal = seal
        self._timeout_s = timeout_s

    def key(self, to: Receiver) -> bytes | None:
        """What messages to it are signed with; None where it was sealed by a key that is not ours."""
        name = secret_name(to.enterprise, to.id)
        key = self._seal.open(name, to.secret)
        if key is None:
            # Sealed by a key that has come since we looked.
            self._seal.refresh()
            key = self._seal.open(name, to.secret)
        return key

    def deliver(self, to: Receiver, notice: Notice, now: int) -> Try:
        """Go once, at this moment (epoch ms). Blocks for as long as a request may take."""
        key = self.key(to)
        if key is None:
            return Try(None, UNREADABLE)
        try:
            delivery, body = message_of(to, notice)
        except CannotBeSaid as why:
            return Try(None, str(why), cannot_be_said=True)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "user-agent": "Parkwatch",
            **signed_headers(key, delivery, now, body),
        }
        way = self._park if to.by_park else self._other
        try:
            answer = way.send("POST", to.url, body, headers, self._timeout_s)
        except Refused:
            return Try(None, NOT_ALLOWED)
        except NotFound as why:
            return Try(None, str(why)[:_LONGEST] if to.by_park else NOT_ALLOWED)
        except NoAnswer as why:
            return Try(None, str(why)[:_LONGEST])
        taken = 200 <= answer.status < 300
        return Try(answer.status, None if taken else f"It answered with status {answer.status}.")
