"""Who vouches for an exported journal: its signature, held against the keys that are trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.domain.journal_export import ExportReport
from services.wire.export_signature import PARK, BadSignature, Signature, read_signature

UNSIGNED = (
    "Not signed: an export of an older version, or its signature was taken off. Export it again, "
    "or give --seals that reach to its end."
)

RELIEVING = timedelta(minutes=1)
"""How long an api may go on signing with a key after another process has said that it is relieved."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with the signature, what else is to be told, and whether there is none."""

    faults: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    unsigned: bool = False


def judge_signature(
    report: ExportReport,
    beyond: Mapping[str, int] | None,
    key: str | None,
    keys: Mapping[str, str | None],
) -> Judged:
    """`beyond`: rows of each enterprise after the last seal, None without seals; `key` is the one
    that was given, in hex, `keys` those of the seals and when each was relieved."""
    said = [] if beyond is None else [_beyond(beyond)]
    if not report.ended:
        return Judged(said=tuple(said))
    if report.signed is None:
        if beyond is not None and not beyond:
            return Judged(said=(*said, "Not signed: the seals alone vouch for it."))
        return Judged((UNSIGNED,), tuple(said), unsigned=True)
    try:
        found = read_signature(report.signed, report.stated)
    except BadSignature as wrong:
        return Judged((str(wrong),), tuple(said))
    fault = distrusted(found.key, report.stated["exported_at"], key, keys)
    if fault is not None:
        return Judged((fault,), tuple(said))
    return Judged(said=(*said, _signed(found, report, key, keys)))


def distrusted(by: str, at: str, key: str | None, keys: Mapping[str, str | None]) -> str | None:
    """Why what was signed at a moment (RFC 3339) by a key is not to be trusted, if it is not: by `key`,
    the one that was given, or `keys`, those of the seals and when each was relieved."""
    if by not in keys and (keys or key not in (None, by)):
        whose = "the one given" if key else "that of the seals"
        told = f"It is signed with the key {by} and not with {whose}, {key or list(keys)[-1]}."
        return told if keys else f"{told} Where keys were changed since, --seals says so."
    until = keys.get(by)
    if until is not None and _moment(at) > _moment(until) + RELIEVING:
        return f"It is signed on {at} with the key {by}, which was relieved on {until}."
    return None


def _moment(told: str) -> datetime:
    return datetime.fromisoformat(told)


def _beyond(beyond: Mapping[str, int]) -> str:
    if not beyond:
        return "No row lies beyond the last seal."
    each = ", ".join(f"{code} {count}" for code, count in beyond.items())
    return f"{sum(beyond.values())} rows lie beyond the last seal ({each})."


def _signed(
    found: Signature, report: ExportReport, key: str | None, keys: Mapping[str, str | None]
) -> str:
    scope = "the whole park" if found.scope == PARK else found.scope
    if key == found.key:
        trust = "the key given"
    elif keys:
        trust = "the key of the seals"
    else:
        trust = (
            "a key that only the file itself names: hold it against the one you have from before, "
            "or give --key or --seals"
        )
    at = report.stated["exported_at"]
    return f"Signed on {at} for one who sees {scope}, by {found.key} ({trust})."
