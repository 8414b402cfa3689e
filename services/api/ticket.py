"""Tickets for the live push: single use, 30 s, because a token in an address lands in logs."""

import secrets
from dataclasses import dataclass

from services.api.principal import Principal
from services.runtime.clock import Clock

LIFETIME_S = 30.0
LIMIT = 10_000
"""Tickets outstanding at once; beyond it the oldest is forgotten."""


@dataclass(frozen=True, slots=True)
class _Ticket:
    principal: Principal
    expires: float


class Tickets:
    """The box of tickets that were given out and not yet used."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._outstanding: dict[str, _Ticket] = {}

    def issue(self, principal: Principal) -> str:
        now = self._clock.monotonic()
        self._forget_expired(now)
        if len(self._outstanding) >= LIMIT:
            del self._outstanding[next(iter(self._outstanding))]
        ticket = secrets.token_urlsafe(32)
        self._outstanding[ticket] = _Ticket(principal, now + LIFETIME_S)
        return ticket

    def redeem(self, ticket: str) -> Principal | None:
        """Who it was given to; None when it is unknown, used or too old."""
        found = self._outstanding.pop(ticket, None)
        if found is None or found.expires <= self._clock.monotonic():
            return None
        return found.principal

    def _forget_expired(self, now: float) -> None:
        while self._outstanding:
            oldest = next(iter(self._outstanding))
            if self._outstanding[oldest].expires > now:
                return
            del self._outstanding[oldest]
