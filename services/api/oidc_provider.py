"""An OpenID provider as we ask it: its discovery document, its keys, a code in exchange for a token."""

import asyncio
import base64
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from services.runtime.clock import Clock
from services.runtime.outgoing import NoAnswer, Outgoing, Refused

Shape = TypeVar("Shape", bound=msgspec.Struct)
KEPT_S = 3600.0
"""How long its discovery document and its keys are believed."""
AGAIN_S = 10.0
"""Keys are not asked for more often, whatever key a token names."""
MOST_AT_ONCE = 4
"""Requests to the provider; who comes later waits."""


class ProviderAway(Exception):
    """It does not answer, or not as a provider does; the text says how."""


class CodeRefused(Exception):
    """It gives nothing for this code."""


class Endpoints(msgspec.Struct, frozen=True):
    """What we use of a discovery document (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class _Keys(msgspec.Struct):
    keys: list[dict[str, Any]]


class _Given(msgspec.Struct):
    id_token: str


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the provider. Without a secret PKCE alone holds the exchange."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str


class Provider:
    """One provider. Each method raises ProviderAway."""

    def __init__(self, client: Client, outgoing: Outgoing, clock: Clock) -> None:
        self.client = client
        self._outgoing = outgoing
        self._clock = clock
        self._turns = asyncio.Semaphore(MOST_AT_ONCE)
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None

    async def endpoints(self) -> Endpoints:
        """Where it is asked what."""
        now = self._clock.monotonic()
        if self._endpoints is not None and now - self._endpoints[0] < KEPT_S:
            return self._endpoints[1]
        url = self.client.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _decoded(await self._get(url), Endpoints)
        if found.issuer != self.client.issuer:
            raise ProviderAway(f"it says it is {found.issuer[:200]!r}")
        for each in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            if not is_safe(each):
                raise ProviderAway(f"it names {each[:200]!r}, which is not encrypted")
        self._endpoints = now, found
        return found

    async def keys(self, again: bool = False) -> list[dict[str, Any]]:
        """Its keys (JWKS). `again`: a token names one that is not among those known."""
        now = self._clock.monotonic()
        if self._keys is not None and now - self._keys[0] < (AGAIN_S if again else KEPT_S):
            return self._keys[1]
        url = (await self.endpoints()).jwks_uri
        found = _decoded(await self._get(url), _Keys).keys
        self._keys = now, found
        return found

    async def exchange(self, code: str, verifier: str) -> str:
        """The ID token for a code. Raises CodeRefused."""
        client = self.client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
            "client_id": client.client_id,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if client.client_secret is not None:
            del form["client_id"]
            pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        url = (await self.endpoints()).token_endpoint
        status, body = await self._ask("POST", url, urlencode(form).encode(), headers)
        if status in (400, 401, 403):
            raise CodeRefused
        if status != 200:
            raise ProviderAway(f"{_place(url)} answers {status}")
        return _decoded(body, _Given).id_token

    async def _get(self, url: str) -> bytes:
        status, body = await self._ask("GET", url)
        if status != 200:
            raise ProviderAway(f"{_place(url)} answers {status}")
        return body

    async def _ask(
        self, method: str, url: str, body: bytes | None = None, more: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        headers = {"Accept": "application/json", "User-Agent": "parkwatch", **(more or {})}
        async with self._turns:
            try:
                answer = await asyncio.to_thread(self._outgoing.send, method, url, body, headers)
            except (Refused, NoAnswer) as error:
                raise ProviderAway(str(error)) from error
        return answer.status, answer.body


def is_safe(url: str) -> bool:
    """Whether it is encrypted, or never leaves this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or parts.hostname is None:
        return False
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}"


def _decoded(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProviderAway(f"it answers something else ({error})") from error
