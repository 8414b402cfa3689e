"""What is said of a rule over REST: the bodies that describe one, and how a version is shown."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.text import Code, Moment, Name, Note, Number, Tag
from services.domain.rule import Condition
from services.runtime.clock import to_datetime
from services.store.rule_list import Rule

Delay = Annotated[Number, Field(ge=0, le=86_400, description="Seconds")]
WEEK_S = 604_800


class Limit(BaseModel):
    """A limit of a point. `limit` and `deadband` in the point's unit, delays in seconds."""

    kind: Literal["limit"] = "limit"
    enterprise: Code
    tag: Tag
    condition: Condition
    limit: Number
    grade: Annotated[int, Field(strict=True, ge=1, le=4, description="1 red to 4 blue")]
    deadband: Annotated[Number, Field(ge=0)] = 0.0
    on_delay_s: Delay = 0.0
    off_delay_s: Delay = 0.0


class Said(BaseModel):
    """What is said of a rule beside what it judges: whose it is, and why it is there."""

    owner: Annotated[
        Name | None, Field(description="Whose it is: a work order, a permit, an exercise")
    ] = None
    valid_until: Annotated[
        Moment | None, Field(description="When it dies by itself; its alarm is withdrawn then")
    ] = None
    latch: Annotated[
        bool, Field(description="Once over, its alarm stays until it is reset: acknowledged then")
    ] = False
    realarm_s: Annotated[
        Number | None,
        Field(ge=60, le=WEEK_S, description="An acknowledged alarm asks again after this time"),
    ] = None
    message: Annotated[Note | None, Field(description="What the operator is told")] = None
    cause: Annotated[Note | None, Field(description="What brings it about (ISA-18.2)")] = None
    consequence: Annotated[
        Note | None, Field(description="What happens if nobody acts (ISA-18.2)")
    ] = None
    action: Annotated[Note | None, Field(description="What the operator is to do")] = None
    respond_within_s: Annotated[
        Number | None, Field(gt=0, le=WEEK_S, description="Time to respond, in seconds")
    ] = None
    reason: Annotated[
        Note | None,
        Field(description="Why it is laxer than the template, or as it is; regulators see it"),
    ] = None


class RuleBody(Said, Limit):
    """A limit of a point. `limit` and `deadband` in the point's unit, delays in seconds.

    Of a change, what is not named of `message`, `cause`, `consequence`, `action`,
    `respond_within_s`, `latch`, `realarm_s` stays as it was; null empties it.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "limit",
                    "enterprise": "north-works",
                    "tag": "GT-101",
                    "condition": "HH",
                    "limit": 50,
                    "grade": 1,
                    "deadband": 2,
                }
            ]
        }
    )


class NewRule(RuleBody):
    """A rule to put in force."""

    model_config = ConfigDict(extra="forbid")


RATIONALE = ("message", "cause", "consequence", "action", "respond_within_s", "latch", "realarm_s")
"""What a change leaves as it was when it does not name it."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A version of a rule; `valid_to` null: in force. `source` and `basis` are where a template
    took its limit from, `reason` why it is laxer than the template's, `laxer` what
    of it is, in words, also where no reason was asked because its point names no substance (null:
    nothing, or it is not in force); `ended_by` and `ended_reason`
    who ended it, and why, where no other version took its place."""

    id: str
    version: int
    kind: str
    enterprise: str
    tag: str
    condition: str
    limit: float
    grade: int
    deadband: float
    on_delay_s: float
    off_delay_s: float
    valid_from: str
    valid_to: str | None
    created_by: str
    owner: str | None
    valid_until: str | None
    latch: bool
    realarm_s: float | None
    message: str | None
    cause: str | None
    consequence: str | None
    action: str | None
    respond_within_s: float | None
    source: str | None
    basis: str | None
    reason: str | None
    laxer: str | None
    ended_by: str | None
    ended_reason: str | None


def rule_of(body: RuleBody, rule_id: str, version: int, author: str, now: int) -> Rule:
    """The version that a body asks for, in force from `now` (epoch ms) on."""
    return Rule(
        enterprise=body.enterprise,
        id=rule_id,
        version=version,
        tag=body.tag,
        kind=body.kind,
        condition=body.condition,
        limit=body.limit,
        grade=body.grade,
        deadband=body.deadband,
        on_delay_s=body.on_delay_s,
        off_delay_s=body.off_delay_s,
        valid_from=to_datetime(now),
        valid_to=None,
        created_by=author,
        owner=body.owner,
        valid_until=body.valid_until,
        latch=body.latch,
        realarm_s=body.realarm_s,
        message=body.message,
        cause=body.cause,
        consequence=body.consequence,
        action=body.action,
        respond_within_s=body.respond_within_s,
        reason=body.reason,
    )


def view(rule: Rule, laxer: str | None = None) -> RuleView:
    """A version as outsiders see it. `laxer`: what of it is laxer than the template."""
    return RuleView(
        id=rule.id,
        version=rule.version,
        kind=rule.kind,
        enterprise=rule.enterprise,
        tag=rule.tag,
        condition=rule.condition,
        limit=rule.limit,
        grade=rule.grade,
        deadband=rule.deadband,
        on_delay_s=rule.on_delay_s,
        off_delay_s=rule.off_delay_s,
        valid_from=moment_text(rule.valid_from),
        valid_to=None if rule.valid_to is None else moment_text(rule.valid_to),
        created_by=rule.created_by,
        owner=rule.owner,
        valid_until=None if rule.valid_until is None else moment_text(rule.valid_until),
        latch=rule.latch,
        realarm_s=rule.realarm_s,
        message=rule.message,
        cause=rule.cause,
        consequence=rule.consequence,
        action=rule.action,
        respond_within_s=rule.respond_within_s,
        source=rule.source,
        basis=rule.basis,
        reason=rule.reason,
        laxer=laxer,
        ended_by=rule.ended_by,
        ended_reason=rule.ended_reason,
    )
