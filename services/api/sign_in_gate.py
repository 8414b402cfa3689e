"""The lock-out before a password is looked at: by name and address, shared by all apis.

Of IPv6 the first 64 bits are one address, or whoever has one had tries without end.

This process's own count comes first and spares the database a flood; the one in the database is what
holds when there are several apis, or when one starts again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.api.database import Database
from services.api.rate import RateLimit, network_of
from services.domain.lock_out import MOST, WINDOW_MS, LockOut
from services.runtime.clock import Clock, to_datetime
from services.store import sign_in_try
from services.store.tenant import EVERY

_WINDOW = timedelta(milliseconds=WINDOW_MS)


@dataclass(frozen=True, slots=True)
class SignInGate:
    """`tries` that may fail in a row; 0 counts nothing. `addresses`: the turns of each."""

    database: Database
    clock: Clock
    own: LockOut
    tries: int
    addresses: RateLimit

    def turn(self, address: str) -> float | None:
        """Whoever it is said to be: a password takes a fifth of a second of a processor to check.
        None: go on, else the seconds to wait."""
        return self.addresses.take(network_of(address))

    async def begin(self, name: str, address: str) -> float | None:
        """Count a try; None: go on, else the seconds that this name waits at this address. Raises
        DatabaseAway, and has counted nothing then."""
        if self.tries == 0:
            return None
        address = network_of(address)
        wait = self.own.begin(name, address, self._monotonic_ms())
        if wait is not None:
            return wait / 1000
        counted = False
        try:
            async with self.database.transaction(tenant=EVERY) as connection:
                shared = await sign_in_try.begin(
                    connection, name, address, self._now(), self.tries, _WINDOW
                )
            counted = True
        finally:
            if not counted:
                self.own.take_back(name, address)
        return None if shared is None else max(0.001, shared.total_seconds())

    def forget_own(self, name: str, address: str) -> None:
        """The database went away in the middle of that try: this process counts it no more."""
        self.own.take_back(name, network_of(address))

    async def take_back(self, name: str, address: str) -> None:
        """That try told nothing about a password. Raises DatabaseAway."""
        if self.tries == 0:
            return
        address = network_of(address)
        self.own.take_back(name, address)
        async with self.database.transaction(tenant=EVERY) as connection:
            await sign_in_try.take_back(connection, name, address)

    async def clear(self, name: str, address: str) -> None:
        """Signed in: what went wrong before was mistyped. Raises DatabaseAway."""
        if self.tries == 0:
            return
        address = network_of(address)
        self.own.clear(name, address)
        async with self.database.transaction(tenant=EVERY) as connection:
            await sign_in_try.clear(connection, name, address)

    async def prune(self) -> None:
        """Forget what does not count any more, on record. Raises DatabaseAway."""
        async with self.database.transaction(tenant=EVERY) as connection:
            await sign_in_try.prune(connection, self._now(), MOST)

    def _now(self) -> datetime:
        return to_datetime(self.clock.now_ms())

    def _monotonic_ms(self) -> int:
        return round(self.clock.monotonic() * 1000)
