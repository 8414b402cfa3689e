"""The broker's administrator: an address whose password may stand in a file, and be rotated."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit


def current(url: str) -> str:
    """The address to connect to now: `nats://user:password@host:port`, with the password of the file
    in `?password_file=`, where there is one. Raises OSError."""
    parts = urlsplit(url)
    files = parse_qs(parts.query).get("password_file")
    if not files:
        return url
    password = Path(files[0]).read_text(encoding="utf-8").strip()
    place = f"{parts.username}:{password}@{parts.hostname}:{parts.port}"
    return urlunsplit((parts.scheme, place, "", "", ""))
