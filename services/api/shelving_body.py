"""The shelving policy, as it is set and shown."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.problem import Problem, invalid_fields
from services.api.text import Reason
from services.domain.shelving_policy import ShelvingPolicy
from services.store.shelving import ShelvingVersion, body_of, policy_of

BY_CODE = "parkwatch"
"""Who set the policy that nobody changed."""

MOST_MINUTES = 129_600
Minutes = Annotated[int, Field(strict=True, ge=0, le=MOST_MINUTES)]


class AllowanceBody(BaseModel):
    """Of one grade: the longest (0: never), and how long one person may decide alone (0: never)."""

    model_config = ConfigDict(extra="forbid")
    longest_minutes: Minutes
    alone_minutes: Minutes


class ByGrade(BaseModel):
    """Grade 1, the gravest, to 4. A graver one is never allowed longer than a less grave one."""

    model_config = ConfigDict(extra="forbid")
    grade_1: AllowanceBody = Field(alias="1")
    grade_2: AllowanceBody = Field(alias="2")
    grade_3: AllowanceBody = Field(alias="3")
    grade_4: AllowanceBody = Field(alias="4")


class PolicyBody(BaseModel):
    """`shelf`: an operator's, at most 24 h, grade 1 never. `out_of_service`: under a permit, at most
    90 days, grade 1 never by one person."""

    model_config = ConfigDict(extra="forbid")
    shelf: ByGrade
    out_of_service: ByGrade


class PolicyChange(BaseModel):
    """Another policy, all of it, and why."""

    model_config = ConfigDict(extra="forbid")
    policy: PolicyBody
    reason: Reason


@dataclass(frozen=True, slots=True)
class PolicyView:
    """What may be taken off the board by hand. Version 0 stands in the code. `laxer`: where it
    allows more than that one, by the places in `policy`. `reason` is shown to the park and to
    regulators, not to enterprises."""

    version: int
    policy: dict[str, dict[str, dict[str, int]]]
    laxer: list[str]
    set_by: str
    valid_from: str | None
    reason: str | None


def wanted(change: PolicyChange, version: int) -> ShelvingPolicy:
    """The policy that a change asks for. Raises Problem for one that makes no sense."""
    policy = policy_of(version, change.policy.model_dump(mode="json", by_alias=True))
    faults = policy.faults()
    if faults:
        raise _refused(faults)
    return policy


def policy_view(kept: ShelvingVersion | None, tells_reason: bool) -> PolicyView:
    """One version of it."""
    if kept is None:
        policy = ShelvingPolicy()
        return PolicyView(0, body_of(policy), [], BY_CODE, None, None)
    policy = policy_of(kept.version, kept.policy)
    return PolicyView(
        kept.version,
        body_of(policy),
        laxer(policy),
        kept.set_by,
        moment_text(kept.valid_from),
        kept.reason if tells_reason else None,
    )


def laxer(policy: ShelvingPolicy) -> list[str]:
    """Where it allows more than the policy of the code."""
    return [f"{place}_minutes" for place in policy.laxer_than(ShelvingPolicy())]


def _refused(faults: dict[str, str]) -> Problem:
    return invalid_fields(
        {
            f"policy.{place}{'_minutes' if place[-1].isalpha() else ''}": told
            for place, told in faults.items()
        }
    )
