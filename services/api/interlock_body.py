"""The bodies that describe an interlock and ask for a bypass of it."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.api.text import Code, Moment, Name, Note, Number, Reason, Tag
from services.domain.bypass import BypassKind
from services.domain.interlock import MOST_TEST_DAYS, Voting
from services.domain.trip import TripKind

MOST_EFFECTS = 100
MOST_HOURS = 8_760


def _day(value: object) -> object:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("it must be a day like 2026-01-31")
    return value


def _not_absurd(day: date) -> date:
    if not 1950 <= day.year <= 2200:
        raise ValueError("it must be a day between 1950 and 2200")
    return day


ProofTested = Annotated[
    date, BeforeValidator(_day), AfterValidator(_not_absurd), Field(examples=["2026-01-31"])
]


class CauseBody(BaseModel):
    """An input that votes to trip: its point, from which condition or limit on, and the point on
    which the input's own bypass switch is seen."""

    model_config = ConfigDict(extra="forbid")
    tag: Tag
    condition: Annotated[str, Field(min_length=1, max_length=40, examples=["HH"])] | None = None
    limit: Number | None = None
    state_tag: Tag | None = None


class EffectBody(BaseModel):
    """What it does, and how: a valve closes, a pump stops, a further loop trips."""

    model_config = ConfigDict(extra="forbid")
    tag: Tag
    action: Annotated[Name, Field(examples=["close"])]


class LoopDescription(BaseModel):
    """A safety function: causes, voting, effects, and how well it is kept. `required`: by design,
    HAZOP/LOPA or a directive (`basis`) it has to be there; `fitted`: it is."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    name_en: Name | None = None
    description: Note | None = None
    hazard_source: Code | None = None
    voting: Voting
    causes: Annotated[list[CauseBody], Field(min_length=1, max_length=3)]
    effects: Annotated[list[EffectBody], Field(min_length=1, max_length=MOST_EFFECTS)]
    sil: Annotated[int, Field(strict=True, ge=1, le=4)] | None = None
    proof_test_days: Annotated[int, Field(strict=True, ge=1, le=MOST_TEST_DAYS)] | None = None
    proof_tested_on: ProofTested | None = None
    state_tag: Annotated[
        Tag | None, Field(description="The point on which its state is seen; default: its own tag")
    ] = None
    required: bool = True
    fitted: bool = True
    basis: Note | None = None
    reason: Annotated[Reason | None, Field(description="Why this version")] = None

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return self.model_dump(mode="python", include=set(LoopDescription.model_fields)) | {
            "voting": self.voting.value,
            "causes": [each.model_dump() for each in self.causes],
            "effects": [each.model_dump() for each in self.effects],
        }


class NewLoop(LoopDescription):
    """A loop to register."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "enterprise": "north-works",
                    "tag": "ESD-301",
                    "name": "液氯储罐高高液位联锁",
                    "voting": "1oo2",
                    "causes": [
                        {"tag": "LT-301A", "condition": "HH", "limit": 85},
                        {"tag": "LT-301B", "condition": "HH", "limit": 85},
                    ],
                    "effects": [{"tag": "XV-301", "action": "close"}],
                    "sil": 2,
                    "proof_test_days": 365,
                }
            ]
        },
    )
    enterprise: Code
    tag: Tag


class LoopChange(BaseModel):
    """What changes of a loop; whatever is not named stays, null empties. A new version; the old
    one is kept."""

    model_config = ConfigDict(extra="forbid")
    name: Name = ""
    name_en: Name | None = None
    description: Note | None = None
    hazard_source: Code | None = None
    voting: Voting = Voting.ONE_OF_ONE
    causes: Annotated[list[CauseBody], Field(min_length=1, max_length=3, default_factory=list)]
    effects: Annotated[
        list[EffectBody], Field(min_length=1, max_length=MOST_EFFECTS, default_factory=list)
    ]
    sil: Annotated[int, Field(strict=True, ge=1, le=4)] | None = None
    proof_test_days: Annotated[int, Field(strict=True, ge=1, le=MOST_TEST_DAYS)] | None = None
    proof_tested_on: ProofTested | None = None
    state_tag: Tag | None = None
    required: bool = True
    fitted: bool = True
    basis: Note | None = None
    reason: Annotated[Reason | None, Field(description="Why this version")] = None


Hours = Annotated[Number, Field(gt=0, le=MOST_HOURS, description="How long")]


class Application(BaseModel):
    """Why, of which input (null: of the whole loop), for how long, at which risk, and what
    protects meanwhile. `hours`: the kind's usual time where nothing is said."""

    model_config = ConfigDict(extra="forbid")
    kind: BypassKind
    cause: Tag | None = None
    reason: Reason
    risk_assessment: Note
    measures: Annotated[list[Reason], Field(min_length=1, max_length=20)]
    hours: Hours | None = None
    starts_at: Annotated[Moment | None, Field(description="Default: with the second approval")] = (
        None
    )


class BypassDecision(BaseModel):
    """What there is to say about it."""

    model_config = ConfigDict(extra="forbid")
    note: Note | None = None


class BypassExtension(BaseModel):
    """For how much longer, and why."""

    model_config = ConfigDict(extra="forbid")
    hours: Hours
    reason: Reason


class TripWordBody(BaseModel):
    """What a trip was, and what caused it."""

    model_config = ConfigDict(extra="forbid")
    kind: TripKind
    cause: Reason
