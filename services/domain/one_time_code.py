"""One-time codes of an authenticator: TOTP (RFC 6238) over HOTP (RFC 4226), times passed in.

SHA-1, six digits, 30 s: what every authenticator takes. The secret is 160 random bits (RFC 4226 §4).
"""

import base64
import hmac
from urllib.parse import quote, urlencode

STEP_MS = 30_000
DIGITS = 6
WINDOW = 1
"""Steps before and after ours that are taken: clocks differ, and people type (RFC 6238 §5.2)."""
SECRET_BYTES = 20
ISSUER = "Parkwatch"


def step_of(now_ms: int) -> int:
    """The number of the step that `now_ms` (epoch ms) lies in."""
    return now_ms // STEP_MS


def code_at(secret: bytes, step: int, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """The code of a step: RFC 4226 §5.3, dynamic truncation."""
    mark = hmac.digest(secret, step.to_bytes(8, "big"), algorithm)
    place = mark[-1] & 0x0F
    number = int.from_bytes(mark[place : place + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def accepted_step(secret: bytes, given: str, now_ms: int, last_step: int) -> int | None:
    """The step whose code this is, within the window and later than `last_step`; None for any
    other: a code that was taken, or an older one, is taken no more (RFC 6238 §5.2).

    Every step of the window is compared, so that the time tells nothing.
    """
    code = "".join(given.split())
    now, found = step_of(now_ms), None
    for step in range(now - WINDOW, now + WINDOW + 1):
        same = step >= 0 and hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if same and step > last_step:
            found = step
    return found


def written_secret(secret: bytes) -> str:
    """As people type it: base32, without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def enrolment_uri(secret: bytes, username: str) -> str:
    """What an authenticator reads from a QR code (Key URI Format)."""
    label = quote(f"{ISSUER}:{username}", safe="")
    asked = {
        "secret": written_secret(secret),
        "issuer": ISSUER,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_MS // 1000,
    }
    return f"otpauth://totp/{label}?{urlencode(asked)}"
