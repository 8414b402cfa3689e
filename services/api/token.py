"""Signed tokens: who somebody is for 12 hours, checkable while the database is away."""

import secrets
from typing import Any

import jwt

from services.api.permission import Role
from services.api.principal import Principal
from services.runtime.clock import Clock

LIFETIME_S = 12 * 3600
ALGORITHM = "HS256"
AUDIENCE = "parkwatch"
ISSUER = "parkwatch"
MAX_LENGTH = 4096
_REQUIRED = ["exp", "iat", "sub", "jti", "aud", "iss"]


class BadToken(Exception):
    """Not a token of ours, or no longer one."""


class Mint:
    """Issues and reads tokens with one key of at least 32 bytes."""

    def __init__(self, key: str, clock: Clock) -> None:
        if len(key) < 32:
            raise SystemExit(
                "PARKWATCH_TOKEN_KEY is too short: set at least 32 random characters, "
                "for example from `openssl rand -hex 32`."
            )
        self._key = key
        self._clock = clock

    def issue(self, principal: Principal) -> str:
        now = self._clock.now_ms() // 1000
        claims: dict[str, Any] = {
            "sub": principal.username,
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": secrets.token_urlsafe(16),
            "aud": AUDIENCE,
            "iss": ISSUER,
            "role": principal.role.value,
            "ent": principal.enterprise,
            "ver": principal.token_version,
        }
        return jwt.encode(claims, self._key, ALGORITHM)

    def read(self, token: str) -> Principal:
        """The principal of a valid token; raises BadToken for any other."""
        if len(token) > MAX_LENGTH:
            raise BadToken
        # Our own clock judges the times, so that tests and replays can move it.
        options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(
                token, self._key, [ALGORITHM], options, audience=AUDIENCE, issuer=ISSUER
            )
        except jwt.InvalidTokenError as error:
            raise BadToken from error
        self._check_times(claims)
        return _principal(claims)

    def _check_times(self, claims: dict[str, Any]) -> None:
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise BadToken
        now = self._clock.now_ms() // 1000
        if not issued - 60 <= now < expires or expires - issued > LIFETIME_S:
            raise BadToken


def _principal(claims: dict[str, Any]) -> Principal:
    enterprise, version = claims.get("ent"), claims.get("ver")
    if type(version) is not int or not (enterprise is None or isinstance(enterprise, str)):
        raise BadToken
    try:
        role = Role(str(claims.get("role")))
    except ValueError as error:
        raise BadToken from error
    if (role is Role.ENTERPRISE) != (enterprise is not None):
        raise BadToken
    return Principal(str(claims["sub"]), role, enterprise, version)
