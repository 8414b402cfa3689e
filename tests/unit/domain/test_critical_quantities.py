"""Every figure of GB 18218-2018's tables against a second copy of it."""

import csv
from fractions import Fraction
from pathlib import Path

from services.domain import critical_quantity, critical_quantity_table
from services.domain.critical_quantity import (
    DANGERS,
    TABLE_1,
    TABLE_2,
    TABLE_3,
    TABLE_4,
    Factor,
    Substance,
    exact,
)
from services.domain.critical_quantity_table import BY_CAS, SUBSTANCES
from services.domain.gas import Trust
from tests.unit.domain.anew import imported_anew

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


def test_a_substance_has_the_figures_of_tables_1_and_3() -> None:
    by_cas = imported_anew(critical_quantity_table).BY_CAS
    assert by_cas.keys() == BY_CAS.keys()
    for row in rows("critical_quantities.csv"):
        (ours,) = [each for each in by_cas[row["table_1"]] if each.form == row["form"]]
        check_substance(ours, row)


def check_substance(ours: Substance, row: dict[str, str]) -> None:
    beta = row["beta_table_3"]
    quantity = Fraction(row["quantity_t"])
    assert figure(ours.quantity) == (quantity, TABLE_1, Trust(row["trust"])), row
    assert figure(ours.beta) == ((Fraction(beta), TABLE_3, Trust.READ) if beta else None)
    assert ours.danger == row["class"]


def test_a_class_has_the_figures_of_tables_2_and_4() -> None:
    ours = imported_anew(critical_quantity).DANGERS
    for row in rows("danger_classes.csv"):
        quantity, beta = Fraction(row["quantity_t_table_2"]), Fraction(row["beta_table_4"])
        told = ours[row["class"]].quantity, ours[row["class"]].beta
        assert figure(told[0]) == (quantity, TABLE_2, Trust.RESTATED), row
        assert figure(told[1]) == (beta, TABLE_4, Trust.READ), row


def test_a_decimal_counts_as_it_is_written() -> None:
    assert exact(0.3) == Fraction(3, 10)
    assert exact(0.1) + exact(0.2) == exact(0.3)
