"""The kinds of text and number that the border accepts; everything else is refused by name."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

HIDDEN_SLASH = "\x1f"
"""Stands for a percent-encoded slash inside a path segment, until the field is read."""


CODE = r"^[A-Za-z0-9_-]{1,64}$"
USERNAME = r"^[A-Za-z0-9._@-]{1,64}$"
KNOWN_USERNAME = r"^(oidc:)?[A-Za-z0-9._@-]{1,64}$"
PHONE = r"^\+?[0-9][0-9 -]{4,19}$"
ENTERPRISE_NUMBER = r"^[0-9]{11}$"
SOURCE_NUMBER = r"^[0-9]{14}$"
PATTERNS = {
    CODE: "1 to 64 of A-Z a-z 0-9 _ -",
    USERNAME: "1 to 64 of A-Z a-z 0-9 . _ @ -",
    KNOWN_USERNAME: "1 to 64 of A-Z a-z 0-9 . _ @ -",
    PHONE: "5 to 20 of 0-9, spaces and -, with + in front where it is needed",
    ENTERPRISE_NUMBER: "11 digits",
    SOURCE_NUMBER: "14 digits",
}
"""What each pattern says in words."""


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("only printable characters are allowed")
    return text


def _trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("it must not begin or end with a space")
    return text


def _told(text: str) -> str:
    """Without the spaces and empty lines around it. Raises ValueError where nothing is left."""
    text = text.strip()
    if not text:
        raise ValueError("it must not be blank")
    return text


def _restore_slash(value: object) -> object:
    return value.replace(HIDDEN_SLASH, "/") if isinstance(value, str) else value


_RFC_3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


def _written(value: object) -> object:
    """A moment as RFC 3339 writes it, and not a number that pydantic would take for an epoch's.

    A `+` in an address reads as a space; in front of an offset it can only have been one.
    """
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError("it must be text like 2026-01-04T16:00:00Z")
    text = re.sub(r" (?=\d\d:?\d\d$)", "+", value)
    if _RFC_3339.fullmatch(text) is None:
        raise ValueError("it must be written like 2026-01-04T16:00:00Z")
    return text


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
Note = Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_told)]
Reason = Annotated[
    str, Field(min_length=1, max_length=1000), AfterValidator(_printable), AfterValidator(_trimmed)
]
"""Why something is done: one line, which everybody sees."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""A finite JSON number: no text, no boolean, no NaN."""
Username = Annotated[str, Field(pattern=USERNAME, examples=["li.wei"])]
KnownUsername = Annotated[str, Field(pattern=KNOWN_USERNAME, examples=["li.wei"])]
"""Also of somebody who signs in by a provider; nobody is given such a name here."""
NewPassword = Annotated[
    str,
    Field(min_length=8, max_length=256, description="At least 8 characters"),
    AfterValidator(_printable),
]

Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_written),
    Field(description="RFC 3339 with an offset", examples=["2026-01-04T16:00:00Z"]),
]
AlarmId = Annotated[str, Field(pattern=CODE)]
