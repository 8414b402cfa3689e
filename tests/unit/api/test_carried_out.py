"""Whether what is off the board is what was approved."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from services.api.carried_out import is_carried_out
from services.runtime.clock import to_datetime
from services.store.approval import Approval
from services.wire.bus import OffItem

APPLIED = 1_767_225_600_000
MINUTE = 60_000
ASKED = Approval(
    "acme", "p1", "shelve", "a1", "探头结露", 20, None, "wang", to_datetime(APPLIED),
    to_datetime(APPLIED) + timedelta(minutes=30),
)  # fmt: skip
OFF = OffItem("shelved", "wang", "探头结露", APPLIED + 5, APPLIED + 5 + 20 * MINUTE, None, "li")


def test_the_same_two_the_same_way_for_as_long_is_the_same() -> None:
    assert is_carried_out(OFF, ASKED, "li")
    out = msgspec.structs.replace(OFF, how="out_of_service", permit="P-7")
    assert is_carried_out(out, replace(ASKED, action="out_of_service", permit="P-7"), "li")


@pytest.mark.parametrize(
    "other",
    [
        {"by": "zhao"},
        {"approved_by": None},
        {"how": "out_of_service"},
        {"until": None},
        {"until": OFF.since + 30 * MINUTE},
        {"since": APPLIED - 1, "until": APPLIED - 1 + 20 * MINUTE},
        {"permit": "P-7"},
    ],
)
def test_anything_else_of_them_is_not(other: dict[str, object]) -> None:
    assert not is_carried_out(msgspec.structs.replace(OFF, **other), ASKED, "li")


def test_nobody_else_and_not_what_is_on_the_board() -> None:
    assert not is_carried_out(OFF, ASKED, "zhao")
    assert not is_carried_out(None, ASKED, "li")
    assert not is_carried_out(OFF, replace(ASKED, action="create_rule"), "li")
