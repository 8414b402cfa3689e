"""The far end of the chain: what the api says of the canary."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from services.watcher.broker import TIMEOUT_S, Unreachable, trust

ANSWER_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """The newest numbers of our readings whose alarm was raised, and returned, over there."""

    raised: int = 0
    returned: int = 0


class FarEnd:
    """Asks `GET /canaryz`. One name (`boot`) a life of ours, so that nobody's canary is ours."""

    def __init__(self, api_url: str, pin: Path | None, boot: str) -> None:
        self._url = f"{api_url}/canaryz"
        self._pin = pin
        self._boot = boot

    def look(self) -> Seen:
        """What it has seen of ours so far. Raises Unreachable."""
        secure = self._url.startswith("https:")
        try:
            context = trust(self._pin) if secure else None
            with urllib.request.urlopen(self._url, timeout=TIMEOUT_S, context=context) as answer:
                found = json.loads(answer.read(ANSWER_BYTES))
        except urllib.error.HTTPError as error:
            raise Unreachable(f"the api answers {error.code}") from error
        except (urllib.error.URLError, OSError, HTTPException) as error:
            raise Unreachable(f"the api does not answer ({error})") from error
        except ValueError as error:
            raise Unreachable("the api answers something else than JSON") from error
        return self._ours(found)

    def _ours(self, found: object) -> Seen:
        passes = found.get("passes") if isinstance(found, dict) else None
        for each in passes if isinstance(passes, list) else ():
            if isinstance(each, dict) and each.get("boot") == self._boot:
                raised, returned = each.get("raised"), each.get("returned")
                if isinstance(raised, int) and isinstance(returned, int):
                    return Seen(raised, returned)
        return Seen()
