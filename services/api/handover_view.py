"""Hand-overs that are kept, as outsiders see them."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec

from services.api.alarm_view import moment_text
from services.api.handover_sheet import Handover
from services.domain.handover import standing
from services.store.handover import KeptHandover

THE_PARK = "*"
"""Stands in the place of an enterprise where the shift is the park's."""


@dataclass(frozen=True, slots=True)
class HandoverView:
    """A hand-over that is kept. `enterprise`: whose shift (null: the park's control room). `state`:
    `open` (signed by `given_by` at `at`, and waiting for who takes over), `signed` by both, or
    `replaced` (nobody took it over, and a newer one was made). `taken_how`: `session`, or `password`
    at the console of `given_by`. The counts are those of `at`; `sha256` (hex) is of the record that
    both signed, and stands in the chain of the audit."""

    id: str
    enterprise: str | None
    state: str
    since: str
    at: str
    given_by: str
    note: str | None
    taken_by: str | None
    taken_at: str | None
    taken_how: str | None
    taken_note: str | None
    standing: int
    unacknowledged: int
    off_board: int
    loops_out: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WholeHandover(HandoverView):
    """With `sheet`, as it was when it was made, in the language of who made it; of an older version a
    sheet may lack what came to it later."""

    sheet: Handover


class _Record(msgspec.Struct):
    sheet: msgspec.Raw


def handover_view(kept: KeptHandover) -> HandoverView:
    """As a list shows it."""
    return HandoverView(**_fields(kept))


def whole_view(kept: KeptHandover, record: str) -> WholeHandover:
    """With what was handed over, byte for byte."""
    told = msgspec.json.decode(record, type=_Record).sheet
    return WholeHandover(**_fields(kept), sheet=cast(Handover, told))


def record_of(kept: KeptHandover, told: Handover) -> str:
    """What is hashed and signed: who handed over, which span, what they noted, and the sheet."""
    signed = {
        "id": kept.id,
        "enterprise": kept.enterprise,
        "since": told.since,
        "at": told.at,
        "given_by": kept.given_by,
        "note": kept.note,
        "sheet": told,
    }
    return msgspec.json.encode(signed).decode()


def _fields(kept: KeptHandover) -> dict[str, Any]:
    return {
        "id": kept.id,
        "enterprise": None if kept.enterprise == THE_PARK else kept.enterprise,
        "state": standing(kept.taken_by, replaced=kept.replaced).value,
        "since": moment_text(kept.since),
        "at": moment_text(kept.at),
        "given_by": kept.given_by,
        "note": kept.note,
        "taken_by": kept.taken_by,
        "taken_at": None if kept.taken_at is None else moment_text(kept.taken_at),
        "taken_how": kept.taken_how,
        "taken_note": kept.taken_note,
        "standing": kept.standing,
        "unacknowledged": kept.unacknowledged,
        "off_board": kept.off_board,
        "loops_out": kept.loops_out,
        "sha256": kept.sha256,
    }
