"""The platform's REST interface, as far as a registration needs it."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, TypeAlias

from device_sim.clock import Clock, SystemClock

TIMEOUT_S = 10.0
PAGE = 500
AGAIN_S = 1.0
"""No sooner is anybody asked again."""

Json: TypeAlias = dict[str, Any]


class Away(Exception):
    """Nobody answers, or not now: try again after ``wait_s`` if it is given."""

    def __init__(self, sentence: str, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


class Refused(Exception):
    """The platform answered no; ``status`` is its HTTP status."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass
class Platform:
    """One platform at ``url`` (no path), signed in as a person of the park.

    ``patience_s``: how long something that is only read is asked for again while nobody answers,
    or not now; ``clock``: by which that is waited for.
    """

    url: str
    username: str
    password: str
    patience_s: float = 0.0
    clock: Clock = field(default_factory=SystemClock, repr=False)
    _token: str | None = field(default=None, repr=False)

    def sign_in(self) -> None:
        """Raises ``Away`` or ``Refused``."""
        form = urllib.parse.urlencode({"username": self.username, "password": self.password})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._call("POST", "/auth/token", form.encode(), headers)
        self._token = str(answer["access_token"])

    def post(self, path: str, body: Mapping[str, object]) -> Json:
        """Create something; the answer. Raises ``Away`` or ``Refused``."""
        headers = {"Content-Type": "application/json"}
        return self._call("POST", path, json.dumps(body).encode(), headers)

    def put(self, path: str, body: Mapping[str, object]) -> Json:
        """Put something in its place; the answer. Raises ``Away`` or ``Refused``."""
        headers = {"Content-Type": "application/json"}
        return self._call("PUT", path, json.dumps(body).encode(), headers)

    def post_text(self, path: str, text: str, media_type: str) -> Json:
        """Send a text, such as a sheet; the answer. Raises ``Away`` or ``Refused``."""
        return self._call("POST", path, text.encode(), {"Content-Type": media_type})

    def one(self, path: str) -> Json:
        """One thing as it is. Raises ``Away`` or ``Refused``."""
        return self._read(path)

    def items(self, path: str, **query: str) -> Iterator[Json]:
        """All items of a list, page by page. Raises ``Away`` or ``Refused``."""
        cursor: str | None = None
        while True:
            wanted = {**query, "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
            page = self._read(f"{path}?{urllib.parse.urlencode(wanted)}")
            yield from page["items"]
            cursor = page.get("next")
            if not cursor:
                return

    def _read(self, path: str) -> Json:
        """Reading twice does no harm, so what is busy is asked again."""
        until = self.clock.monotonic() + self.patience_s
        while True:
            try:
                return self._call("GET", path, None, {})
            except Away as error:
                wait_s = max(error.wait_s or 0.0, AGAIN_S)
                if self.clock.monotonic() + wait_s > until:
                    raise
                self.clock.sleep(wait_s)

    def _call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Json:
        request = urllib.request.Request(
            f"{self.url.rstrip('/')}/api/v1{path}", data=body, headers=headers, method=method
        )
        if self._token is not None:
            request.add_header("Authorization", f"Bearer {self._token}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
                found = json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise _refusal(method, path, error) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Away(f"{self.url} does not answer ({error})") from error
        return found if isinstance(found, dict) else {}


def _refusal(method: str, path: str, error: urllib.error.HTTPError) -> Away | Refused:
    """429 and 5xx are worth another try, the rest is an answer."""
    try:
        problem = json.loads(error.read() or b"{}")
        detail = problem.get("detail") or problem.get("title") or error.reason
    except (OSError, ValueError, AttributeError):
        detail = error.reason
    sentence = f"{method} {path.split('?')[0]}: {error.code} {detail}"
    if error.code == 429 or error.code >= 500:
        after = error.headers.get("Retry-After", "")
        return Away(sentence, float(after) if after.isdigit() else None)
    return Refused(error.code, sentence)
