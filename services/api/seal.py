"""Sealing what is kept for a while: unreadable, and not to be changed, without the key.

Encrypt, then authenticate, each with a key of its own and a fresh nonce: the stream is SHAKE-256 of
key and nonce, the mark HMAC-SHA256 of nonce and stream-ciphered text.
"""

import hmac
import secrets
from hashlib import sha256, shake_256

_NONCE = 16
_MARK = 32


class Seal:
    """By one secret of any length; each name gives keys of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def close(self, name: bytes, text: bytes) -> bytes:
        """Nonce, ciphered text, mark."""
        nonce = secrets.token_bytes(_NONCE)
        hidden = self._cipher(name, nonce, text)
        return nonce + hidden + self._mark(name, nonce + hidden)

    def open(self, name: bytes, sealed: bytes) -> bytes | None:
        """The text; None when it was sealed by another secret or name, or changed."""
        written, mark = sealed[:-_MARK], sealed[-_MARK:]
        if len(sealed) < _NONCE + _MARK or not hmac.compare_digest(mark, self._mark(name, written)):
            return None
        return self._cipher(name, written[:_NONCE], written[_NONCE:])

    def _cipher(self, name: bytes, nonce: bytes, text: bytes) -> bytes:
        stream = shake_256(self._key(b"cipher", name) + nonce).digest(len(text))
        whole = int.from_bytes(text, "big") ^ int.from_bytes(stream, "big")
        return whole.to_bytes(len(text), "big")

    def _mark(self, name: bytes, written: bytes) -> bytes:
        return hmac.digest(self._key(b"mark", name), written, sha256)

    def _key(self, use: bytes, name: bytes) -> bytes:
        return hmac.digest(self._secret, b"parkwatch seal " + use + b"\x00" + name, sha256)
