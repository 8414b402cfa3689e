"""Sealing what is kept for a while: not to be read or changed without secret and name (AES-GCM)."""

import hmac
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Seal:
    """By one secret of any length; each name has a key of its own."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def close(self, name: bytes, text: bytes) -> bytes:
        """A fresh nonce, then the ciphered text with its mark."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._box(name).encrypt(nonce, text, None)

    def open(self, name: bytes, sealed: bytes) -> bytes | None:
        """The text; None when it was sealed by another secret or name, or changed."""
        try:
            return self._box(name).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except (InvalidTag, ValueError):
            return None

    def _box(self, name: bytes) -> AESGCM:
        return AESGCM(hmac.digest(self._secret, b"parkwatch seal\x00" + name, sha256))
