"""The seal on the journals: where each chain ended at a moment, signed (Ed25519), in a chain of
its own. Whoever keeps the seals elsewhere can show later that nothing sealed was cut or rewritten.

A line is a JSON object with `body` (the text that is signed), `signature` and `key` in hex. The
body holds `number`, `at`, `previous` (SHA-256 of the body before it), and `heads`; the last seal of a key
that is relieved holds `next_key`, the one that signs from then on.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from services.domain.journal import ChainHead

NOTHING = "00" * 32
"""What the first seal follows."""


class _Head(msgspec.Struct, frozen=True):
    seq: int
    hash: str


class _Body(msgspec.Struct, frozen=True):
    number: int
    at: str
    previous: str
    heads: dict[str, _Head]
    next_key: str | None = None


class _Line(msgspec.Struct, frozen=True):
    body: str
    signature: str
    key: str


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal that was read; `digest` is what the next one follows."""

    number: int
    at: str
    previous: str
    heads: dict[str, ChainHead]
    digest: str
    key: str
    next_key: str | None = None

    @property
    def following(self) -> str:
        """The key of the seal after this one."""
        return self.next_key or self.key


@dataclass(frozen=True, slots=True)
class Seals:
    """Seals as they were read, and a sentence for each fault among them."""

    seals: tuple[Seal, ...]
    faults: tuple[str, ...]

    @property
    def keys(self) -> dict[str, str | None]:
        """Every key by which something is signed here or may be from now on, and when it was relieved
        (RFC 3339)."""
        found: dict[str, str | None] = {}
        for seal in self.seals:
            found[seal.key] = None if seal.next_key is None else seal.at
            found.setdefault(seal.following, None)
        return found


class Sealer:
    """Signs with the installation's own key, made from its secret."""

    def __init__(self, secret: str) -> None:
        seed = hashlib.sha256(b"parkwatch journal seal\0" + secret.encode()).digest()
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = self._private.public_key().public_bytes_raw().hex()
        """The public key, in hex: whoever verifies should have it from before."""

    def seal(
        self,
        number: int,
        at: str,
        previous: str,
        heads: Mapping[str, ChainHead],
        next_key: str | None = None,
    ) -> str:
        """The line of the seal `number` at the moment `at` (RFC 3339), with its line feed; `next_key`:
        the one that signs the seals after it, where it is another."""
        told = {code: {"seq": head.seq, "hash": head.hash.hex()} for code, head in heads.items()}
        fields: dict[str, object] = {
            "number": number, "at": at, "previous": previous, "heads": told,
        }  # fmt: skip
        if next_key is not None:
            fields["next_key"] = next_key
        return _text(self.sign(fields)) + "\n"

    def sign(self, fields: dict[str, object]) -> dict[str, str]:
        """The fields as text (`body`), signed (`signature`), and by which `key`, in hex."""
        body = _text(fields)
        signature = self._private.sign(body.encode()).hex()
        return {"body": body, "signature": signature, "key": self.key}


def read_seals(lines: Iterable[str], key: str | None = None) -> Seals:
    """Read seals, oldest first, and check signatures and chain; `key`: one that has to be among those
    that sign, each of them named by the one before it."""
    seals: list[Seal] = []
    faults: list[str] = []
    for number, line in enumerate(lines, 1):
        try:
            seal = _read(line)
        except (msgspec.MsgspecError, ValueError, InvalidSignature):
            faults.append(f"Line {number} of the seals is damaged, or was not signed so.")
            continue
        faults += _faults(seal, seals[-1] if seals else None)
        seals.append(seal)
    if key is not None and seals and key not in {seal.key for seal in seals}:
        faults.append(f"The seals are signed with another key than {key}.")
    return Seals(tuple(seals), tuple(faults))


def _read(line: str) -> Seal:
    """Raises ValueError (or msgspec's, or InvalidSignature) for what is no seal."""
    found = msgspec.json.decode(line, type=_Line)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.key))
    public.verify(bytes.fromhex(found.signature), found.body.encode())
    body = msgspec.json.decode(found.body, type=_Body)
    heads = {code: ChainHead(h.seq, bytes.fromhex(h.hash)) for code, h in body.heads.items()}
    digest = hashlib.sha256(found.body.encode()).hexdigest()
    return Seal(body.number, body.at, body.previous, heads, digest, found.key, body.next_key)


def _faults(seal: Seal, before: Seal | None) -> list[str]:
    faults: list[str] = []
    expected = seal.key if before is None else before.following
    if seal.key != expected:
        faults.append(f"Seal {seal.number} is signed with another key than {expected}.")
    if before is not None and seal.number != before.number + 1:
        faults.append(f"Seal {seal.number} follows seal {before.number}: some are missing.")
    elif before is not None and seal.previous != before.digest:
        faults.append(f"Seal {seal.number} does not follow from the one before it.")
    return faults


def _text(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
