"""Recovery codes: what signs a person in once when the authenticator is lost.

Each is 80 random bits, written as four groups of four; only its digest is kept. So many bits cannot
be tried out, so the digest need not be slow.
"""

import base64
from hashlib import sha256

COUNT = 10
ENTROPY_BYTES = 10
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
_LENGTH = 16
_GROUP = 4


def written(entropy: bytes) -> str:
    """The code of these ENTROPY_BYTES random bytes, like `k3v7-qm2x-aaaa-bcde`."""
    text = base64.b32encode(entropy).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, _LENGTH, _GROUP))


def is_written(given: str) -> bool:
    """Whether it has the form of such a code; else it is a code of the authenticator."""
    text = _plain(given)
    return len(text) == _LENGTH and _LETTERS.issuperset(text)


def digest_of(username: str, given: str) -> bytes:
    """What is kept of a code; the same code of somebody else has another digest."""
    return sha256(f"parkwatch recovery\x00{username}\x00{_plain(given)}".encode()).digest()


def _plain(given: str) -> str:
    return "".join(given.replace("-", "").split()).lower()
