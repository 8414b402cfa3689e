"""Signed tokens: who somebody is for 12 hours at most, checkable while the database is away."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

import jwt

from services.api.keyring import Keyring
from services.api.permission import Role
from services.api.principal import Principal
from services.domain.session_life import Right
from services.domain.signing_key import BadKeys, SigningKey
from services.runtime.clock import Clock

LIFETIME_S = 12 * 3600
ALGORITHM = "HS256"
AUDIENCE = "parkwatch"
ISSUER = "parkwatch"
MAX_LENGTH = 4096
_REQUIRED = ["exp", "iat", "sub", "jti", "aud", "iss"]


class BadToken(Exception):
    """Not a token of ours, or no longer one."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a token of ours says: who, when it was issued (epoch ms), and whether it ran out since."""

    principal: Principal
    issued_at: int
    over: bool


class Mint:
    """Issues tokens by one key of at least 32 bytes, and reads those of the keys before it, too, for
    as long as they live."""

    def __init__(self, keys: Keyring | str, clock: Clock) -> None:
        try:
            self._keys = Keyring(keys) if isinstance(keys, str) else keys
        except BadKeys:
            raise SystemExit(
                "PARKWATCH_TOKEN_KEY is too short: set at least 32 random characters, "
                "for example from `openssl rand -hex 32`."
            ) from None
        self._clock = clock

    def issue(self, principal: Principal, lifetime_s: int = LIFETIME_S) -> str:
        """A token for `lifetime_s` from now, at most LIFETIME_S."""
        now = self._clock.now_ms() // 1000
        claims: dict[str, Any] = {
            "sub": principal.username,
            "iat": now,
            "exp": now + lifetime_s,
            "jti": secrets.token_urlsafe(16),
            "aud": AUDIENCE,
            "iss": ISSUER,
            "role": principal.role.value,
            "ent": principal.enterprise,
            "ver": principal.token_version,
        }
        if principal.session is not None:
            claims |= {"sid": principal.session, "enr": principal.right is Right.ENROL}
        return jwt.encode(claims, self._keys.signing, ALGORITHM)

    def read(self, token: str) -> Principal:
        """The principal of a valid token; raises BadToken for any other."""
        claimed = self.identify(token)
        if claimed.over:
            raise BadToken
        return claimed.principal

    def identify(self, token: str) -> Claimed:
        """Whose token it is, or was; raises BadToken for what never was one of ours.

        One whose key was relieved so long ago that no token of it can be in force is over, too: a
        console that was opened by it goes on showing.
        """
        if len(token) > MAX_LENGTH:
            raise BadToken
        key, claims = self._claims(token)
        good = key.is_good(self._clock.now_ms(), LIFETIME_S * 1000)
        over = self._is_over(claims) or not good
        return Claimed(_principal(claims), claims["iat"] * 1000, over)

    def _claims(self, token: str) -> tuple[SigningKey, dict[str, Any]]:
        # Our own clock judges the times, so that tests and replays can move it.
        options: Any = {"require": _REQUIRED, "verify_exp": False, "verify_iat": False}
        for key in self._keys.every:
            try:
                return key, jwt.decode(
                    token, key.secret, [ALGORITHM], options, audience=AUDIENCE, issuer=ISSUER
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidTokenError as error:
                raise BadToken from error
        raise BadToken

    def _is_over(self, claims: dict[str, Any]) -> bool:
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise BadToken
        now = self._clock.now_ms() // 1000
        if now < issued - 60 or not 0 < expires - issued <= LIFETIME_S:
            raise BadToken
        return now >= expires


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
    principal = Principal(str(claims["sub"]), role, enterprise, version)
    session, enrolling = claims.get("sid"), claims.get("enr", False)
    if session is None:
        return principal
    if not isinstance(session, str) or not 20 <= len(session) <= 40 or type(enrolling) is not bool:
        raise BadToken
    return replace(principal, session=session, right=Right.ENROL if enrolling else Right.FULL)
