"""An OpenID provider, small and real: a process of its own that speaks discovery, keys and tokens, and
signs with real keys. Whoever comes to it is who the address says (`as`, `groups`, …); `spoil` names what
is wrong with the token it will give."""

import base64
import hmac
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET = "parkwatch", "s3cret of the client"
ROOT = __file__.rpartition("/tests/")[0]


class Keys:
    """Two that are published, and others that are not, or are too weak."""

    def __init__(self) -> None:
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.weak = rsa.generate_private_key(65537, 1024)
        self.foreign = rsa.generate_private_key(65537, 2048)
        self.late: rsa.RSAPrivateKey | None = None

    def published(self) -> list[dict[str, Any]]:
        named = [("rsa", self.rsa), ("weak", self.weak)]
        if self.late is not None:
            named.append(("late", self.late))
        found = [
            RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": n} for n, key in named
        ]
        return [*found, ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True) | {"kid": "ec"}]

    def signed(self, claims: dict[str, Any], spoil: str) -> str:
        if spoil == "none":
            return jwt.encode(claims, "", "none")
        if spoil == "shared":  # the published key, taken for a shared secret
            return forged(claims, self.rsa.public_key())
        if spoil == "late":
            self.late = self.late or rsa.generate_private_key(65537, 2048)
            return jwt.encode(claims, self.late, "RS256", {"kid": "late"})
        if spoil == "ec":
            return jwt.encode(claims, self.ec, "ES256", {"kid": "ec"})
        key = {"foreign": self.foreign, "weak": self.weak}.get(spoil, self.rsa)
        kid = {"weak": "weak", "unknown": "nobody"}.get(spoil, "rsa")
        return jwt.encode(claims, key, "PS256" if spoil == "pss" else "RS256", {"kid": kid})


def forged(claims: dict[str, Any], key: rsa.RSAPublicKey) -> str:
    """As one would by hand, for no honest library does it."""
    public = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    parts = [{"alg": "HS256", "typ": "JWT", "kid": "rsa"}, claims]
    text = ".".join(_base64(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_base64(hmac.digest(public, text.encode(), sha256))}"


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Provider(ThreadingHTTPServer):
    """Everything it knows: its keys, and the codes that wait to be exchanged."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}/park"
        self.keys = Keys()
        self.codes: dict[str, dict[str, str]] = {}

    def claims(self, asked: dict[str, str]) -> dict[str, Any]:
        now, spoil = int(time.time()) + int(asked.get("ahead", "0")), asked.get("spoil", "")
        claims: dict[str, Any] = {
            "iss": self.issuer, "sub": asked["as"], "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"], "preferred_username": asked.get("name", asked["as"]),
            "groups": asked.get("groups", "").split(","), "amr": asked.get("amr", "pwd").split(","),
        }  # fmt: skip
        spoilt: dict[str, dict[str, Any]] = {
            "iss": {"iss": "http://127.0.0.1:1/park"}, "aud": {"aud": "somebody-else"},
            "azp": {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
            "several": {"aud": [CLIENT, "somebody-else"]},
            "old": {"iat": now - 900, "exp": now - 600}, "early": {"iat": now + 900, "exp": now + 999},
            "nonce": {"nonce": "another"}, "no-nonce": {"nonce": None}, "times": {"exp": "tomorrow"},
            "nobody": {"sub": ""},
        }  # fmt: skip
        return claims | spoilt.get(spoil, {})


class Answer(BaseHTTPRequestHandler):
    """One request to it."""

    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/park/.well-known/openid-configuration":
            base = self.server.issuer
            self.say(200, {"issuer": base, "jwks_uri": f"{base}/keys",
                           "authorization_endpoint": f"{base}/authorize?realm=park",
                           "token_endpoint": f"{base}/token"})  # fmt: skip
        elif parts.path == "/park/keys":
            self.say(200, {"keys": self.server.keys.published()})
        elif parts.path == "/park/authorize" and asked["response_type"] == "code":
            asked = {"as": "s-0", "groups": "shift"} | asked
            code = secrets.token_urlsafe(16)
            self.server.codes[code] = asked
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.say(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        told = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.server.codes.pop(told.get("code", ""), None)
        if asked is None or not self.is_owner(told, asked):
            self.say(400, {"error": "invalid_grant"})
            return
        token = self.server.keys.signed(self.server.claims(asked), asked.get("spoil", ""))
        self.say(
            200, {"access_token": "not ours to use", "token_type": "Bearer", "id_token": token}
        )

    def is_owner(self, told: dict[str, str], asked: dict[str, str]) -> bool:
        """Who redeems the code: the client by its secret, and whoever began by the verifier."""
        pair = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        digest = sha256(told["code_verifier"].encode()).digest()
        shown = _base64(digest)
        return (
            [unquote(each) for each in pair.split(":")] == [CLIENT, SECRET]
            and told["grant_type"] == "authorization_code"
            and told["redirect_uri"] == asked["redirect_uri"]
            and (asked["code_challenge_method"], asked["code_challenge"]) == ("S256", shown)
        )

    def say(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        return


@contextmanager
def living_provider() -> Iterator[str]:
    """A provider's process; its issuer."""
    words = [sys.executable, "-m", "tests.living.oidc_provider"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    provider = Provider()
    print(provider.issuer, flush=True)
    provider.serve_forever()
