"""A scenario's YAML with the line of everything in it, so that a mistake can be pointed at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic_core import ErrorDetails

LONGEST = 1_000_000
KEYS = "name, title, title_en, start, duration_s, timeline"
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
Loc = tuple[int | str, ...]


class NotReadable(Exception):
    """It is no YAML, or no such YAML as a scenario is; the text says it with the line."""


@dataclass(frozen=True)
class Lines:
    """Where a scenario stands: the file's name and the line of each of its parts."""

    name: str = "the scenario"
    by_loc: dict[Loc, int] = field(default_factory=dict)

    def at(self, loc: Loc) -> int | None:
        """The line of a part, or of the nearest thing around it. What stands in no file has
        none. Names in ``loc`` that are not in the file (kinds of cause) are passed over."""
        here: Loc = ()
        for part in loc:
            if (*here, part) in self.by_loc:
                here = (*here, part)
        return self.by_loc.get(here)

    def sentence(self, loc: Loc, text: str) -> str:
        """``file, line 7: text.``"""
        line = self.at(loc)
        where = self.name if line is None else f"{self.name}, line {line}"
        return f"{where}: {text}."


def read(text: str, name: str) -> tuple[Any, Lines]:
    """The data and where it stands. Raises ``NotReadable``.

    Aliases are refused (a file of a few lines could stand for gigabytes), and so is a key that
    is there twice, of which YAML would silently take the last, and 1:30, of which it makes 90.
    """
    if len(text) > LONGEST:
        raise NotReadable(f"{name}: longer than {LONGEST} characters, which no scenario is.")
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        lines = Lines(name, dict(_walk(node, (), name, set())) if node is not None else {})
        return (loader.construct_document(node) if node is not None else None), lines
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f", line {error.problem_mark.line + 1}"
        raise NotReadable(f"{name}{line}: not YAML ({error.problem}).") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NotReadable(f"{name}: not YAML ({' '.join(str(error).split())}).") from error


def _walk(node: yaml.Node, loc: Loc, name: str, seen: set[int]) -> Iterator[tuple[Loc, int]]:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise NotReadable(f"{name}, line {line}: aliases (*name) have no place in a scenario.")
    seen.add(id(node))
    yield loc, line
    if isinstance(node, yaml.ScalarNode) and ":" in node.value and node.tag in _NUMBERS:
        raise NotReadable(
            f"{name}, line {line}: YAML reads {node.value} as a number to base 60: write it in seconds."
        )
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value):
            yield from _walk(item, (*loc, place), name, seen)
    elif isinstance(node, yaml.MappingNode):
        known: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise NotReadable(f"{name}, line {line}: a key must be a word.")
            if key.value in known:
                raise NotReadable(f"{name}, line {line}: {key.value} is there twice.")
            known.add(key.value)
            yield from _walk(value, (*loc, key.value), name, seen)
            yield (*loc, key.value), line


def mistake(error: ErrorDetails, lines: Lines) -> str:
    """One of pydantic's findings as a sentence with its line."""
    loc = tuple(error["loc"])
    kind = error["type"]
    where = _where(loc, lines, is_missing=kind == "missing")
    if kind == "missing":
        return lines.sentence(loc[:-1], f"{where} is missing")
    if kind == "extra_forbidden":
        return lines.sentence(loc, f"{where} is not known here")
    if kind == "union_tag_not_found":
        return lines.sentence(loc, f"{where}: cause is missing")
    if kind == "union_tag_invalid":
        context = error.get("ctx", {})
        known = str(context.get("expected_tags", "")).replace("'", "")
        return lines.sentence(loc, f"{where}: no cause {context.get('tag')!r}; there are {known}")
    if kind == "model_type" and not loc:
        state = "is empty: it should be" if error["input"] is None else "should be"
        return lines.sentence(loc, f"{where} {state} lines of key: value ({KEYS})")
    text = error["msg"].removeprefix("Value error, ").rstrip(".")
    if text.startswith("Input should"):
        return lines.sentence(loc, f"{where}{text.removeprefix('Input')}")
    return lines.sentence(loc, f"{where}: {text}")


def _where(loc: Loc, lines: Lines, *, is_missing: bool) -> str:
    """``timeline 3: share``: the parts that are in the file, counted from 1, and what is not."""
    words = ""
    here: Loc = ()
    for place, part in enumerate(loc):
        in_file = (*here, part) in lines.by_loc
        here = (*here, part) if in_file else here
        if isinstance(part, int):
            words += f" {part + 1}"
        elif in_file or (is_missing and place == len(loc) - 1):
            words += f": {part}" if words else str(part)
    return words or "the file"
