"""What an enterprise handles can be looked up, or it is declared by its class."""

import pytest

from services.domain.critical_quantity import DANGERS
from services.domain.hazard_source import Unfit
from services.domain.product import OTHER, check_product, is_listed


@pytest.mark.parametrize(
    ("name", "cas"),
    [("甲醇", None), ("CH4", None), ("液氨", None), ("calcium carbide", None), ("TDI", None),
     ("氯", "7782-50-5"), ("我厂的氯", "7782-50-5"), ("电石", "75-20-7"), ("丙烯", "115-07-1")],
)  # fmt: skip
def test_what_a_library_knows_needs_no_class(name: str, cas: str | None) -> None:
    assert is_listed(name, cas)
    check_product(name, cas, None)
    check_product(name, cas, "W5.3")


@pytest.mark.parametrize(
    ("name", "cas", "danger", "field", "said"),
    [
        ("固化剂 B-7", None, None, "name", "nobody knows 固化剂 B-7: send its CAS number, or"),
        ("固化剂 B-7", "7732-18-5", None, "cas", "has 7732-18-5: declare it by its class"),
        ("氯", "7782-50-6", None, "cas", "check digit"),
        ("氯", "7782-50-6", "W5.3", "cas", "check digit"),
        ("氯", "chlorine", None, "cas", "CAS number like"),
        ("氯", "67-63-0", "W5.3", "cas", "Table 1 names 氯; send its cas 7782-50-5"),
        ("固化剂 B-7", None, "W99", "class", "W99 is not a class of Table 2"),
        ("甲醇", None, "W99", "class", "W99 is not a class of Table 2"),
        ("固化剂 B-7", None, "", "class", "is not a class"),
    ],
)
def test_what_nobody_can_look_up_is_refused_by_its_field(
    name: str, cas: str | None, danger: str | None, field: str, said: str
) -> None:
    with pytest.raises(Unfit) as found:
        check_product(name, cas, danger)
    assert found.value.field == field
    assert said in found.value.reason


@pytest.mark.parametrize("danger", [*DANGERS, OTHER])
@pytest.mark.parametrize("cas", [None, "7732-18-5"])
def test_a_product_is_declared_by_a_class_and_stays_one_that_nobody_knows(
    danger: str, cas: str | None
) -> None:
    check_product("固化剂 B-7", cas, danger)
    assert not is_listed("固化剂 B-7", cas)
