"""Sealing what is kept for a while: not to be read or changed without secret and name (AES-GCM)."""

import hmac
import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.api.keyring import Keyring

_NONCE = 12


class Seal:
    """By one secret, and opening what the ones before it sealed; each name has a key of its own."""

    def __init__(self, keys: Keyring | str) -> None:
        self._keys = Keyring(keys) if isinstance(keys, str) else keys

    def close(self, name: bytes, text: bytes) -> bytes:
        """A fresh nonce, then the ciphered text with its mark."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + _box(self._keys.signing, name).encrypt(nonce, text, None)

    def open(self, name: bytes, sealed: bytes) -> bytes | None:
        """The text; None when it was sealed by another secret or name, or changed."""
        found = (_opened(key.secret, name, sealed) for key in self._keys.every)
        return next((text for text in found if text is not None), None)

    def refresh(self) -> bool:
        """Look whether other keys stand in their file; whether there are."""
        return self._keys.refresh()

    def renewed(self, name: bytes, sealed: bytes) -> bytes | None:
        """The same sealed by today's secret; None when it is so already, or cannot be opened."""
        if _opened(self._keys.signing, name, sealed) is not None:
            return None
        text = self.open(name, sealed)
        return None if text is None else self.close(name, text)


def _opened(secret: str, name: bytes, sealed: bytes) -> bytes | None:
    try:
        return _box(secret, name).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
    except (InvalidTag, ValueError):
        return None


def _box(secret: str, name: bytes) -> AESGCM:
    return AESGCM(hmac.digest(secret.encode(), b"parkwatch seal\x00" + name, sha256))
