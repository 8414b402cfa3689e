"""Each request has a name, given back with its answer, so that a caller's log, ours and the audit
can be held together."""

import re
import secrets
from collections.abc import MutableMapping
from typing import Any

REQUEST_ID = "parkwatch.request_id"
"""Where it stands in the scope of a request."""
HEADER = b"x-request-id"
_GOOD = re.compile(rb"[A-Za-z0-9._-]{1,64}")


def name_request(scope: MutableMapping[str, Any]) -> str:
    """The caller's own name for it, where that is 1 to 64 of `A-Z a-z 0-9 . _ -`, else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER and _GOOD.fullmatch(value):
            return str(value.decode("ascii"))
    return secrets.token_hex(8)
