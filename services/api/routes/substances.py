"""The substances and classes that hazard sources are graded by, with where each figure stands."""

from dataclasses import dataclass

from fastapi import Response

from services.api.answer import Page, answer
from services.api.asking import Here, Reader
from services.api.late_route import LateRouter
from services.domain.critical_quantity import DANGERS, Danger, Substance
from services.domain.critical_quantity_table import SUBSTANCES

router = LateRouter(prefix="/hazard-substances", tags=["hazard sources"])


@dataclass(frozen=True, slots=True)
class SubstanceView:
    """A row of Table 1 (`cas`, and `form` where a number has several), or a class of Table 2
    (`class`). `trust`: whether a figure was `read` in the standard, `restated` by others, or
    `computed` by us: then the class that it is taken from is our assignment."""

    cas: str | None
    form: str | None
    danger: str
    name: str
    name_zh: str
    critical_t: float
    critical_source: str
    critical_trust: str
    beta: float
    beta_source: str
    beta_trust: str


@router.get("", response_model=Page[SubstanceView])
async def list_substances(here: Here, principal: Reader) -> Response:
    """Table 1 by name, then Tables 2 and 4 by class, of GB 18218-2018."""
    listed = [_substance(each) for each in SUBSTANCES]
    return answer(Page(listed + [_danger(each) for each in DANGERS.values()], None))


def _substance(row: Substance) -> SubstanceView:
    by_class = DANGERS[row.danger].beta
    return SubstanceView(
        cas=row.cas,
        form=row.form or None,
        danger=row.danger,
        name=row.name,
        name_zh=row.name_zh,
        critical_t=float(row.quantity.value),
        critical_source=row.quantity.source,
        critical_trust=row.quantity.trust,
        beta=float((row.beta or by_class).value),
        beta_source=(row.beta or by_class).source,
        beta_trust=row.beta.trust if row.beta else "computed",
    )


def _danger(danger: Danger) -> SubstanceView:
    return SubstanceView(
        cas=None,
        form=None,
        danger=danger.code,
        name=danger.name,
        name_zh=danger.name_zh,
        critical_t=float(danger.quantity.value),
        critical_source=danger.quantity.source,
        critical_trust=danger.quantity.trust,
        beta=float(danger.beta.value),
        beta_source=danger.beta.source,
        beta_trust=danger.beta.trust,
    )
