"""A bypass of an interlock (联锁旁路/摘除): applied for, approved by two, in force, restored, verified.

Pure: each act takes a bypass, who does it and when, and gives the bypass after it, or refuses with
a sentence. Where a bypass stands follows from its signatures and the time alone, so that it can be
kept as data anywhere. All times are epoch milliseconds UTC.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from services.domain.interlock import BYPASSED, is_serving

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

APPROVALS = 2
"""So many persons approve: different ones, and none of them applied."""

PATIENCE_MS = DAY_MS
"""An application that is not approved twice by then has lapsed: the plant is another by now."""

UNKNOWN = "unknown"
"""What the field shows where nobody knows it."""

AHEAD_MS = 7 * DAY_MS
"""A start may be set so far ahead, no further: a risk assessment ages."""


class BypassKind(StrEnum):
    """Why the loop does not act."""

    MAINTENANCE = "maintenance"
    OPERATIONAL = "operational"
    REMOVAL = "removal"
    PROOF_TEST = "proof_test"
    OUTAGE = "outage"
    """Its unit is shut down with approval: the loop has nothing to protect meanwhile."""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """`usual`: what is asked for when nothing is said; `once`: the longest that one approval
    gives, or one extension; `whole`: the longest with all extensions."""

    usual_ms: int
    once_ms: int
    whole_ms: int


LIMITS: Mapping[BypassKind, TimeLimit] = {
    BypassKind.MAINTENANCE: TimeLimit(8 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS),
    BypassKind.OPERATIONAL: TimeLimit(8 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS),
    BypassKind.REMOVAL: TimeLimit(24 * HOUR_MS, 24 * HOUR_MS, 7 * DAY_MS),
    BypassKind.PROOF_TEST: TimeLimit(4 * HOUR_MS, 8 * HOUR_MS, 24 * HOUR_MS),
    BypassKind.OUTAGE: TimeLimit(7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS),
}
"""8 to 24 h by default, extendable (domain facts, section 7, row "bypass record fields", a design
value); how far extensions reach is our choice: beyond it the loop is changed by management of
change (IEC 61511), not bypassed."""

COVERS: Mapping[BypassKind, frozenset[str]] = {
    BypassKind.MAINTENANCE: frozenset({"bypass_maintenance"}),
    BypassKind.OPERATIONAL: frozenset({"bypass_operational"}),
    BypassKind.REMOVAL: frozenset({"removed"}),
    BypassKind.PROOF_TEST: frozenset({"bypass_maintenance", "proof_test"}),
    BypassKind.OUTAGE: BYPASSED,
}
"""Which states seen in the field an approval of this kind is an approval of."""


class BypassState(StrEnum):
    """Where it stands."""

    APPLIED = "applied"
    APPROVED_ONCE = "approved_once"
    APPROVED = "approved"
    """By two; its start is still ahead."""
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    """Its time is over and nobody has said that the loop is back in service."""
    RESTORED = "restored"
    VERIFIED = "verified"
    REFUSED = "refused"
    LAPSED = "lapsed"
    """It was not approved in time."""


class Act(StrEnum):
    """What somebody does to it."""

    APPROVE = "approve"
    REFUSE = "refuse"
    EXTEND = "extend"
    RESTORE = "restore"
    VERIFY = "verify"


OVER = frozenset({BypassState.VERIFIED, BypassState.REFUSED, BypassState.LAPSED})
"""Nothing more becomes of it; another may be applied for."""

ALLOWED: Mapping[Act, frozenset[BypassState]] = {
    Act.APPROVE: frozenset({BypassState.APPLIED, BypassState.APPROVED_ONCE}),
    Act.REFUSE: frozenset({BypassState.APPLIED, BypassState.APPROVED_ONCE, BypassState.APPROVED}),
    Act.EXTEND: frozenset({BypassState.IN_FORCE}),
    Act.RESTORE: frozenset({BypassState.APPROVED, BypassState.IN_FORCE, BypassState.EXPIRED}),
    Act.VERIFY: frozenset({BypassState.RESTORED}),
}
"""In which states each act is possible. An extension that waits is approved and refused while the
bypass is in force."""


class Refused(ValueError):
    """What cannot be done, and why: one sentence. `field`: what was wrong of what was asked (None:
    it is the bypass that does not allow it). `personal`: another person may do it."""

    def __init__(self, reason: str, field: str | None = None, *, personal: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.personal = personal


@dataclass(frozen=True, slots=True)
class Signature:
    """Who, when, and what they wrote. `field_state`: what the field showed then of what is bypassed
    (`UNKNOWN`: nobody knew; None: it was not asked)."""

    by: str
    at: int
    note: str | None = None
    field_state: str | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """More time that was asked for; it counts once two have approved it."""

    asked: Signature
    length_ms: int
    approvals: tuple[Signature, ...] = ()
    refused: Signature | None = None

    @property
    def is_granted(self) -> bool:
        return len(self.approvals) >= APPROVALS and self.refused is None


@dataclass(frozen=True, slots=True)
class Bypass:
    """`cause`: the input that is bypassed; None: the whole loop. `starts_at` None: with the second
    approval. `risk` is the risk assessment, `measures` what protects meanwhile."""

    enterprise: str
    id: str
    loop: str
    cause: str | None
    kind: BypassKind
    reason: str
    risk: str
    measures: tuple[str, ...]
    length_ms: int
    applied: Signature
    starts_at: int | None = None
    approvals: tuple[Signature, ...] = ()
    refused: Signature | None = None
    extensions: tuple[Extension, ...] = ()
    restored: Signature | None = None
    verified: Signature | None = None

    @property
    def since(self) -> int | None:
        """From when on it is approved; None: it is not."""
        if len(self.approvals) < APPROVALS or self.refused is not None:
            return None
        return max(self.approvals[-1].at, self.starts_at or 0)

    @property
    def planned_end(self) -> int | None:
        """Until when it is approved, extensions included; None: it is not."""
        since = self.since
        if since is None:
            return None
        granted = sum(each.length_ms for each in self.extensions if each.is_granted)
        return since + self.length_ms + granted

    @property
    def until(self) -> int | None:
        """Until when a bypass seen in the field is one that is approved."""
        end = self.planned_end
        if end is None or self.restored is None:
            return end
        return min(end, self.restored.at)

    def pending(self, now: int) -> Extension | None:
        """The extension that waits for approvals; one that was not granted in time waits no more."""
        last = self.extensions[-1] if self.extensions else None
        waits = last is not None and not last.is_granted and last.refused is None
        return last if waits and self.state(now) is BypassState.IN_FORCE else None

    def state(self, now: int) -> BypassState:
        """Where it stands at a moment."""
        if self.refused is not None:
            return BypassState.REFUSED
        if self.verified is not None:
            return BypassState.VERIFIED
        if self.restored is not None:
            return BypassState.RESTORED
        since, end = self.since, self.planned_end
        if since is not None and end is not None:
            if now < since:
                return BypassState.APPROVED
            return BypassState.IN_FORCE if now < end else BypassState.EXPIRED
        if now >= self.applied.at + PATIENCE_MS:
            return BypassState.LAPSED
        return BypassState.APPROVED_ONCE if self.approvals else BypassState.APPLIED

    def is_over(self, now: int) -> bool:
        """Whether nothing more becomes of it, so that another may be applied for."""
        return self.state(now) in OVER


def apply(asked: Bypass, others: Iterable[Bypass], seen: Collection[str] = ()) -> Bypass:
    """A new application. `others`: what is on record of the same loop; `seen`: its inputs that the
    field shows bypassed, whoever did that. Raises Refused."""
    now, limit = asked.applied.at, LIMITS[asked.kind]
    _check_length(asked.length_ms, limit.once_ms, asked.kind)
    if not asked.measures:
        raise Refused("name at least one compensating measure", "measures")
    if asked.kind is BypassKind.OUTAGE and asked.cause is not None:
        raise Refused("an outage is of the whole loop: leave it out", "cause")
    if asked.starts_at is not None and not now <= asked.starts_at <= now + AHEAD_MS:
        days = AHEAD_MS // DAY_MS
        raise Refused(f"it has to lie ahead, by {days} days at most", "starts_at")
    for other in others:
        if other.loop == asked.loop and other.id != asked.id and not other.is_over(now):
            raise Refused(_second(other, now))
    _check_field(asked, seen)
    return asked


def approve(bypass: Bypass, by: Signature, seen: Collection[str] = ()) -> Bypass:
    """One more of the two approvals: of the bypass, or of the extension that waits. `seen`: as of
    `apply`."""
    waiting = bypass.pending(by.at)
    if waiting is None:
        _check_state(bypass, Act.APPROVE, by.at)
        _check_field(bypass, seen)
        _check_person(by, (bypass.applied, *bypass.approvals))
        return replace(bypass, approvals=(*bypass.approvals, by))
    _check_person(by, (bypass.applied, waiting.asked, *waiting.approvals))
    return _amended(bypass, replace(waiting, approvals=(*waiting.approvals, by)))


def refuse(bypass: Bypass, by: Signature) -> Bypass:
    """No: nothing comes of it. Of an extension: the bypass ends as it was approved."""
    waiting = bypass.pending(by.at)
    if waiting is not None:
        return _amended(bypass, replace(waiting, refused=by))
    _check_state(bypass, Act.REFUSE, by.at)
    return replace(bypass, refused=by)


def extend(bypass: Bypass, by: Signature, length_ms: int) -> Bypass:
    """Ask for more time; it needs two approvals as the bypass did, before its end."""
    _check_state(bypass, Act.EXTEND, by.at)
    if bypass.pending(by.at) is not None:
        raise Refused("An extension waits for its approval already.")
    limit = LIMITS[bypass.kind]
    _check_length(length_ms, limit.once_ms, bypass.kind)
    since, end = bypass.since, bypass.planned_end
    assert since is not None  # it is in force
    assert end is not None
    if end + length_ms - since > limit.whole_ms:
        hours = limit.whole_ms // HOUR_MS
        raise Refused(
            f"with all extensions a {bypass.kind} bypass lasts {hours} h at most", "hours"
        )
    return replace(bypass, extensions=(*bypass.extensions, Extension(by, length_ms)))


def restore(bypass: Bypass, by: Signature, seen: str | None) -> Bypass:
    """The loop is said to be back in service; somebody else has to see that. `seen`: as of
    `verify`; the approval ends whatever it is, so a bypass that still stands alarms."""
    _check_state(bypass, Act.RESTORE, by.at)
    return replace(bypass, restored=replace(by, field_state=seen or UNKNOWN))


def verify(bypass: Bypass, by: Signature, seen: str | None) -> Bypass:
    """Another person has seen the loop in service. `seen`: its state in the field (None: nobody
    knows); while that is none of service, nothing is verified, and where nobody knows it, who
    verifies has to write how they saw it. Both stay in the signature."""
    _check_state(bypass, Act.VERIFY, by.at)
    assert bypass.restored is not None  # it is restored
    if by.by == bypass.restored.by:
        raise Refused("Another person than who restored it has to verify this.", personal=True)
    if is_serving(seen) is False:
        raise Refused(f"The field still says {seen}: restore the loop there first.")
    if seen is None and not (by.note or "").strip():
        raise Refused(
            "nobody knows what the field shows of this loop now: write how you saw it in service, "
            "or wait until its state is heard",
            "note",
        )
    return replace(bypass, verified=replace(by, field_state=seen or UNKNOWN))


def _amended(bypass: Bypass, extension: Extension) -> Bypass:
    return replace(bypass, extensions=(*bypass.extensions[:-1], extension))


def _check_state(bypass: Bypass, act: Act, now: int) -> None:
    state = bypass.state(now)
    if state not in ALLOWED[act]:
        raise Refused(f"This bypass is {state.value.replace('_', ' ')}: {_HINTS[act]}")


def _check_person(by: Signature, earlier: Iterable[Signature]) -> None:
    """Of the two who approve nobody has applied, and nobody approves twice."""
    if any(each.by == by.by for each in earlier):
        raise Refused(
            "Two persons have to approve this, and neither of them may be the applicant.",
            personal=True,
        )


def _check_length(length_ms: int, most_ms: int, kind: BypassKind) -> None:
    if not 0 < length_ms <= most_ms:
        hours = most_ms // HOUR_MS
        raise Refused(f"a {kind} bypass lasts more than 0 and at most {hours} h", "hours")


def _check_field(asked: Bypass, seen: Collection[str]) -> None:
    """A second input is a second one, though nobody has asked for the first."""
    first = sorted(set(seen) - {asked.cause})
    if asked.cause is not None and first:
        raise Refused(
            f"Only one bypass of a voting group at a time: the field shows {', '.join(first)} "
            "bypassed; have that restored first."
        )


def _second(other: Bypass, now: int) -> str:
    state = other.state(now).value.replace("_", " ")
    what = f"input {other.cause}" if other.cause else "the whole loop"
    return (
        f"Only one bypass of a voting group at a time: {other.id} of {what} is {state}. "
        "Have it restored and verified, or refused, first."
    )


_HINTS: Mapping[Act, str] = {
    Act.APPROVE: "only what was applied for, and waits, is approved.",
    Act.REFUSE: "only what waits, or has not begun, is refused; have it restored instead.",
    Act.EXTEND: "only one in force is extended; apply for another.",
    Act.RESTORE: "only what was approved is restored.",
    Act.VERIFY: "only what was restored is verified.",
}
