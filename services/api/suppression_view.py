"""A rule of suppression as outsiders see it: what it says, and where it stands."""

from collections.abc import Mapping

from services.api.alarm_view import maybe_time_text, moment_text
from services.api.window import Window
from services.api.wording import Language
from services.api.wording_suppression import rule_text, standing_text
from services.store.suppression_list import SuppressionVersion, TargetRow
from services.wire.bus import SuppressionItem

Key = tuple[str, str]


def version_view(here: Window, rule: SuppressionVersion, language: Language) -> dict[str, object]:
    """One version: its body, and what only an answer says."""
    place = here.register.place(rule.enterprise, rule.tag)
    unit = "" if place is None or place.point.has_states else place.point.unit
    return {
        "id": rule.id,
        "version": rule.version,
        "enterprise": rule.enterprise,
        "name": rule.name,
        "condition": _condition(rule),
        "targets": [_target(each) for each in rule.targets],
        "grade": rule.grade,
        "off_delay_s": rule.off_delay_s,
        "reason": rule.reason,
        "valid_from": moment_text(rule.valid_from),
        "valid_to": None if rule.valid_to is None else moment_text(rule.valid_to),
        "created_by": rule.created_by,
        "ended_by": rule.ended_by,
        "ended_reason": rule.ended_reason,
        "text": rule_text(rule, unit, language),
    }


def rule_view(
    here: Window,
    rule: SuppressionVersion,
    found: Mapping[Key, SuppressionItem],
    language: Language,
) -> dict[str, object]:
    """A rule in force, with where it stands; null for that while no engine has told."""
    item = found.get((rule.enterprise, rule.id))
    known = item is not None and item.version == rule.version
    now = _now(here, item, language) if item is not None and known else None
    return version_view(here, rule, language) | {"now": now}


def _now(here: Window, item: SuppressionItem, language: Language) -> dict[str, object]:
    off = (alarm.off for alarm in here.replica.open.values() if alarm.enterprise == item.enterprise)
    suppressed = sum(
        1
        for each in off
        if each is not None and each.rule_version is not None and each.by == item.rule
    )
    return {
        "phase": item.phase,
        "why": item.why,
        "since": maybe_time_text(item.since),
        "value": item.value,
        "alarm": item.alarm,
        "until": maybe_time_text(item.ends_at),
        "suppressed": suppressed,
        "text": standing_text(item.phase, item.why, language),
    }


def _condition(rule: SuppressionVersion) -> dict[str, object]:
    own: dict[str, dict[str, object]] = {
        "state": {"states": rule.states},
        "limit": {
            "direction": rule.direction,
            "limit": rule.limit,
            "deadband": rule.deadband,
        },
        "alarm": {"alarm": rule.alarm},
    }
    return {"kind": rule.kind, "tag": rule.tag, **own[rule.kind]}


def _target(target: TargetRow) -> dict[str, object]:
    return {
        "tag": target.tag,
        "hazard_source": target.hazard_source,
        "alarm": target.alarm,
    }
