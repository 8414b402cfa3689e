"""ID tokens of an OpenID provider: signature by its keys, and every claim that OpenID Connect Core 1.0
(3.1.3.7) has us look at. Nothing is asked for here; times are those of our clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK

ALGORITHMS = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA", "PS512": "RSA",
    "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP",
}  # fmt: skip
"""Signatures that are taken, and the kind of key each needs: never none, never a shared secret."""
MAX_LENGTH = 16 * 1024
LEEWAY_S = 60
LEAST_RSA_BITS = 2048


class BadIdToken(Exception):
    """It proves nothing; the text says why, for the log, not for the caller."""


class UnknownKey(BadIdToken):
    """It names a key that is not among these: they may have been changed."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose token, for whom, for which sign-in, and now (epoch s)."""

    issuer: str
    client_id: str
    nonce: str
    now: int


def read_id_token(
    token: str, keys: Sequence[Mapping[str, Any]], expected: Expected
) -> dict[str, Any]:
    """The claims of a token that proves who somebody is. `keys`: of the provider's JWKS. Raises
    BadIdToken."""
    if len(token) > MAX_LENGTH:
        raise BadIdToken("it is too long")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        key = _key(keys, header.get("kid"), algorithm)
        # Our own clock judges the times, so that tests can move it.
        options: Any = {"require": ["iss", "sub", "aud", "exp", "iat"]}
        options |= {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        claims = jwt.decode(
            token, key, [algorithm], options, audience=expected.client_id, issuer=expected.issuer
        )
    except jwt.PyJWTError as error:
        raise BadIdToken(str(error)) from error
    _check(claims, expected)
    return dict(claims)


def _key(keys: Sequence[Mapping[str, Any]], kid: object, algorithm: str) -> PyJWK:
    kind = ALGORITHMS.get(algorithm)
    if kind is None:
        raise BadIdToken(f"it is signed by {algorithm[:20]!r}, which is not taken")
    fitting = [
        each
        for each in keys
        if each.get("kty") == kind
        and each.get("use", "sig") == "sig"
        and each.get("alg", algorithm) == algorithm
        and (kid is None or each.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise UnknownKey(f"{len(fitting)} keys of the provider fit it, and it takes one")
    made = PyJWK(dict(fitting[0]), algorithm)
    if isinstance(made.key, RSAPublicKey) and made.key.key_size < LEAST_RSA_BITS:
        raise BadIdToken(f"its key has {made.key.key_size} bits, and it takes {LEAST_RSA_BITS}")
    return made


def _check(claims: Mapping[str, Any], expected: Expected) -> None:
    expires, issued = claims["exp"], claims["iat"]
    if type(expires) not in (int, float) or type(issued) not in (int, float):
        raise BadIdToken("its times are no numbers")
    if not issued - LEEWAY_S <= expected.now < expires + LEEWAY_S:
        raise BadIdToken("it is not of this time")
    if claims.get("nonce") != expected.nonce:
        raise BadIdToken("it is not of this sign-in")
    audience, party = claims["aud"], claims.get("azp")
    for_several = isinstance(audience, list) and len(audience) > 1
    if (for_several or party is not None) and party != expected.client_id:
        raise BadIdToken("it was made for somebody else")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise BadIdToken("it names nobody")
