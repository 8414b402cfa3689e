"""Any rule over REST: its kind says which body it is; without one it is a limit."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Discriminator
from pydantic import Tag as Of

from services.api.detector_body import (
    DETECTORS,
    BadQuality,
    Count,
    Deviation,
    Expression,
    Forecast,
    Rate,
    SignalBand,
    StateRule,
    Stuck,
    Voting,
)
from services.api.problem import UNION, UNKNOWN_KIND
from services.api.rule_body import Limit, NewRule, RuleBody, RuleView

LIMIT = "limit"
KINDS = (LIMIT, *DETECTORS)


def _member(value: object) -> str | None:
    """Which of the union a body is; what is no object is refused like a limit."""
    kind = value.get("kind", LIMIT) if isinstance(value, dict) else getattr(value, "kind", LIMIT)
    return f"{UNION}{kind}>" if kind in KINDS else None


_BY_KIND = Discriminator(
    _member,
    custom_error_type=UNKNOWN_KIND,
    custom_error_message=f"it must be one of {', '.join(KINDS)}",
)
_Detector = (
    Annotated[Rate, Of("<rate>")]
    | Annotated[Deviation, Of("<deviation>")]
    | Annotated[Stuck, Of("<stuck>")]
    | Annotated[BadQuality, Of("<bad_quality>")]
    | Annotated[SignalBand, Of("<signal_band>")]
    | Annotated[Voting, Of("<voting>")]
    | Annotated[Count, Of("<count>")]
    | Annotated[Forecast, Of("<forecast>")]
    | Annotated[StateRule, Of("<state>")]
    | Annotated[Expression, Of("<expression>")]
)
AnyNewRule = Annotated[Annotated[NewRule, Of("<limit>")] | _Detector, _BY_KIND]


class ProposedRule(Limit):
    """A limit to try; it takes the place of today's rule of the same point and condition."""

    model_config = ConfigDict(extra="forbid")


AnyProposedRule = Annotated[Annotated[ProposedRule, Of("<limit>")] | _Detector, _BY_KIND]
AnyRuleBody = Annotated[Annotated[RuleBody, Of("<limit>")] | _Detector, _BY_KIND]
DetectorView = (
    Rate
    | Deviation
    | Stuck
    | BadQuality
    | SignalBand
    | Voting
    | Count
    | Forecast
    | StateRule
    | Expression
)
AnyRuleView = RuleView | DetectorView


@dataclass(frozen=True, slots=True)
class RuleHistory(RuleView):
    """A rule as it stands (or last stood), and every version it ever had, newest first."""

    versions: list[RuleView]


@dataclass(frozen=True, slots=True)
class RulePage:
    """A part of the rules, and the cursor of the next part; null at the end."""

    items: list[AnyRuleView]
    next: str | None
