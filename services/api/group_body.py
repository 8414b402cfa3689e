"""Groups of detectors as they are sent and shown over REST."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.problem import invalid_fields
from services.api.text import Code, Name, Tag
from services.api.window import Window
from services.domain.detector_group import MOST_MEMBERS, BadGroup, GroupKind, check
from services.domain.point import Point
from services.store.detector_group import Connection, RegisteredGroup, redundant_elsewhere

Members = Annotated[
    list[Tag],
    Field(
        max_length=MOST_MEMBERS,
        description="Tags of points of this enterprise. A point may be in several groups, but "
        "redundant in one only",
        examples=[["GT-101", "GT-102"]],
    ),
]
KIND = (
    "`gas` and `fire`: detectors of that; `mixed`: whatever watches one place; `redundant`: 2 to 8 "
    "points of one kind and unit that measure the same"
)


class NewGroup(BaseModel):
    """A group to register."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"enterprise": "north-works", "code": "GDS-A", "name": "A 罐区气体探测器",
                 "kind": "gas", "members": ["GT-101", "GT-102"]}
            ]
        },
    )  # fmt: skip
    enterprise: Code
    code: Code
    name: Name
    name_en: Name | None = None
    kind: Annotated[GroupKind, Field(description=KIND)]
    members: Members = []


class GroupChange(BaseModel):
    """What changes of a group; whatever is not named stays. `members` are all of them, then."""

    model_config = ConfigDict(extra="forbid")
    name: Name = Field(default="")
    name_en: Name | None = None
    kind: Annotated[GroupKind, Field(description=KIND)] = GroupKind.GAS
    members: Members = []


@dataclass(frozen=True, slots=True)
class GroupView:
    """A registered group. `members`: the tags of its points, in order."""

    enterprise: str
    code: str
    name: str
    name_en: str | None
    kind: str
    members: list[str]
    changed_by: str
    changed_at: str


def group_view(group: RegisteredGroup) -> GroupView:
    """A group as outsiders see it."""
    return GroupView(
        group.enterprise,
        group.code,
        group.name,
        group.name_en,
        group.kind,
        group.members,
        group.changed_by,
        moment_text(group.changed_at),
    )


async def check_group(here: Window, connection: Connection, group: RegisteredGroup) -> None:
    """Refuse points that nobody knows, that do not fit the kind, or are redundant elsewhere."""
    points = _members(here, group.enterprise, group.members)
    paired = await redundant_elsewhere(connection, group.enterprise, group.members, group.code)
    try:
        check(group.of_kind, points, paired)
    except BadGroup as wrong:
        raise invalid_fields({wrong.path: wrong.text}) from None


def _members(here: Window, enterprise: str, tags: Sequence[str]) -> list[Point]:
    """The registered points. One of another enterprise is refused like one that nobody knows."""
    found: list[Point] = []
    wrong: dict[str, str] = {}
    for number, tag in enumerate(tags):
        place = here.register.place(enterprise, tag)
        if place is None:
            told = f"{enterprise} has no point {tag}; register the point first."
            wrong[f"members.{number}"] = told
        else:
            found.append(place.point)
    if wrong:
        raise invalid_fields(wrong)
    return found
