"""Rules that are more than a limit, as they are sent and shown over REST: one body for each kind."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.api.alarm_view import moment_text
from services.api.rule_body import Delay, Said
from services.api.text import Code, Number, Tag
from services.domain.claim import Scalar
from services.domain.detector_kind import MOST_POINTS, PARAMETERS, DetectorKind
from services.runtime.clock import to_datetime
from services.store.detector_list import DetectorVersion

MAIN = "point"
"""The name of the only point of a rule."""
WITNESS = "witness"
SHOWN = frozenset(
    {
        "id",
        "version",
        "valid_from",
        "valid_to",
        "created_by",
        "source",
        "basis",
        "ended_by",
        "ended_reason",
        "versions",
    }
)
"""What an answer says and a body may repeat, without effect."""
_READ_ONLY = Field(json_schema_extra={"readOnly": True})
_Text = Annotated[str | None, _READ_ONLY]

Direction = Annotated[
    Literal["high", "low"], Field(description="Which way is the wrong one: up (`high`) or down")
]
Deadband = Annotated[Number, Field(description="How far back before it is over")]
Others = Annotated[
    list[Tag] | None,
    Field(
        min_length=1,
        max_length=MOST_POINTS - 1,
        description="The other points; leave it out where a registered `group` is named",
    ),
]
GroupName = Annotated[
    Code | None,
    Field(
        description="Code of a registered group, instead of `others`: the rule judges whoever is in "
        "it; `tag` is one of them"
    ),
]
State = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z_]+$")]
States = Annotated[
    list[State], Field(min_length=1, max_length=8, description="Names of the point's states")
]


class DetectorBody(Said):
    """What all kinds have. `tag`: the point that the alarm is about; all points of a rule belong
    to `enterprise`. Delays in seconds. The fields that only an answer has are null in a body."""

    model_config = ConfigDict(extra="forbid")
    kind: str
    enterprise: Code
    tag: Tag
    grade: Annotated[int, Field(strict=True, ge=1, le=4, description="1 red to 4 blue")]
    on_delay_s: Delay = 0.0
    off_delay_s: Delay = 0.0
    id: _Text = None
    version: Annotated[int | None, _READ_ONLY] = None
    valid_from: _Text = None
    valid_to: _Text = None
    created_by: _Text = None
    source: _Text = None
    basis: _Text = None
    ended_by: _Text = None
    ended_reason: _Text = None
    versions: Annotated[
        list[dict[str, Any]] | None,
        Field(
            description="Only of `GET /rules/{rule}`: every version, newest first",
            json_schema_extra={"readOnly": True},
        ),
    ] = None

    @property
    def of_kind(self) -> DetectorKind:
        return DetectorKind(self.kind)

    def tags(self) -> dict[str, str]:
        """The tags of its points by their names in the rule, the main one first."""
        return {MAIN: self.tag}

    def named_twice(self) -> str | None:
        """The field that names a point which the rule has already."""
        return None

    def group_named(self) -> str | None:
        """The registered group that it is over."""
        return None

    def unfit(self) -> dict[str, str]:
        """What of its points does not fit together, by field."""
        twice = self.named_twice()
        return {} if twice is None else {twice: "A point is named twice: name each one once."}

    def parameters(self) -> dict[str, Scalar]:
        """What its kind is told."""
        found: dict[str, Scalar] = {}
        for parameter in PARAMETERS[self.of_kind]:
            value = getattr(self, parameter.name)
            found[parameter.name] = ",".join(value) if isinstance(value, list) else value
        return found

    def field_of(self, path: str) -> str:
        """Where in this body the domain's path is."""
        head, _, name = path.partition(".")
        return name if head == "parameters" else "tag" if head == "points" else path


