"""The tag of an answer (ETag), so that who asks again is told that nothing changed."""

import hashlib
from typing import Any

import msgspec
from fastapi import Request, Response

from services.api.answer import answer

TAGGED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "ETag": {
                "description": "To be sent as If-None-Match next time",
                "schema": {"type": "string"},
            }
        }
    },
    304: {"description": "As it was when it had this tag: nothing is sent"},
}
"""What a route whose answers are tagged says of that."""


def tagged(request: Request, body: Any, over: Any) -> Response:
    """The answer with a tag over what matters of it; 304 for whoever has just that already.

    The tag is weak: what it does not cover (newest values, ages) may differ.
    """
    digest = hashlib.sha256(msgspec.json.encode(over, order="sorted")).hexdigest()[:32]
    headers = {"ETag": f'W/"{digest}"', "Cache-Control": "private, no-cache",
               "Vary": "Accept-Language, Authorization"}  # fmt: skip
    if _has(request.headers.get("if-none-match", ""), digest):
        return Response(None, 304, headers)
    return answer(body, headers=headers)


def _has(given: str, digest: str) -> bool:
    tags = [each.strip().removeprefix("W/").strip('"') for each in given.split(",")]
    return digest in tags or "*" in tags
