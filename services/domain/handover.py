"""The hand-over of a shift (交接班): given by one person, taken by another, never changed after."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """How far a hand-over is."""

    OPEN = "open"
    """Signed by who gives, and waiting for who takes."""
    SIGNED = "signed"
    REPLACED = "replaced"
    """Nobody took it, and a newer one was made."""


@dataclass(frozen=True, slots=True)
class Untakable:
    """Why somebody cannot take it over. `personal`: somebody else could."""

    reason: str
    personal: bool = False


def standing(taken_by: str | None, *, replaced: bool) -> Standing:
    """How far it is; one that was taken stays signed, however many come after it."""
    if taken_by is not None:
        return Standing.SIGNED
    return Standing.REPLACED if replaced else Standing.OPEN


def untakable(given_by: str, taken_by: str | None, by: str, *, replaced: bool) -> Untakable | None:
    """What speaks against `by` taking it over; None: nothing."""
    match standing(taken_by, replaced=replaced):
        case Standing.SIGNED:
            return Untakable(f"It was taken over already, by {taken_by}.")
        case Standing.REPLACED:
            return Untakable("A newer hand-over was made: take that one over.")
        case Standing.OPEN:
            if by == given_by:
                return Untakable("Another person than who hands over has to take over.", True)
            return None
