"""Interlocks, bypasses and rates as outsiders see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.api.alarm_view import maybe_time_text, moment_text
from services.api.interlock_live import LoopNow
from services.domain.bypass import (
    HOUR_MS,
    OVER,
    UNKNOWN,
    Bypass,
    BypassState,
    Extension,
    Signature,
)
from services.domain.interlock import Voting, protects
from services.domain.use_rate import Use
from services.store.interlock import Interlock

_WAITS: Mapping[BypassState, str] = {
    BypassState.APPLIED: "approval",
    BypassState.APPROVED_ONCE: "approval",
    BypassState.EXPIRED: "restoration",
    BypassState.RESTORED: "verification",
}


@dataclass(frozen=True, slots=True)
class LoopVersionView:
    """One version of a loop, `sil` 1 to 4 (null: none asked). `proof_test_due_on`: the day by
    which it has to be proved again. `removed`: with it the loop was taken out of the register."""

    enterprise: str
    tag: str
    name: str
    name_en: str | None
    description: str | None
    hazard_source: str | None
    voting: str
    causes: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    sil: int | None
    proof_test_days: int | None
    proof_tested_on: str | None
    proof_test_due_on: str | None
    state_tag: str | None
    required: bool
    fitted: bool
    basis: str | None
    version: int
    created_at: str
    valid_from: str
    valid_to: str | None
    changed_by: str
    reason: str | None
    removed: bool


@dataclass(frozen=True, slots=True)
class SignatureView:
    """Who, when, and what they wrote. `field_state`: of a restoration and its verification what the
    field showed then; `unknown`: nobody knew, and it rests on the note alone; null: not asked."""

    by: str
    at: str
    note: str | None
    field_state: str | None


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """More time that was asked for; `granted` once two have approved it."""

    hours: float
    asked: SignatureView
    approvals: list[SignatureView]
    refused: SignatureView | None
    granted: bool


@dataclass(frozen=True, slots=True)
class BypassView:
    """A bypass. `state`: applied, approved_once, approved, in_force, expired, restored, verified,
    refused or lapsed; `since` and `until`: for when it is approved. `still_protects`: whether the
    loop would act with it. `waits_for`: what it waits for now (null: nothing). `field_state`: what the
    field shows now of what is bypassed (`unknown`: nobody knows; null: it is over)."""

    id: str
    enterprise: str
    loop: str
    cause: str | None
    kind: str
    reason: str
    risk_assessment: str
    measures: list[str]
    hours: float
    starts_at: str | None
    state: str
    since: str | None
    until: str | None
    applied: SignatureView
    approvals: list[SignatureView]
    refused: SignatureView | None
    extensions: list[ExtensionView]
    restored: SignatureView | None
    verified: SignatureView | None
    still_protects: bool | None
    waits_for: str | None
    field_state: str | None


@dataclass(frozen=True, slots=True)
class LoopView(LoopVersionView):
    """A loop and how it stands: `state` as last heard (null: nobody knows), `inputs_out` the inputs
    whose own switches say that they do not vote, `in_service` whether it would act by all of that,
    `in_outage` whether its unit is shut down with approval; `bypass`: the one that is open;
    `unregistered`: the causes and effects that are neither a registered point nor a loop, so that
    nobody sees them here."""

    state: str | None
    inputs_out: list[str]
    unregistered: list[str]
    known_at: str | None
    in_service: bool | None
    in_outage: bool
    bypass: BypassView | None


@dataclass(frozen=True, slots=True)
class UseView:
    """A use rate (投用率), 0 to 1: `rate` of what is known, `at_least` if all that nobody knows had
    been out of service; null: nothing can be said. The amounts are hours, or loops now."""

    rate: float | None
    at_least: float | None
    in_service: float
    out: float
    unknown: float
    outage: float


def version_values(loop: Interlock) -> dict[str, Any]:
    """The fields of a version."""
    due = None
    if loop.proof_tested_on is not None and loop.proof_test_days is not None:
        due = loop.proof_tested_on + timedelta(days=loop.proof_test_days)
    return {
        "enterprise": loop.enterprise,
        "tag": loop.tag,
        "name": loop.name,
        "name_en": loop.name_en,
        "description": loop.description,
        "hazard_source": loop.hazard_source,
        "voting": loop.voting,
        "causes": loop.causes,
        "effects": loop.effects,
        "sil": loop.sil,
        "proof_test_days": loop.proof_test_days,
        "proof_tested_on": None if loop.proof_tested_on is None else str(loop.proof_tested_on),
        "proof_test_due_on": None if due is None else str(due),
        "state_tag": loop.state_tag,
        "required": loop.required,
        "fitted": loop.fitted,
        "basis": loop.basis,
        "version": loop.version,
        "created_at": moment_text(loop.created_at),
        "valid_from": moment_text(loop.valid_from),
        "valid_to": None if loop.valid_to is None else moment_text(loop.valid_to),
        "changed_by": loop.changed_by,
        "reason": loop.reason,
        "removed": loop.removed,
    }


def loop_view(
    loop: Interlock, now: LoopNow, bypass: BypassView | None, unregistered: list[str]
) -> LoopView:
    """A loop as it stands."""
    use = now.use
    return LoopView(
        **version_values(loop),
        state=now.state,
        inputs_out=list(now.inputs_out),
        unregistered=unregistered,
        known_at=maybe_time_text(now.at),
        in_service=None if now.in_outage or use.unknown else bool(use.serving),
        in_outage=now.in_outage,
        bypass=bypass,
    )


def bypass_view(bypass: Bypass, loop: Interlock | None, now: int, seen: str | None) -> BypassView:
    """A bypass as it stands at `now` (epoch ms). `seen`: what the field shows of it (None: nobody
    knows)."""
    left = None
    if loop is not None:
        voting = Voting(loop.voting)
        left = protects(voting, 1 if bypass.cause is not None else voting.inputs)
    state = bypass.state(now)
    return BypassView(
        id=bypass.id,
        enterprise=bypass.enterprise,
        loop=bypass.loop,
        cause=bypass.cause,
        kind=bypass.kind,
        reason=bypass.reason,
        risk_assessment=bypass.risk,
        measures=list(bypass.measures),
        hours=bypass.length_ms / HOUR_MS,
        starts_at=maybe_time_text(bypass.starts_at),
        state=state,
        since=maybe_time_text(bypass.since),
        until=maybe_time_text(bypass.until),
        applied=_signature(bypass.applied),
        approvals=[_signature(each) for each in bypass.approvals],
        refused=_maybe(bypass.refused),
        extensions=[_extension(each) for each in bypass.extensions],
        restored=_maybe(bypass.restored),
        verified=_maybe(bypass.verified),
        still_protects=left,
        waits_for=_WAITS.get(state, "approval" if bypass.pending(now) is not None else None),
        field_state=None if state in OVER else seen or UNKNOWN,
    )


def use_view(use: Use, per: float) -> UseView:
    """A rate; amounts in units of `per` (1: loops; an hour of milliseconds: hours)."""
    return UseView(
        rate=use.rate,
        at_least=use.at_least,
        in_service=use.serving / per,
        out=use.out / per,
        unknown=use.unknown / per,
        outage=use.outage / per,
    )


def _signature(its: Signature) -> SignatureView:
    return SignatureView(its.by, maybe_time_text(its.at) or "", its.note, its.field_state)


def _maybe(its: Signature | None) -> SignatureView | None:
    return None if its is None else _signature(its)


def _extension(its: Extension) -> ExtensionView:
    return ExtensionView(
        hours=its.length_ms / HOUR_MS,
        asked=_signature(its.asked),
        approvals=[_signature(each) for each in its.approvals],
        refused=_maybe(its.refused),
        granted=its.is_granted,
    )
