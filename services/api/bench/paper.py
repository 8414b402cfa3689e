"""A run on paper: how it goes, and at its end the record that an enterprise can show."""

from collections.abc import Iterable

import msgspec

from services.api.bench.wording import asked_sentence, finding_sentence
from services.domain.claim import Scalar
from services.domain.conformance import Finding, Item, Mark, Outcome, ask_of
from services.domain.conformance_evidence import Asked, Evidence
from services.runtime.clock import to_datetime
from services.store.conformance import Run


class Line(msgspec.Struct, frozen=True):
    """An item: its mark, its stable code with facts, and what they say in both languages."""

    item: Item
    mark: Mark
    code: str
    facts: dict[str, Scalar]
    zh: str
    en: str


class Wish(msgspec.Struct, frozen=True):
    """What the gateway's operator is to do now."""

    do: str
    tag: str
    condition: str
    limit: float
    unit: str
    zh: str
    en: str


class Paper(msgspec.Struct, frozen=True):
    """Times RFC 3339, UTC. `phase`: listening, cut, returned, finished. `messages` were
    looked at; `passed_over` came faster than the bench looks."""

    enterprise: str
    gateway: str
    run: int
    asked_by: str
    started_at: str
    at: str
    phase: str
    outcome: Outcome
    messages: int
    passed_over: int
    items: list[Line]
    ask: Wish | None = None


def paper_of(
    run: Run, asked: Asked, evidence: Evidence, findings: Iterable[Finding], now: int
) -> Paper:
    """As it stands at `now` (epoch ms)."""
    return Paper(
        enterprise=run.enterprise,
        gateway=run.gateway,
        run=run.id,
        asked_by=run.asked_by,
        started_at=_text(asked.started_at),
        at=_text(now),
        phase=_phase(evidence),
        outcome=Outcome.RUNNING,
        messages=evidence.heard,
        passed_over=evidence.passed_over,
        items=[_line(each) for each in findings],
        ask=_wish(asked, evidence, now),
    )


def _line(finding: Finding) -> Line:
    zh, en = finding_sentence(finding)
    return Line(finding.item, finding.mark, finding.code, finding.facts, zh, en)


def _wish(asked: Asked, evidence: Evidence, now: int) -> Wish | None:
    ask, test = ask_of(asked, evidence, now), asked.test
    if ask is None or test is None:
        return None
    zh, en = asked_sentence(ask, test)
    return Wish(ask.value, test.tag, test.condition, test.limit, test.unit, zh, en)


def _phase(evidence: Evidence) -> str:
    if evidence.cut_at is None:
        return "listening"
    return "cut" if evidence.cut_end is None else "returned"


def _text(epoch_ms: int) -> str:
    moment = to_datetime(epoch_ms).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")