class GroupBody(DetectorBody):
    """A rule over several points that measure alike: named one by one, or a registered group."""

    others: Others = None
    group: GroupName = None

    def tags(self) -> dict[str, str]:
        return {tag: tag for tag in (self.tag, *(self.others or ()))}

    def named_twice(self) -> str | None:
        return "others" if len(self.tags()) <= len(self.others or ()) else None

    def group_named(self) -> str | None:
        return self.group

    def unfit(self) -> dict[str, str]:
        if (self.others is None) is (self.group is None):
            return {"others": "Name the other points here, or a registered `group`: one of both."}
        return super().unfit()

    def field_of(self, path: str) -> str:
        if self.group is not None and path.startswith("points"):
            return "group"
        if path == f"points.{self.tag}":
            return "tag"
        return "others" if path.startswith("points") else super().field_of(path)


class Rate(DetectorBody):
    """Rises or falls by at least `limit_per_min` (the point's unit per minute) over `span_s`."""

    kind: Literal["rate"]
    direction: Direction = "high"
    limit_per_min: Number
    deadband_per_min: Deadband = 0.0
    span_s: Number = 60.0


class Deviation(GroupBody):
    """Points that measure the same lie at least `limit` apart, each by its median of `smooth_s`;
    one that was silent for `fresh_s` is left out."""

    kind: Literal["deviation"]
    limit: Number
    deadband: Deadband = 0.0
    smooth_s: Number = 10.0
    fresh_s: Number = 60.0


class Stuck(DetectorBody):
    """Moved by no more than `tolerance` in `span_s`; with a `witness` only where that one moved by
    `witness_moves` meanwhile."""

    kind: Literal["stuck"]
    span_s: Number
    tolerance: Number = 0.0
    witness: Tag | None = None
    witness_moves: Number | None = None

    def tags(self) -> dict[str, str]:
        return {MAIN: self.tag} | ({WITNESS: self.witness} if self.witness else {})

    def named_twice(self) -> str | None:
        return WITNESS if self.witness == self.tag else None

    def field_of(self, path: str) -> str:
        return WITNESS if path == f"points.{WITNESS}" else super().field_of(path)


class BadQuality(DetectorBody):
    """The newest reading is of bad quality, or has no value."""

    kind: Literal["bad_quality"]


class SignalBand(DetectorBody):
    """The 4-20 mA signal is in a failure band of NAMUR NE 43. `span_low`, `span_high`: the values
    that 4 and 20 mA are; by default the point's range."""

    kind: Literal["signal_band"]
    span_low: Number | None = None
    span_high: Number | None = None


class Voting(GroupBody):
    """At least `needed` points of the group reached `limit` within `window_s` of each other."""

    kind: Literal["voting"]
    needed: Annotated[int, Field(strict=True)]
    limit: Number
    direction: Direction = "high"
    window_s: Number = 60.0


class Count(DetectorBody):
    """Reached `limit`, or came into one of `states`, at least `needed` times within `span_s`. It
    reaches a limit anew only after it was back beyond the `deadband`."""

    kind: Literal["count"]
    needed: Annotated[int, Field(strict=True)]
    span_s: Number
    limit: Number | None = None
    direction: Direction = "high"
    deadband: Deadband = 0.0
    states: States | None = None


class Forecast(DetectorBody):
    """Will reach `limit` within `horizon_s`, by the robust line through the last `span_s`; the
    latest moment that fits counts."""

    kind: Literal["forecast"]
    direction: Direction = "high"
    limit: Number
    horizon_s: Number
    span_s: Number = 600.0


class StateRule(DetectorBody):
    """Is in one of `states`."""

    kind: Literal["state"]
    states: States


class Expression(DetectorBody):
    """`text` (CEL) is true of the newest values of `variables` (name in the text: tag), none older
    than `fresh_s`. A quantity is a double, a state its name. `tag` is one of the variables."""

    kind: Literal["expression"]
    text: Annotated[
        str,
        Field(min_length=1, max_length=1000, examples=["gas > 20.0 && valve == 'open'"]),
    ]
    variables: Annotated[dict[str, Tag], Field(min_length=1, max_length=MOST_POINTS)]
    fresh_s: Number = 300.0

    def tags(self) -> dict[str, str]:
        main = {name: tag for name, tag in self.variables.items() if tag == self.tag}
        return main | self.variables

    def field_of(self, path: str) -> str:
        head, _, name = path.partition(".")
        if head != "points":
            return super().field_of(path)
        return f"variables.{name}" if name else "variables"


