"""Rules of suppression as they are sent and shown over REST."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field
from pydantic import Tag as Of

from services.api.problem import UNION, UNKNOWN_KIND
from services.api.text import Code, Name, Number, Reason, Tag
from services.domain.suppression_rule import ALARMS, MOST_OFF_DELAY_MS, MOST_TARGETS, ConditionKind

AlarmName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20,
        description="The direction of a limit, or the kind of another rule",
        json_schema_extra={"enum": sorted(ALARMS)},
    ),
]
State = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
KINDS = tuple(each.value for each in ConditionKind)


class StateCondition(BaseModel):
    """A point is in one of these states."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["state"]
    tag: Tag
    states: Annotated[list[State], Field(min_length=1, max_length=8)]


class LimitCondition(BaseModel):
    """A quantity is at or beyond `limit`, and left beyond `deadband`; in the point's unit."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["limit"]
    tag: Tag
    direction: Literal["high", "low"]
    limit: Number
    deadband: Annotated[Number, Field(ge=0)] = 0.0


class AlarmCondition(BaseModel):
    """A parent point alarms, in earnest, and nobody has shelved it or taken it out of service.
    Without `alarm`: by any of its limits and rules."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["alarm"]
    tag: Tag
    alarm: AlarmName | None = None


def _member(value: object) -> str | None:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"{UNION}{kind}>" if kind in KINDS else None


Condition = Annotated[
    Annotated[StateCondition, Of("<state>")]
    | Annotated[LimitCondition, Of("<limit>")]
    | Annotated[AlarmCondition, Of("<alarm>")],
    Discriminator(
        _member,
        custom_error_type=UNKNOWN_KIND,
        custom_error_message=f"it must be one of {', '.join(KINDS)}",
    ),
]


class TargetBody(BaseModel):
    """A point, or a hazard source with all its points; `alarm`: only the alarms called so. Gas,
    oxygen, fire and smoke are never suppressed: a hazard source leaves them out."""

    model_config = ConfigDict(extra="forbid")
    tag: Tag | None = None
    hazard_source: Code | None = None
    alarm: AlarmName | None = None


class SuppressionBody(BaseModel):
    """While `condition` holds, the alarms of `targets` are off the board, up to `grade`, and for
    `off_delay_s` after. All its points belong to `enterprise`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "enterprise": "north-works",
                    "name": "P-101 stopped",
                    "condition": {"kind": "state", "tag": "XS-101", "states": ["off"]},
                    "targets": [{"tag": "FT-101", "alarm": "low"}],
                    "grade": 3,
                    "off_delay_s": 60,
                    "reason": "no flow while the pump stands still",
                }
            ]
        },
    )
    enterprise: Code
    name: Name
    condition: Condition
    targets: Annotated[list[TargetBody], Field(min_length=1, max_length=MOST_TARGETS)]
    grade: Annotated[
        int, Field(strict=True, ge=2, le=4, description="The gravest that it covers; never 1")
    ] = 3
    off_delay_s: Annotated[
        Number,
        Field(
            ge=0,
            le=MOST_OFF_DELAY_MS / 1000,
            description="Held so long after its condition, so that a start-up is no flood",
        ),
    ] = 60.0
    reason: Reason


_SHOWN = Field(json_schema_extra={"readOnly": True})


class SuppressionChange(SuppressionBody):
    """Another version of a rule. What only an answer says may be repeated, without effect."""

    id: Annotated[Any, _SHOWN] = None
    version: Annotated[Any, _SHOWN] = None
    valid_from: Annotated[Any, _SHOWN] = None
    valid_to: Annotated[Any, _SHOWN] = None
    created_by: Annotated[Any, _SHOWN] = None
    ended_by: Annotated[Any, _SHOWN] = None
    ended_reason: Annotated[Any, _SHOWN] = None
    text: Annotated[Any, _SHOWN] = None
    now: Annotated[Any, _SHOWN] = None
    versions: Annotated[Any, _SHOWN] = None


class SuppressionNow(BaseModel):
    """Where it stands. `phase`: `waiting`, `holding`, `ending` (its condition is over, and it is
    held for the start-up until `until`), `unknown` (nobody knows for certain, `why`: it suppresses
    nothing). It suppresses since `since`, by `value` or by the alarm `alarm`; `suppressed`: how many
    alarms are off the board by it now."""

    phase: Literal["waiting", "holding", "ending", "unknown"]
    why: (
        Literal[
            "no_value",
            "bad_quality",
            "silent",
            "late",
            "under_test",
            "unregistered",
            "loop",
        ]
        | None
    )
    since: str | None
    value: float | str | None
    alarm: str | None
    until: str | None
    suppressed: int
    text: str


class SuppressionVersionView(SuppressionBody):
    """A version as it was; `valid_to` null: in force. `ended_by`, `ended_reason`: who ended it,
    and why, where no other version took its place. `text`: its logic in a sentence."""

    id: str
    version: int
    valid_from: str
    valid_to: str | None
    created_by: str
    ended_by: str | None
    ended_reason: str | None
    text: str


class SuppressionView(SuppressionVersionView):
    """A rule in force. `now` is null while no engine answers."""

    now: SuppressionNow | None


class SuppressionHistory(SuppressionView):
    """A rule as it stands (or last stood), and every version it ever had, newest first."""

    versions: list[SuppressionVersionView]


class SuppressionPage(BaseModel):
    """A part of the rules, and the cursor of the next part; null at the end."""

    items: list[SuppressionView]
    next: str | None
