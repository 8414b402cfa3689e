"""API keys: how a program of a regulator or an enterprise signs in, with a scope and an end.

Written `pwk_<prefix>_<secret>`; the prefix names it in lists and logs. The secret is 256 random bits,
of which only the digest is kept.
"""

import base64
import re
from enum import StrEnum
from hashlib import sha256

ENTROPY_BYTES = 37
"""Five of the prefix, 32 of the secret."""
MOST_DAYS = 366
_PREFIX_BYTES = 5
_FORM = re.compile(r"pwk_([a-z2-7]{8})_[a-z2-7]{52}", re.ASCII)


class KeyScope(StrEnum):
    """What a key is for; never more than its role may do."""

    READ = "read"
    """All that the role sees, and the live push."""
    ACKNOWLEDGE = "acknowledge"
    """Answering alarms."""
    PROPOSE = "propose"
    """Asking for rules, and for alarms to be taken off the board."""
    REGISTER = "register"
    """Gateways, sheets of the enterprise's own register, and reading dead letters again."""


SCOPES = {
    "regulator": frozenset({KeyScope.READ}),
    "enterprise": frozenset(KeyScope),
}
"""By role, what a key may be given: regulators read, and change nothing."""


def written(entropy: bytes) -> str:
    """The key of these ENTROPY_BYTES random bytes."""
    name, secret = entropy[:_PREFIX_BYTES], entropy[_PREFIX_BYTES:]
    return f"pwk_{_letters(name)}_{_letters(secret)}"


def prefix_of(given: str) -> str | None:
    """The prefix of what has the form of a key; None for anything else."""
    found = _FORM.fullmatch(given)
    return None if found is None else found[1]


def digest_of(given: str) -> bytes:
    """What is kept of a key."""
    return sha256(given.encode()).digest()


def _letters(entropy: bytes) -> str:
    return base64.b32encode(entropy).decode().lower().rstrip("=")
