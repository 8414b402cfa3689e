"""Who vouches for an exported journal: its signature, held against the key that is trusted."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.domain.journal_export import ExportReport
from services.wire.export_signature import PARK, BadSignature, Signature, read_signature

UNSIGNED = (
    "Not signed: an export of an older version, or its signature was taken off. Export it again, "
    "or give --seals that reach to its end."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with the signature, what else is to be told, and whether there is none."""

    faults: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    unsigned: bool = False


def judge_signature(
    report: ExportReport, beyond: Mapping[str, int] | None, key: str | None, seals_key: str | None
) -> Judged:
    """`beyond`: rows of each enterprise after the last seal, None without seals; `key` is the one
    that was given, `seals_key` that of the seals, both in hex."""
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
    expected = key or seals_key
    if expected is not None and found.key != expected:
        whose = "the one given" if key else "that of the seals"
        text = f"It is signed with the key {found.key} and not with {whose}, {expected}."
        return Judged((text,), tuple(said))
    return Judged(said=(*said, _signed(found, report, key, seals_key)))


def _beyond(beyond: Mapping[str, int]) -> str:
    if not beyond:
        return "No row lies beyond the last seal."
    each = ", ".join(f"{code} {count}" for code, count in beyond.items())
    return f"{sum(beyond.values())} rows lie beyond the last seal ({each})."


def _signed(found: Signature, report: ExportReport, key: str | None, seals_key: str | None) -> str:
    scope = "the whole park" if found.scope == PARK else found.scope
    if key:
        trust = "the key given"
    elif seals_key:
        trust = "the key of the seals"
    else:
        trust = (
            "a key that only the file itself names: hold it against the one you have from before, "
            "or give --key or --seals"
        )
    at = report.stated["exported_at"]
    return f"Signed on {at} for one who sees {scope}, by {found.key} ({trust})."
