"""Passwords of people: argon2id, in a thread, few at a time; and of gateways: random, bcrypt."""

import asyncio
import base64
import hmac
import secrets
from hashlib import sha256

import bcrypt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

GATEWAY_BCRYPT_COST = 4
"""Gateway passwords carry 160 random bits, so the cost guards nothing and would slow the broker."""
NOBODYS = "$2a$04$" + "abcdefghijklmnopqrstuu" + "0123456789abcdefghijklmnopqrstu"
"""A hash of the same cost that no password has: what a name that there is not is held against."""


class Passwords:
    """Hashes and checks people's passwords; each costs 64 MiB, so at most two at once.

    `hasher`: another cost than what RFC 9106 recommends, for proofs of something else.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = PasswordHasher() if hasher is None else hasher
        self._dummy = hash_of_nothing(self._hasher)
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


def hash_of_nothing(hasher: PasswordHasher) -> str:
    """What no password matches and costs as much to be held against as any hash of this hasher;
    random, for to make a true one takes as long as a sign-in, at each start."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def new_gateway_password() -> tuple[str, str]:
    """A fresh password of 160 random bits, and its hash as the broker takes it."""
    password = base64.b32encode(secrets.token_bytes(20)).decode().lower()
    salt = bcrypt.gensalt(GATEWAY_BCRYPT_COST, prefix=b"2a")
    return password, bcrypt.hashpw(password.encode(), salt).decode()


class GatewayDoor:
    """Checks gateways' credentials; remembers what matched, so that each costs bcrypt once.

    Whatever does not match costs one bcrypt, whether there is such a gateway or not, and whether
    its password is remembered or not: how long a refusal takes tells nothing.
    """

    LIMIT = 20_000

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, bytes]] = {}

    def matches(self, username: str, stored: str | None, password: str) -> bool:
        """Whether it is the password. `stored`: its hash; None: there is no such gateway."""
        digest = sha256(password.encode()).digest()
        known = self._known.get(username)
        if known is not None and known[0] == stored and hmac.compare_digest(known[1], digest):
            return True
        # bcrypt takes 72 bytes at most, and ours have 32; by the digest it has the same to do.
        asked = password.encode() if len(password.encode()) <= 72 else digest.hex().encode()
        right = bcrypt.checkpw(asked, (stored or NOBODYS).encode())
        if stored is None or not right or asked != password.encode():
            return False
        if len(self._known) >= self.LIMIT:
            self._known.clear()
        self._known[username] = (stored, digest)
        return True
