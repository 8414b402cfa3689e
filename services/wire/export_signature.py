"""The signature at the end of an exported journal, by the key that signs the seals (Ed25519)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.wire.seal import Sealer

PARK = "park"
"""The scope of those who see every enterprise."""


class BadSignature(ValueError):
    """What stands there signs nothing, or something else; the text says which."""


class _Signed(msgspec.Struct, frozen=True):
    body: str
    signature: str
    key: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A good signature: by which key (hex), and the scope of the one who exported."""

    key: str
    scope: str


def sign_export(sealer: Sealer, stated: Mapping[str, Any], scope: str) -> dict[str, str]:
    """Sign what is stated of an export, for somebody who sees `scope`."""
    return sealer.sign({**stated, "scope": scope})


def read_signature(signed: object, stated: Mapping[str, Any]) -> Signature:
    """Check that `signed` is a signature over what is stated. Raises BadSignature."""
    try:
        found = msgspec.convert(signed, _Signed)
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found.key))
        public.verify(bytes.fromhex(found.signature), found.body.encode())
        body = msgspec.json.decode(found.body, type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError, InvalidSignature):
        raise BadSignature("The signature is damaged, or was not made by its key.") from None
    scope = body.pop("scope", None)
    if body != stated or not isinstance(scope, str):
        raise BadSignature(
            "The signature is over another export than this: it was changed afterwards."
        )
    return Signature(found.key, scope)
