"""A major hazard source (重大危险源): identified and graded by GB 18218-2018, with the working.

Quantities are those of the design's maximum, in t (4.2.2). All sums are exact, of decimals as they
were written, so that a quantity that is exactly critical is so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from services.domain.critical_quantity import DANGERS, TABLE_2, Factor, Substance, exact
from services.domain.critical_quantity_table import BY_CAS
from services.domain.gas import Trust
from services.domain.substance_name import listed_cas

MOST_T = 10_000_000.0
"""No unit holds more: a larger figure was entered in another measure."""

ALPHA_BY_PEOPLE = (
    (100, Fraction(2)),
    (50, Fraction(3, 2)),
    (30, Fraction(6, 5)),
    (1, Fraction(1)),
    (0, Fraction(1, 2)),
)
"""Table 5: from how many people on, within 500 m of the plant's boundary."""

LEVELS = ((100, 1), (50, 2), (10, 3))
"""Table 6: from which R on; below the last it is level 4."""

_CAS = re.compile(r"(\d{2,7})-(\d\d)-(\d)")


class UnitType(StrEnum):
    """What a source is: a production unit between shut-off valves, or a storage unit (a tank farm
    within its dike, a warehouse by its building)."""

    PRODUCTION = "production"
    STORAGE = "storage"


class Mixture(StrEnum):
    """4.2.3: a mixture of the same class as the pure substance counts whole as that substance;
    one of another class counts whole by its own class."""

    SAME_CLASS = "same_class"
    OTHER_CLASS = "other_class"


class Doubt(StrEnum):
    """Why a term, and so the level, is not certain: its class is the enterprise's word alone; Table 1
    names the substance and the enterprise says that its mixture is of another class; that the
    substance belongs to a row of Table 1 is our word."""

    DECLARED_CLASS = "declared_class"
    OTHER_CLASS = "other_class"
    ASSIGNED_ROW = "assigned_row"


class Unfit(ValueError):
    """What cannot be graded: `field` says where (e.g. `substances.0.cas`), the text why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Holding:
    """What a source holds of one substance: a CAS number of Table 1, or classes of Table 2 (of a
    substance that has several dangers, all of them), or both: then the classes give the factor, which
    they may raise and not lower. `reason`: why a mixture of what Table 1 names is another class."""

    quantity_t: float
    cas: str | None = None
    form: str | None = None
    dangers: tuple[str, ...] = ()
    name: str | None = None
    mixture: Mixture | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Term:
    """What a holding adds: `share` = q/Q to S, `weighted` = beta·q/Q to the sum in R."""

    name: str
    name_zh: str
    cas: str | None
    quantity_t: Fraction
    critical: Factor
    beta: Factor
    danger: str
    """The class that the substance is taken to be in."""
    doubt: Doubt | None = None
    reason: str | None = None
    """The enterprise's, of a mixture that is another class."""

    @property
    def share(self) -> Fraction:
        return self.quantity_t / self.critical.value

    @property
    def weighted(self) -> Fraction:
        return self.beta.value * self.share


@dataclass(frozen=True, slots=True)
class Grading:
    """S, R and the level (1 highest; None: S < 1, no major hazard source), and their working."""

    terms: tuple[Term, ...]
    alpha: Fraction

    @property
    def s(self) -> Fraction:
        return sum((term.share for term in self.terms), Fraction(0))

    @property
    def r(self) -> Fraction:
        return self.alpha * sum((term.weighted for term in self.terms), Fraction(0))

    @property
    def level(self) -> int | None:
        if self.s < 1:
            return None
        return next((level for least, level in LEVELS if self.r >= least), 4)

    @property
    def certain(self) -> bool:
        """Whether every quantity and class is the standard's own for that substance."""
        return all(term.doubt is None for term in self.terms)


def alpha_of(exposed_people: int) -> Fraction:
    """Table 5. Raises Unfit."""
    if exposed_people < 0:
        raise Unfit("exposed_people", "it must not be negative")
    return next(alpha for least, alpha in ALPHA_BY_PEOPLE if exposed_people >= least)


def grading(exposed_people: int, holdings: Sequence[Holding]) -> Grading:
    """Grade a unit by what it holds. Raises Unfit."""
    alpha = alpha_of(exposed_people)
    if not holdings:
        raise Unfit("substances", "name at least one substance")
    return Grading(tuple(_term(h, f"substances.{n}") for n, h in enumerate(holdings)), alpha)


