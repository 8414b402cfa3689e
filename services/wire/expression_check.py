"""What compiles and could yet never say anything: an expression over no point, and a state compared
with a name that is none of its states."""

import re
from collections.abc import Mapping, Sequence

from services.domain.point import STATES, Point

_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|//[^\n]*|[A-Za-z_]\w*|[0-9][\w.]*"
    r"|==|!=|<=|>=|&&|\|\||\S"
)
_ENDS = frozenset({"", "&&", "||", ")", "?", ":", ",", "]", "==", "!="})
"""What may follow a compared text or name for it to be the whole of one side."""
_BEGINS = frozenset({"", "&&", "||", "(", "?", ":", ",", "[", "!", "==", "!="})


def idle(text: str, variables: Mapping[str, Point]) -> str | None:
    """Why a compiled expression could never change, in a sentence; None where it may."""
    tokens = ["", *tokens_of(text), "", "", ""]
    named = {t for t, before in zip(tokens[1:], tokens, strict=False) if before != "."}
    if not named & set(variables):
        return "It names none of its points, so it would never change: compare one of them."
    for place, name in enumerate(tokens):
        point = variables.get(name)
        states = None if point is None else STATES.get(point.kind)
        if states is None:
            continue
        for wrong in _compared(tokens, place):
            if wrong not in states:
                known = ", ".join(states)
                return f"No state of {name} is called {wrong!r}: its states are {known}."
    return None


def tokens_of(text: str) -> list[str]:
    """The words and signs of an expression, without its comments."""
    return [each for each in _TOKEN.findall(text) if not each.startswith("//")]


def _compared(tokens: Sequence[str], place: int) -> list[str]:
    """The texts that the name at `place` is compared with as a whole."""
    before, after, text = tokens[place - 1], tokens[place + 1], tokens[place + 2]
    if before in ("==", "!=") and after in _ENDS and place >= 3:
        text, outer = tokens[place - 2], tokens[place - 3]
        return _plain([text]) if outer in _BEGINS else []
    if before not in _BEGINS:
        return []
    if after in ("==", "!="):
        return _plain([text]) if tokens[place + 3] in _ENDS else []
    if after == "in" and text == "[" and "]" in tokens[place:]:
        listed = tokens[place + 3 : tokens.index("]", place)]
        return _plain(listed[::2]) if set(listed[1::2]) <= {","} else []
    return []


def _plain(texts: Sequence[str]) -> list[str]:
    """Texts without their quotes; those with an escape are let pass."""
    return [t[1:-1] for t in texts if t[:1] in ("'", '"') and "\\" not in t]
