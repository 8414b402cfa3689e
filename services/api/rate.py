"""How often an account, or an address, may ask: a fixed window of one minute, in memory."""

from ipaddress import IPv6Address, ip_address

from services.runtime.clock import Clock

WINDOW_S = 60.0
LIMIT_ACCOUNTS = 100_000
"""Accounts counted in one window; beyond it the window starts anew for everybody."""

ADDRESS_TIMES = 20
"""How many accounts' turns one address has: a whole control room may be behind one."""

SIGN_IN_TURNS = 10
"""How many of an account's turns a sign-in takes of an address's, for it keeps a processor busy."""
LEAST_SIGN_INS = 20
"""A minute and address, however few turns there are."""


def network_of(address: str) -> str:
    """What is counted as one address: of IPv6 the first 64 bits, for whoever has one has them all."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped is not None else str(IPv6Address(int(found) >> 64 << 64))
    return address


class RateLimit:
    """At most `per_minute` turns per account and minute; 0 means no limit."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._started = clock.monotonic()
        self._counts: dict[str, int] = {}

    @property
    def is_off(self) -> bool:
        """Whether nothing is counted."""
        return self._per_minute == 0

    def take(self, account: str) -> float | None:
        """None when this turn is granted, else the seconds to wait for the next window."""
        if self._per_minute == 0:
            return None
        now = self._clock.monotonic()
        if now - self._started >= WINDOW_S or len(self._counts) >= LIMIT_ACCOUNTS:
            self._started = now
            self._counts.clear()
        count = self._counts.get(account, 0) + 1
        self._counts[account] = count
        return None if count <= self._per_minute else self._started + WINDOW_S - now

    def is_spent(self, account: str) -> float | None:
        """The seconds to wait when no turn is left, without taking one."""
        if self._per_minute == 0 or self._clock.monotonic() - self._started >= WINDOW_S:
            return None
        spent = self._counts.get(account, 0) >= self._per_minute
        return self._started + WINDOW_S - self._clock.monotonic() if spent else None
