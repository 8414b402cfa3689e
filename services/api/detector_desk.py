"""Putting rules that are more than a limit in force, and changing them."""

import secrets
from dataclasses import replace

from services.api.detector_body import SHOWN, DetectorBody, detector_of
from services.api.detector_check import check_detector
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields
from services.api.rule_body import RATIONALE
from services.api.window import Window
from services.store import detector_list as store
from services.store.detector_list import Connection, DetectorVersion

MOST = 2_000
"""Rules of an enterprise that are more than a limit: each keeps a memory in the engine."""


async def create_detector(
    here: Window, principal: Principal, connection: Connection, body: DetectorBody
) -> DetectorVersion:
    """Put a rule in force, in the caller's transaction."""
    given = sorted(body.model_fields_set & SHOWN)
    if given:
        raise invalid_fields(dict.fromkeys(given, "it is not a field of a new rule; remove it"))
    parameters = check_detector(here, principal, body)
    await check_room(connection, body.enterprise)
    now = here.clock.now_ms()
    rule = detector_of(body, parameters, new_id(), 1, principal.username, now)
    await store.insert_detector(connection, rule)
    return rule


async def change_detector(
    here: Window,
    principal: Principal,
    connection: Connection,
    known: DetectorVersion,
    body: DetectorBody,
) -> DetectorVersion:
    """Put another version of a rule in force, in the caller's transaction.

    What was said of the rule stays where the change does not name it. Where what it judges stays,
    so does where that came from.
    """
    if body.kind != known.kind:
        raise invalid_fields({"kind": "a rule keeps its kind; post another rule instead"})
    main = next(iter(known.points.values()))
    if (body.enterprise, body.tag) != (known.enterprise, main):
        raise invalid_fields({"tag": "a rule stays with its point; post another rule instead"})
    parameters = check_detector(here, principal, body)
    now = here.clock.now_ms()
    new = detector_of(body, parameters, known.id, known.version + 1, principal.username, now)
    new = replace(new, valid_from=max(new.valid_from, known.valid_from))
    kept = {name: getattr(known, name) for name in RATIONALE if name not in body.model_fields_set}
    same = (known.points, known.parameters, known.group)
    if (new.points, new.parameters, new.group) == same:
        kept |= {
            "source": known.source,
            "basis": known.basis,
            "reason": new.reason or known.reason,
        }
    new = replace(new, **kept)
    await store.replace_detector(connection, new)
    return new


async def check_room(connection: Connection, enterprise: str, more: int = 1) -> None:
    """Refuse more rules of an enterprise than the engine is to remember."""
    if await store.count_detectors(connection, enterprise) + more > MOST:
        raise Problem(
            Kind.CONFLICT,
            f"enterprise: {enterprise} has no room for more than {MOST} rules that are more than "
            "a limit; remove some first.",
        )


def new_id() -> str:
    """A rule's number, which says nothing about how many there are."""
    return f"d{secrets.token_hex(12)}"
