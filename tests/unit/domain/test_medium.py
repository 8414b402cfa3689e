"""A medium is a substance that somebody can look up: a name we know, or a CAS number."""

import pytest

from services.domain.medium import unknown


@pytest.mark.parametrize(
    "medium",
    ["methane", "CH4", "74-82-8", "甲烷", "Chlorine", "氯", "calcium carbide", "碳化钙", "7732-18-5",
     "7782-44-7"],
)  # fmt: skip
def test_what_somebody_can_look_up_is_taken(medium: str) -> None:
    assert unknown(medium) is None


@pytest.mark.parametrize(
    ("medium", "said"),
    [
        ("unobtainium", "nobody knows unobtainium: send its CAS number"),
        ("甲烷气?", "nobody knows"),
        ("74-82-9", "check digit of 74-82-9"),
        ("74828", "CAS number like"),
    ],
)
def test_what_nobody_knows_is_told(medium: str, said: str) -> None:
    assert said in (unknown(medium) or "")
