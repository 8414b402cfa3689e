"""The second factor: enrolling, and whether a code passes. The caller opens the transaction.

A wrong code is counted in the transaction, so refuse only after its end.
"""

import secrets
from dataclasses import dataclass

import structlog

from services.api.permission import Role
from services.api.seal import Seal
from services.domain import recovery_code
from services.domain.one_time_code import SECRET_BYTES, accepted_step
from services.runtime.clock import Clock, to_datetime
from services.store import second_factor as store
from services.store.second_factor import Connection

MOST_WRONG = 100
"""Wrong codes in a row; then only a recovery code passes. Whoever comes so far has the password."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """`required`: the roles that must have one, by setting."""

    seal: Seal
    clock: Clock
    required: frozenset[Role]

    async def begin(self, connection: Connection, username: str) -> bytes | None:
        """A new secret to be confirmed; None where a confirmed one must be removed first."""
        secret = secrets.token_bytes(SECRET_BYTES)
        sealed = self.seal.close(_name(username), secret)
        at = to_datetime(self.clock.now_ms())
        return secret if await store.begin(connection, username, sealed, at) else None

    async def confirm(self, connection: Connection, username: str, code: str) -> list[str] | None:
        """The recovery codes, to be shown once, if the code is one of the secret that was begun; None
        if it is not, or nothing was begun."""
        row = await store.find(connection, username)
        if row is None or row.confirmed_at is not None or row.wrong_codes >= MOST_WRONG:
            return None
        step = self._step(username, row.secret, code, row.last_step)
        if step is None:
            await store.note_wrong(connection, username)
            return None
        now = to_datetime(self.clock.now_ms())
        await store.confirm(connection, username, step, now)
        return await self.renew(connection, username)

    async def renew(self, connection: Connection, username: str) -> list[str]:
        """New recovery codes in the place of all of before."""
        codes = [
            recovery_code.written(secrets.token_bytes(recovery_code.ENTROPY_BYTES))
            for _ in range(recovery_code.COUNT)
        ]
        digests = [recovery_code.digest_of(username, code) for code in codes]
        await store.renew_codes(connection, username, digests)
        return codes

    async def passes(self, connection: Connection, username: str, given: str) -> bool:
        """Whether this code, or recovery code, signs them in; it does so once."""
        row = await store.find(connection, username)
        if row is None or row.confirmed_at is None:
            return False
        if recovery_code.is_written(given):
            digest = recovery_code.digest_of(username, given)
            now = to_datetime(self.clock.now_ms())
            return await store.use_code(connection, username, digest, now)
        if row.wrong_codes >= MOST_WRONG:
            return False
        step = self._step(username, row.secret, given, row.last_step)
        if step is None:
            await store.note_wrong(connection, username)
            return False
        await store.take_step(connection, username, step)
        return True

    async def reseal(self, connection: Connection) -> int:
        """Seal every secret by today's key; how many were by one of before."""
        count = 0
        for username, sealed in await store.secrets(connection):
            renewed = self.seal.renewed(_name(username), sealed)
            if renewed is not None:
                await store.put_secret(connection, username, renewed)
                count += 1
        return count

    def _step(self, username: str, sealed: bytes, code: str, last_step: int) -> int | None:
        secret = self.seal.open(_name(username), sealed)
        if secret is None:
            _log.warning("a second factor cannot be read", username=username)
            return None
        return accepted_step(secret, code, self.clock.now_ms(), last_step)


def _name(username: str) -> bytes:
    return f"second factor {username}".encode()