DETECTORS: Mapping[DetectorKind, type[DetectorBody]] = {
    DetectorKind.RATE: Rate,
    DetectorKind.DEVIATION: Deviation,
    DetectorKind.STUCK: Stuck,
    DetectorKind.BAD_QUALITY: BadQuality,
    DetectorKind.SIGNAL_BAND: SignalBand,
    DetectorKind.VOTING: Voting,
    DetectorKind.COUNT: Count,
    DetectorKind.FORECAST: Forecast,
    DetectorKind.STATE: StateRule,
    DetectorKind.EXPRESSION: Expression,
}


def detector_of(
    body: DetectorBody,
    parameters: Mapping[str, Scalar],
    rule_id: str,
    version: int,
    author: str,
    now: int,
) -> DetectorVersion:
    """The version that a body asks for, in force from `now` (epoch ms) on."""
    return DetectorVersion(
        enterprise=body.enterprise,
        id=rule_id,
        version=version,
        kind=body.kind,
        points=body.tags(),
        parameters=parameters,
        grade=body.grade,
        on_delay_s=body.on_delay_s,
        off_delay_s=body.off_delay_s,
        latch=body.latch,
        realarm_s=body.realarm_s,
        valid_from=to_datetime(now),
        valid_to=None,
        created_by=author,
        owner=body.owner,
        valid_until=body.valid_until,
        message=body.message,
        cause=body.cause,
        consequence=body.consequence,
        action=body.action,
        respond_within_s=body.respond_within_s,
        reason=body.reason,
        group=body.group_named(),
    )


def detector_view(rule: DetectorVersion) -> dict[str, object]:
    """A version as outsiders see it: its kind's body, and what only an answer says."""
    kind = DetectorKind(rule.kind)
    return {
        "id": rule.id,
        "version": rule.version,
        "kind": rule.kind,
        "enterprise": rule.enterprise,
        "tag": next(iter(rule.points.values())),
        **_points(kind, rule),
        **detector_parts(kind, rule.parameters),
        "grade": rule.grade,
        "on_delay_s": rule.on_delay_s,
        "off_delay_s": rule.off_delay_s,
        "valid_from": moment_text(rule.valid_from),
        "valid_to": None if rule.valid_to is None else moment_text(rule.valid_to),
        "created_by": rule.created_by,
        "owner": rule.owner,
        "valid_until": None if rule.valid_until is None else moment_text(rule.valid_until),
        "latch": rule.latch,
        "realarm_s": rule.realarm_s,
        "message": rule.message,
        "cause": rule.cause,
        "consequence": rule.consequence,
        "action": rule.action,
        "respond_within_s": rule.respond_within_s,
        "source": rule.source,
        "basis": rule.basis,
        "reason": rule.reason,
        "ended_by": rule.ended_by,
        "ended_reason": rule.ended_reason,
    }


def _points(kind: DetectorKind, rule: DetectorVersion) -> dict[str, object]:
    points = rule.points
    match kind:
        case DetectorKind.DEVIATION | DetectorKind.VOTING:
            return {"others": list(points.values())[1:] or None, "group": rule.group}
        case DetectorKind.STUCK:
            return {WITNESS: points.get(WITNESS)}
        case DetectorKind.EXPRESSION:
            return {"variables": dict(points)}
        case _:
            return {}


def detector_parts(kind: DetectorKind, parameters: Mapping[str, object]) -> dict[str, object]:
    """The parameters of a rule as the fields of its kind's body."""
    found = {each.name: parameters.get(each.name) for each in PARAMETERS[kind]}
    states = found.get("states")
    return found | {"states": states.split(",")} if isinstance(states, str) else found
