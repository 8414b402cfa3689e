"""A drill as outsiders see it."""

from dataclasses import dataclass
from typing import Any

import msgspec

from services.api.alarm_view import moment_text, time_text
from services.domain.drill import DrillEnd, DrillState, original_of, twin_of
from services.domain.drill_score import Answered, Mistake, Score, WrongAction
from services.store.drill import Drill


@dataclass(frozen=True, slots=True)
class ScenarioView:
    """What can be played now, and by which simulator."""

    name: str
    title: str
    title_en: str
    duration_s: int
    enterprises: list[str]
    station: str


@dataclass(frozen=True, slots=True)
class AnsweredView:
    """An annunciation of a drill: an alarm was raised, or asked again (it escalated, was forgotten,
    came back on the board). `enterprise`: the one whose twin raised it; `grade`, `condition`: as it
    sounded; `worst_grade`: the worst that its alarm reached (null: a report from before it was
    noted); `after_s`: until it was acknowledged; `missed`: it waited longer than the target and
    nobody acknowledged it."""

    alarm_id: str
    enterprise: str
    subject: str
    grade: int
    condition: str
    sounded_at: str
    acknowledged_at: str | None
    acknowledged_by: str | None
    after_s: float | None
    late: bool
    missed: bool
    worst_grade: int | None = None


@dataclass(frozen=True, slots=True)
class WrongActionView:
    """`taken_off`: shelved or taken out of service while it stood; `out_of_order`: acknowledged
    while `worse` had waited for more than ten seconds."""

    kind: Mistake
    alarm_id: str
    at: str
    actor: str | None
    worse: str | None


@dataclass(frozen=True, slots=True)
class ScoreView:
    """What was made of a drill; times to acknowledge in seconds. `annunciations`: how often its
    `alarms` sounded, which all other figures are about (null: a report from before each was scored,
    which knows the first acknowledgement only)."""

    alarms: int
    acknowledged: int
    late: int
    missed: int
    median_s: float | None
    worst_s: float | None
    answers: list[AnsweredView]
    wrong: list[WrongActionView]
    annunciations: int | None = None


@dataclass(frozen=True, slots=True)
class DrillView:
    """A drill. `state`: `ordered` (no simulator has begun it), `running` or `finished`; `outcome`:
    `ended`, `stopped`, `failed` or `abandoned`. `score` and `record` (the JSON text that `sha256`,
    hex, is of) once it is finished; not in lists."""

    id: int
    scenario: str
    title: str
    title_en: str
    duration_s: int
    target_s: int
    note: str | None
    state: DrillState
    enterprises: list[str]
    ordered_by: str
    ordered_at: str
    station: str
    began_at: str | None
    ends_at: str | None
    finished_at: str | None
    finished_by: str | None
    outcome: DrillEnd | None
    score: ScoreView | None
    record: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class TwinView:
    """A gateway of a drill, shown this once: it publishes below `pw/v1/{twin}/{gateway}/` what the
    gateway of `enterprise` would say."""

    enterprise: str
    gateway: str
    twin: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class BegunDrill:
    """What a simulator needs to play. `in_force` false: the broker does not let it in yet, and will."""

    drill: DrillView
    gateways: list[TwinView]
    in_force: bool


def drill_view(drill: Drill, *, whole: bool = True) -> DrillView:
    """`whole`: with its score and its record."""
    kept = None if drill.record is None else msgspec.json.decode(drill.record)
    return DrillView(
        id=drill.id,
        scenario=drill.scenario,
        title=drill.title,
        title_en=drill.title_en,
        duration_s=drill.duration_s,
        target_s=drill.target_s,
        note=drill.note,
        state=drill.state,
        enterprises=sorted(drill.by_enterprise()),
        ordered_by=drill.ordered_by,
        ordered_at=moment_text(drill.ordered_at),
        station=drill.station,
        began_at=None if drill.began_at is None else moment_text(drill.began_at),
        ends_at=None if drill.ends_at is None else moment_text(drill.ends_at),
        finished_at=None if drill.finished_at is None else moment_text(drill.finished_at),
        finished_by=drill.finished_by,
        outcome=drill.outcome,
        score=msgspec.convert(kept["score"], ScoreView) if whole and kept else None,
        record=drill.record if whole else None,
        sha256=drill.sha256,
    )


def score_view(score: Score) -> ScoreView:
    """Times as outsiders read them."""
    return ScoreView(
        score.alarms,
        score.acknowledged,
        score.late,
        score.missed,
        _seconds(score.median_ms),
        _seconds(score.worst_ms),
        [_answered(each) for each in score.answers],
        [_wrong(each) for each in score.wrong],
        score.annunciations,
    )


def record_of(drill: Drill, end: dict[str, Any], score: Score) -> str:
    """The report that is kept: what was played, how it ended, and the score."""
    played = {
        "id": drill.id,
        "scenario": drill.scenario,
        "title": drill.title,
        "title_en": drill.title_en,
        "enterprises": sorted(drill.by_enterprise()),
        "twins": sorted(twin_of(each) or "" for each in drill.by_enterprise()),
        "target_s": drill.target_s,
        "ordered_by": drill.ordered_by,
        "ordered_at": moment_text(drill.ordered_at),
        "began_at": None if drill.began_at is None else moment_text(drill.began_at),
    }
    told = {"exercise": True, **played, **end, "score": score_view(score)}
    return msgspec.json.encode(told).decode()


def _answered(each: Answered) -> AnsweredView:
    return AnsweredView(
        each.alarm_id,
        original_of(each.enterprise),
        each.subject,
        each.grade,
        each.condition,
        time_text(each.sounded_at),
        None if each.acknowledged_at is None else time_text(each.acknowledged_at),
        each.acknowledged_by,
        _seconds(each.after_ms),
        each.late,
        each.missed,
        each.worst_grade,
    )


def _wrong(each: WrongAction) -> WrongActionView:
    return WrongActionView(each.kind, each.alarm_id, time_text(each.at), each.actor, each.worse)


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
