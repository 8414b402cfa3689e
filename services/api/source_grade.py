"""The grade of a hazard source with its working, as it is stored and shown."""

from fractions import Fraction
from typing import Any

from services.api.problem import Kind, Problem
from services.api.source_body import SourceDescription
from services.domain.critical_quantity import STANDARD, Factor
from services.domain.hazard_source import Grading, Term, Unfit, grading


def graded(described: SourceDescription) -> Grading:
    """Grade it; refuses what cannot be graded by the path of its field."""
    try:
        return grading(described.exposed_people, [each.holding() for each in described.substances])
    except Unfit as unfit:
        raise Problem(Kind.INVALID, f"{unfit.field}: {unfit.reason}.") from None


def working(found: Grading) -> dict[str, Any]:
    """How S, R and the level came about; the shown terms add up to them."""
    weighted = sum((term.weighted for term in found.terms), Fraction(0))
    shares = " + ".join(f"{_text(t.quantity_t)}/{_text(t.critical.value)}" for t in found.terms)
    parts = " + ".join(
        f"{_text(t.beta.value)}×{_text(t.quantity_t)}/{_text(t.critical.value)}"
        for t in found.terms
    )
    return {
        "standard": STANDARD,
        "alpha": float(found.alpha),
        "alpha_source": f"{STANDARD} Table 5",
        "terms": [_term(term) for term in found.terms],
        "weighted_sum": float(weighted),
        "s": float(found.s),
        "r": float(found.r),
        "level": found.level,
        "level_source": f"{STANDARD} Table 6",
        "certain": found.certain,
        "formula_s": f"S = {shares} {_result(found.s)}",
        "formula_r": f"R = {_text(found.alpha)}×({parts}) {_result(found.r)}",
    }


def _term(term: Term) -> dict[str, Any]:
    return {
        "name": term.name,
        "name_zh": term.name_zh,
        "cas": term.cas,
        "class": term.danger,
        "quantity_t": float(term.quantity_t),
        **_factor("critical", term.critical, "_t"),
        **_factor("beta", term.beta),
        "share": float(term.share),
        "weighted": float(term.weighted),
        "doubt": term.doubt,
        "reason": term.reason,
    }


def _factor(name: str, factor: Factor, unit: str = "") -> dict[str, Any]:
    return {
        f"{name}{unit}": float(factor.value),
        f"{name}_source": factor.source,
        f"{name}_trust": factor.trust.value,
    }


def _text(number: Fraction) -> str:
    value = float(number)
    return str(int(value)) if value.is_integer() else repr(value)


def _result(number: Fraction) -> str:
    """With an equals sign where six figures say it all."""
    short = f"{float(number):.6g}"
    return f"= {short}" if Fraction(short) == number else f"≈ {short}"
