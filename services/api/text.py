"""The kinds of text and number that the border accepts; everything else is refused by name."""

import re
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

HIDDEN_SLASH = "\x1f"
"""Stands for a percent-encoded slash inside a path segment, until the field is read."""


CODE = r"^[A-Za-z0-9_-]{1,64}$"
USERNAME = r"^[A-Za-z0-9._@-]{1,64}$"
PATTERNS = {CODE: "1 to 64 of A-Z a-z 0-9 _ -", USERNAME: "1 to 64 of A-Z a-z 0-9 . _ @ -"}
"""What each pattern says in words."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("only printable characters are allowed")
    return text


def _trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("it must not begin or end with a space")
    return text


def _restore_slash(value: object) -> object:
    return value.replace(HIDDEN_SLASH, "/") if isinstance(value, str) else value


def _lost_plus(value: object) -> object:
    """A `+` in an address reads as a space; in front of an offset it can only have been one."""
    return re.sub(r" (?=\d\d:?\d\d$)", "+", value) if isinstance(value, str) else value


Code = Annotated[
    str,
    Field(
        pattern=CODE,
        description="1 to 64 of A-Z a-z 0-9 _ -",
        examples=["north-works"],
    ),
]
Tag = Annotated[
    str,
    BeforeValidator(_restore_slash),
    Field(min_length=1, max_length=128, examples=["GT-101"]),
    AfterValidator(_printable),
    AfterValidator(_trimmed),
]
Name = Annotated[
    str, Field(min_length=1, max_length=200), AfterValidator(_printable), AfterValidator(_trimmed)
]
Unit = Annotated[
    str,
    Field(min_length=1, max_length=16, examples=["%LEL"]),
    AfterValidator(_printable),
    AfterValidator(_trimmed),
]
Note = Annotated[str, Field(min_length=1, max_length=1000)]
Reason = Annotated[
    str, Field(min_length=1, max_length=1000), AfterValidator(_printable), AfterValidator(_trimmed)
]
"""Why something is done: one line, which everybody sees."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite JSON number: no text, no boolean, no NaN."""
Username = Annotated[str, Field(pattern=USERNAME, examples=["li.wei"])]
NewPassword = Annotated[
    str,
    Field(min_length=8, max_length=256, description="At least 8 characters"),
    AfterValidator(_printable),
]

Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_lost_plus),
    Field(description="RFC 3339 with an offset", examples=["2026-01-04T16:00:00Z"]),
]
AlarmId = Annotated[str, Field(pattern=CODE)]