def _term(holding: Holding, where: str) -> Term:
    if not 0 < holding.quantity_t <= MOST_T:
        raise Unfit(f"{where}.quantity_t", f"it must be above 0 and at most {MOST_T:.0f} t")
    for danger in holding.dangers:
        if danger not in DANGERS:
            known = ", ".join(DANGERS)
            raise Unfit(f"{where}.class", f"{danger} is not a class of Table 2; those are {known}")
    if holding.cas is not None:
        check_cas(holding.cas, where)
    elif holding.form is not None:
        raise Unfit(f"{where}.form", "it goes with a cas number; remove it or name the cas")
    right = listed_cas(holding.cas, holding.name)
    if right is not None:
        raise Unfit(f"{where}.cas", f"Table 1 names {holding.name}; send its cas {right}")
    listed = BY_CAS.get(holding.cas or "")
    if holding.mixture is Mixture.OTHER_CLASS:
        return _other_class(holding, where) if listed else _by_class(holding, where)
    if listed is not None:
        return _by_name(holding, _listed(holding, listed, where), where)
    if holding.mixture is Mixture.SAME_CLASS:
        raise Unfit(f"{where}.cas", "a mixture counts as a pure substance only if Table 1 names it")
    return _by_class(holding, where)


def _listed(holding: Holding, rows: Sequence[Substance], where: str) -> Substance:
    """The row of Table 1 that is meant."""
    fitting = [row for row in rows if holding.form is None or row.form == holding.form]
    if len(fitting) == 1:
        return fitting[0]
    forms = ", ".join(row.form for row in rows)
    if not forms.strip(", "):
        raise Unfit(f"{where}.form", f"{holding.cas} has no forms; remove it")
    raise Unfit(f"{where}.form", f"Table 1 knows {holding.cas} as {forms}; name one of them")


def _by_name(holding: Holding, row: Substance, where: str) -> Term:
    """Q of Table 1; beta of Table 3, else of the class that is named, else of the one we assign. A
    liquid may weigh more by its process (W5.1 above its boiling point); nothing weighs less."""
    danger, beta = row.danger, row.beta
    if holding.dangers:
        danger, named = _heaviest(holding.dangers)
        _check_weight(row, danger, where)
        beta = beta or named
    if beta is None:
        # The factor is the standard's; that the substance is in this class is our word.
        by_class = DANGERS[danger].beta
        beta = Factor(by_class.value, by_class.source, Trust.COMPUTED)
    return Term(
        holding.name or row.name,
        holding.name or row.name_zh,
        row.cas,
        exact(holding.quantity_t),
        row.quantity,
        beta,
        danger,
        Doubt.ASSIGNED_ROW if row.quantity.trust is Trust.COMPUTED else None,
    )


def _check_weight(row: Substance, danger: str, where: str) -> None:
    least, named = DANGERS[row.danger].beta.value, DANGERS[danger].beta.value
    if named < least:
        raise Unfit(
            f"{where}.class",
            f"{row.cas} is of class {row.danger} with a factor of {float(least):g}; {danger} would "
            f"lower it to {float(named):g}",
        )


def _other_class(holding: Holding, where: str) -> Term:
    """A mixture whose substance Table 1 names, by another class: what it is and why is said."""
    for field, value in (("name", holding.name), ("reason", holding.reason)):
        if not value:
            raise Unfit(
                f"{where}.{field}",
                f"Table 1 names {holding.cas}; of a mixture of another class say its {field}",
            )
    return replace(_by_class(holding, where), doubt=Doubt.OTHER_CLASS, reason=holding.reason)


def _by_class(holding: Holding, where: str) -> Term:
    """Table 2: of several dangers the lowest quantity (4.1.2), and the highest factor."""
    if not holding.dangers:
        what = "name a cas number of Table 1, or a class of Table 2"
        if holding.cas is not None:
            raise Unfit(
                f"{where}.cas",
                f"{holding.cas} is not in Table 1 here or is another class; name its class",
            )
        raise Unfit(where, what)
    danger = min(holding.dangers, key=lambda code: DANGERS[code].quantity.value)
    critical = DANGERS[danger].quantity
    heaviest, beta = _heaviest(holding.dangers)
    if heaviest != danger:
        # The term is of the class of the quantity; whose factor it is has to be seen.
        beta = replace(beta, source=f"{beta.source}, {heaviest}")
    name = holding.name or holding.cas
    return Term(
        name or DANGERS[danger].name,
        name or DANGERS[danger].name_zh,
        holding.cas,
        exact(holding.quantity_t),
        Factor(critical.value, TABLE_2, critical.trust),
        beta,
        danger,
        Doubt.DECLARED_CLASS,
    )


def _heaviest(dangers: Sequence[str]) -> tuple[str, Factor]:
    code = max(dangers, key=lambda each: DANGERS[each].beta.value)
    return code, DANGERS[code].beta


def check_cas(cas: str, where: str) -> None:
    """Refuse what is no CAS number by its form or its check digit. Raises Unfit at `where`.cas."""
    parts = _CAS.fullmatch(cas)
    if parts is None:
        raise Unfit(f"{where}.cas", "it must be a CAS number like 7782-50-5")
    digits = (parts[1] + parts[2])[::-1]
    if sum(place * int(digit) for place, digit in enumerate(digits, 1)) % 10 != int(parts[3]):
        raise Unfit(f"{where}.cas", f"the check digit of {cas} does not fit; look for a slip")
