"""The weights of the risk index, as they are set, kept and shown."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.api.alarm_view import moment_text
from services.api.text import Number, Reason
from services.domain.point import STATES, PointKind
from services.domain.risk import FACTORS, MOST, Weights
from services.store.hazard_source import WeightsVersion

BY_CODE = "parkwatch"
"""Who set the weights that nobody changed."""

Points = Annotated[Number, Field(ge=0, le=MOST)]
Levels = (1, 2, 3, 4)
ByLevel = Annotated[dict[int, Points], Field(description="1 (highest) to 4", max_length=4)]
PROTECTIVE = frozenset(STATES[PointKind.INTERLOCK])


class WeightsBody(BaseModel):
    """What counts how much, in points of the index (0 to 100). `static_level`: by the level of
    GB 18218; `alarm`: for each active alarm, by its grade, up to `alarms_most`, more by the share
    `ageing` when it has stood for `aged_s`; `bypass`: for each interlock in one of the states
    `unprotected`; `offline`: when no point is online; `suppressed`: for each alarm off the board;
    `thresholds`: from where on it is red, orange, yellow."""

    model_config = ConfigDict(extra="forbid")
    static_level: ByLevel
    alarm: ByLevel
    ageing: Annotated[Number, Field(ge=0, le=10)]
    aged_s: Annotated[Number, Field(gt=0, le=2_592_000)]
    alarms_most: Points
    bypass: Points
    unprotected: Annotated[list[str], Field(max_length=len(PROTECTIVE))]
    interlocks_most: Points
    offline: Points
    suppressed: Points
    suppressed_most: Points
    thresholds: Annotated[list[Points], Field(min_length=3, max_length=3)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for name in ("static_level", "alarm"):
            given: dict[int, float] = getattr(self, name)
            if sorted(given) != list(Levels):
                raise ValueError(f"{name}: it needs each of 1, 2, 3 and 4")
            ordered = [given[level] for level in Levels]
            if ordered != sorted(ordered, reverse=True):
                raise ValueError(f"{name}: a graver one must not weigh less")
        red, orange, yellow = self.thresholds
        if not red > orange > yellow:
            raise ValueError("thresholds: red must be above orange, orange above yellow")
        for state in self.unprotected:
            if state not in PROTECTIVE:
                raise ValueError(f"unprotected: {state} is no state of an interlock")
        return self


def _example(schema: dict[str, Any]) -> None:
    """Those that stand in the code."""
    schema["examples"] = [{"weights": plain(Weights()), "reason": "园区安委会 2026 年第 3 号纪要"}]


class RiskChange(BaseModel):
    """Other weights, all of them, and why."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_example)
    weights: WeightsBody
    reason: Reason


@dataclass(frozen=True, slots=True)
class RiskView:
    """The risk index's weights: our own index, not the ministry's formula. Version 0 stands in the
    code. `most`: what each factor can contribute. `reason` is shown to the park and to regulators,
    not to enterprises."""

    version: int
    weights: dict[str, Any]
    most: dict[str, float]
    set_by: str
    valid_from: str | None
    reason: str | None


def plain(weights: Weights) -> dict[str, Any]:
    """As they are kept and shown: by the fields of `WeightsBody`."""
    values = asdict(weights)
    for name in ("static_level", "alarm"):
        values[name] = {str(level): value for level, value in values[name].items()}
    return values | {
        "unprotected": sorted(weights.unprotected),
        "thresholds": list(weights.thresholds),
    }


def weights_of(kept: WeightsVersion | None) -> Weights:
    """Those in force; of the code where nobody set any."""
    if kept is None:
        return Weights()
    values = dict(kept.weights)
    for name in ("static_level", "alarm"):
        values[name] = {int(level): value for level, value in values[name].items()}
    red, orange, yellow = values["thresholds"]
    return Weights(
        **values
        | {"unprotected": frozenset(values["unprotected"]), "thresholds": (red, orange, yellow)}
    )


def risk_view(kept: WeightsVersion | None, tells_reason: bool) -> RiskView:
    """One version of them."""
    weights = weights_of(kept)
    if kept is None:
        return RiskView(0, plain(weights), most(weights), BY_CODE, None, None)
    return RiskView(
        kept.version,
        plain(weights),
        most(weights),
        kept.set_by,
        moment_text(kept.valid_from),
        kept.reason if tells_reason else None,
    )


def most(weights: Weights) -> dict[str, float]:
    """What each factor can contribute."""
    limits = (
        max(weights.static_level.values()),
        weights.alarms_most,
        weights.interlocks_most,
        weights.offline,
        weights.suppressed_most,
    )
    return dict(zip(FACTORS, limits, strict=True))
