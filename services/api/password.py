"""Passwords of people: argon2id, in a thread, few at a time; and of gateways: random, bcrypt."""

import asyncio
import base64
import hmac
import secrets
from hashlib import sha256

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

GATEWAY_BCRYPT_COST = 4
"""Gateway passwords carry 160 random bits, so the cost guards nothing and would slow the broker."""


class Passwords:
    """Hashes and checks people's passwords; each costs 64 MiB, so at most two at once.

    `hasher`: another cost than what RFC 9106 recommends, for proofs of something else.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = PasswordHasher() if hasher is None else hasher
        self._dummy = self._hasher.hash(secrets.token_hex(16))
        self._turns = asyncio.Semaphore(2)

    async def hash(self, password: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether it is the password; without a stored hash it takes as long and says no."""
        async with self._turns:
            verdict = await asyncio.to_thread(self._verify, stored or self._dummy, password)
        return verdict and stored is not None

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def new_gateway_password() -> tuple[str, str]:
    """A fresh password of 160 random bits, and its hash as the broker takes it."""
    password = base64.b32encode(secrets.token_bytes(20)).decode().lower()
    salt = bcrypt.gensalt(GATEWAY_BCRYPT_COST, prefix=b"2a")
    return password, bcrypt.hashpw(password.encode(), salt).decode()


class GatewayDoor:
    """Checks gateways' credentials; remembers what matched, so that each costs bcrypt once."""

    LIMIT = 20_000

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, bytes]] = {}

    def matches(self, username: str, stored: str, password: str) -> bool:
        digest = sha256(password.encode()).digest()
        known = self._known.get(username)
        if known is not None and known[0] == stored:
            return hmac.compare_digest(known[1], digest)
        if len(password) > 72 or not bcrypt.checkpw(password.encode(), stored.encode()):
            return False
        if len(self._known) >= self.LIMIT:
            self._known.clear()
        self._known[username] = (stored, digest)
        return True
