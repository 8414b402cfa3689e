"""Every figure of GB 18218-2018's tables against a second copy of it."""

import csv
from fractions import Fraction
from pathlib import Path

import pytest

from services.domain.critical_quantity import (
    DANGERS,
    TABLE_1,
    TABLE_2,
    TABLE_3,
    TABLE_4,
    Factor,
    exact,
)
from services.domain.critical_quantity_table import BY_CAS, SUBSTANCES
from services.domain.gas import Trust

GOLDEN = Path(__file__).parents[2] / "golden"


def rows(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open() as file:
        return list(csv.DictReader(file))


def figure(factor: Factor | None) -> tuple[Fraction, str, Trust] | None:
    return None if factor is None else (factor.value, factor.source, factor.trust)


def test_the_copy_has_every_row_of_ours() -> None:
    copied = {(row["table_1"], row["form"]) for row in rows("critical_quantities.csv")}
    assert copied == {(each.cas, each.form) for each in SUBSTANCES}
    assert len(rows("critical_quantities.csv")) == len(SUBSTANCES)
    assert [row["class"] for row in rows("danger_classes.csv")] == list(DANGERS)


@pytest.mark.parametrize(
    "row", rows("critical_quantities.csv"), ids=lambda row: row["table_1"] + row["form"]
)
def test_a_substance_has_the_figures_of_tables_1_and_3(row: dict[str, str]) -> None:
    (ours,) = [each for each in BY_CAS[row["table_1"]] if each.form == row["form"]]
    beta = row["beta_table_3"]
    assert figure(ours.quantity) == (Fraction(row["quantity_t"]), TABLE_1, Trust.RESTATED)
    assert figure(ours.beta) == ((Fraction(beta), TABLE_3, Trust.READ) if beta else None)
    assert ours.danger == row["class"]


@pytest.mark.parametrize("row", rows("danger_classes.csv"), ids=lambda row: row["class"])
def test_a_class_has_the_figures_of_tables_2_and_4(row: dict[str, str]) -> None:
    ours = DANGERS[row["class"]]
    quantity, beta = Fraction(row["quantity_t_table_2"]), Fraction(row["beta_table_4"])
    assert figure(ours.quantity) == (quantity, TABLE_2, Trust.RESTATED)
    assert figure(ours.beta) == (beta, TABLE_4, Trust.READ)


def test_a_decimal_counts_as_it_is_written() -> None:
    assert exact(0.3) == Fraction(3, 10)
    assert exact(0.1) + exact(0.2) == exact(0.3)
