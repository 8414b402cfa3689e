"""Signing in by an OpenID provider: authorization code with PKCE (RFC 7636), state and nonce.

What belongs to a sign-in that was begun (state, nonce, verifier) is sealed into a cookie: any api can
end what another one began, and there is nothing here to fill up. The cookie binds it to the browser
that began it, so nobody can be signed in as somebody else; its time is short, and the provider takes
each code once.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import msgspec
import structlog

from services.api.oidc_provider import CodeRefused, Provider
from services.api.oidc_role import Grant, grant_for
from services.api.oidc_token import BadIdToken, Expected, UnknownKey, read_id_token
from services.api.seal import Seal
from services.runtime.clock import Clock

BEGUN_MS = 600_000
"""How long somebody may take at the provider."""
COOKIE = "__Host-parkwatch-oidc"
_SEALED = b"oidc sign-in"
_log = structlog.get_logger()


class NotProved(Exception):
    """Nobody was proved to be anybody."""


@dataclass(frozen=True, slots=True)
class Proved:
    """Who the provider says it is. `grant` None: nobody who has a role here. `strong`: with a second
    factor."""

    issuer: str
    subject: str
    name: str | None
    grant: Grant | None
    strong: bool


class _Begun(msgspec.Struct):
    state: str
    nonce: str
    verifier: str
    until: int


class OidcDoor:
    """The way in by one provider. `strong`: values of `amr` or `acr` that tell of a second factor."""

    def __init__(
        self,
        provider: Provider,
        seal: Seal,
        clock: Clock,
        name: str,
        claim: str,
        grants: tuple[Grant, ...],
        strong: frozenset[str],
    ) -> None:
        self.name = name
        self._provider = provider
        self._seal = seal
        self._clock = clock
        self._claim = claim
        self._grants = grants
        self._strong = strong

    async def begin(self) -> tuple[str, str]:
        """Where to send the browser, and the cookie for it. Raises ProviderAway."""
        endpoints = await self._provider.endpoints()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        client = self._provider.client
        asked = {
            "response_type": "code",
            "client_id": client.client_id,
            "redirect_uri": client.redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
        }
        glue = "&" if "?" in endpoints.authorization_endpoint else "?"
        begun = _Begun(state, nonce, verifier, self._clock.now_ms() + BEGUN_MS)
        sealed = self._seal.close(_SEALED, msgspec.json.encode(begun))
        cookie = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        return f"{endpoints.authorization_endpoint}{glue}{urlencode(asked)}", cookie

    async def finish(self, code: str, state: str, cookie: str | None) -> Proved:
        """Who came back. Raises NotProved, ProviderAway."""
        begun = self._opened(cookie)
        if begun is None or not hmac.compare_digest(state.encode(), begun.state.encode()):
            raise NotProved
        try:
            token = await self._provider.exchange(code, begun.verifier)
            claims = await self._claims(token, begun.nonce)
        except CodeRefused:
            raise NotProved from None
        except BadIdToken as error:
            _log.warning("an ID token of the provider proves nothing", reason=str(error))
            raise NotProved from error
        return self._proved(claims)

    async def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        client = self._provider.client
        now = self._clock.now_ms() // 1000
        expected = Expected(client.issuer, client.client_id, nonce, now)
        try:
            return read_id_token(token, await self._provider.keys(), expected)
        except UnknownKey:
            return read_id_token(token, await self._provider.keys(again=True), expected)

    def _opened(self, cookie: str | None) -> _Begun | None:
        if cookie is None or len(cookie) > 1000:
            return None
        try:
            sealed = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
            text = self._seal.open(_SEALED, sealed)
            found = None if text is None else msgspec.json.decode(text, type=_Begun)
        except (ValueError, msgspec.MsgspecError):
            return None
        return found if found is not None and self._clock.now_ms() < found.until else None

    def _proved(self, claims: dict[str, Any]) -> Proved:
        name = claims.get("preferred_username")
        return Proved(
            claims["iss"],
            claims["sub"],
            name if isinstance(name, str) else None,
            grant_for(claims, self._claim, self._grants),
            bool(self._strong & _told(claims)),
        )


def challenge_of(verifier: str) -> str:
    """What is shown first of a verifier (S256)."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _told(claims: dict[str, Any]) -> frozenset[str]:
    methods, level = claims.get("amr"), claims.get("acr")
    found = [*(methods if isinstance(methods, list) else ()), level]
    return frozenset(each for each in found if isinstance(each, str))
