"""Critical quantities (临界量) and their correction factors, as GB 18218-2018 grades by them.

A quantity Q (t) is of a substance by name (Table 1) or of a class of danger (Table 2); the factor
beta is of a toxic gas by name (Table 3) or of a class (Table 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.domain.gas import Trust

STANDARD = "GB 18218-2018"
TABLE_1, TABLE_2 = f"{STANDARD} Table 1", f"{STANDARD} Table 2"
TABLE_3, TABLE_4 = f"{STANDARD} Table 3", f"{STANDARD} Table 4"


def exact(number: float) -> Fraction:
    """A decimal as it is written: 0.3 is three tenths, not the nearest binary number to it."""
    return Fraction(repr(number))


@dataclass(frozen=True, slots=True)
class Factor:
    """A number of the tables, where it stands, and how sure we are of it."""

    value: Fraction
    source: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class Danger:
    """A class of danger: its critical quantity (t, Table 2) and its factor (Table 4)."""

    code: str
    name: str
    name_zh: str
    quantity: Factor
    beta: Factor


@dataclass(frozen=True, slots=True)
class Substance:
    """A substance of Table 1. `form` tells apart those of one CAS number, else it is empty;
    `beta` of Table 3, None: that of its class. `danger` is the class we take it to be in."""

    cas: str
    form: str
    name: str
    name_zh: str
    quantity: Factor
    danger: str
    beta: Factor | None


def _danger(code: str, beta: float, quantity: float, name_zh: str, name: str) -> Danger:
    return Danger(
        code,
        name,
        name_zh,
        Factor(exact(quantity), TABLE_2, Trust.RESTATED),
        Factor(exact(beta), TABLE_4, Trust.READ),
    )


_DANGERS = (
    _danger("J1", 4, 5, "急性毒性类别1，气体", "acute toxicity 1, gas"),
    # A copy that gives J2 a factor of 2 is wrong.
    _danger("J2", 1, 50, "急性毒性类别1，固体或液体", "acute toxicity 1, solid or liquid"),
    _danger("J3", 2, 50, "急性毒性类别2、3，气体", "acute toxicity 2 or 3, gas"),
    _danger("J4", 2, 50, "急性毒性类别2、3（吸入），沸点≤35 ℃的液体",
            "acute toxicity 2 or 3 by inhalation, liquid that boils at 35 °C or below"),
    _danger("J5", 1, 500, "急性毒性类别2，其他", "acute toxicity 2, other"),
    _danger("W1.1", 2, 1, "爆炸物（W1.1）", "explosives, W1.1"),
    _danger("W1.2", 2, 10, "爆炸物（W1.2）", "explosives, W1.2"),
    _danger("W1.3", 2, 50, "爆炸物（W1.3）", "explosives, W1.3"),
    _danger("W2", 1.5, 10, "易燃气体", "flammable gas"),
    _danger("W3", 1, 150, "气溶胶（净重）", "aerosols, net weight"),
    _danger("W4", 1, 50, "氧化性气体", "oxidising gas"),
    _danger("W5.1", 1.5, 10, "易燃液体类别1，或类别2、3且工作温度高于沸点",
            "flammable liquid 1, or 2 and 3 above their boiling point"),
    _danger("W5.2", 1, 50, "易燃液体类别2、3，特殊工艺条件",
            "flammable liquid 2 and 3 in a special process"),
    _danger("W5.3", 1, 1000, "易燃液体类别2，其他", "flammable liquid 2, other"),
    _danger("W5.4", 1, 5000, "易燃液体类别3，其他", "flammable liquid 3, other"),
    _danger("W6.1", 1.5, 10, "自反应物质和混合物（W6.1）", "self-reactive, W6.1"),
    _danger("W6.2", 1, 50, "自反应物质和混合物（W6.2）", "self-reactive, W6.2"),
    _danger("W7.1", 1.5, 10, "有机过氧化物（W7.1）", "organic peroxide, W7.1"),
    _danger("W7.2", 1, 50, "有机过氧化物（W7.2）", "organic peroxide, W7.2"),
    _danger("W8", 1, 50, "自燃液体和自燃固体", "pyrophoric"),
    _danger("W9.1", 1, 50, "氧化性固体和液体（W9.1）", "oxidising solid or liquid, W9.1"),
    _danger("W9.2", 1, 200, "氧化性固体和液体（W9.2）", "oxidising solid or liquid, W9.2"),
    _danger("W10", 1, 200, "易燃固体", "flammable solid"),
    _danger("W11", 1, 200, "遇水放出易燃气体的物质", "gives off flammable gas with water"),
)  # fmt: skip

DANGERS: Mapping[str, Danger] = {each.code: each for each in _DANGERS}
"""Tables 2 and 4, by the symbol of the class."""
