"""What a recording is made of: instants with the tags that were measured then."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from device_sim.message import Value

TIME_COLUMN = "measured_at"
LONG = (TIME_COLUMN, "tag", "value")
QUALITY_COLUMN = "quality"
QUALITIES = ("good", "uncertain", "bad")
TAG_LENGTH = 128


class BadRecording(Exception):
    """The file cannot be played; the text says where and why in one sentence."""


@dataclass(frozen=True, slots=True)
class Row:
    """One instant: epoch milliseconds, the tags that were measured then, and the qualities that
    are not good."""

    measured_ms: int
    values: dict[str, Value]
    qualities: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extent:
    """What a whole recording holds; times are epoch milliseconds."""

    rows: int
    readings: int
    last_ms: int


class Recording(Protocol):
    """Measurements that can be read from the start as often as wanted, instant by instant."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        ...

    def rows(self) -> Iterator[Row]:
        """All instants in their order. Raises ``BadRecording``."""
        ...


def extent_of(recording: Recording) -> Extent:
    """Read it through once. Raises ``BadRecording``, also if there is nothing in it."""
    rows = readings = 0
    last_ms: int | None = None
    for row in recording.rows():
        rows += 1
        readings += len(row.values)
        last_ms = row.measured_ms if last_ms is None else max(last_ms, row.measured_ms)
    if last_ms is None:
        raise BadRecording(f"{recording.path}: there is no row below the header.")
    return Extent(rows=rows, readings=readings, last_ms=last_ms)


def is_long(header: list[str]) -> bool:
    """Whether a row is one reading (``measured_at, tag, value`` and perhaps ``quality``), and not
    one instant with a column a tag."""
    return header in (list(LONG), [*LONG, QUALITY_COLUMN])


def check_tags(tags: list[str]) -> None:
    """Raises ``ValueError`` with a phrase that says what is wrong with the tags of a wide file."""
    if not tags:
        raise ValueError(f"there is no tag beside {TIME_COLUMN}")
    for tag in tags:
        check_tag(tag)
    if len(set(tags)) != len(tags):
        twice = next(tag for tag in tags if tags.count(tag) > 1)
        raise ValueError(f"the tag {twice} stands in two columns")


def check_tag(tag: str) -> None:
    """Raises ``ValueError`` for what cannot be a tag."""
    if not 1 <= len(tag) <= TAG_LENGTH or not tag.isprintable():
        raise ValueError(f"{tag!r} is no tag (1 to {TAG_LENGTH} printable characters)")
