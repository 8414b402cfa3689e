"""Registering and changing points, in the caller's transaction: what is checked, and what is kept."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from services.api.day import park_day
from services.api.fence import Fences
from services.api.formula_guard import unlike_after
from services.api.loosening import check_kept_limits
from services.api.point_body import DUES, NewPoint, PointChange, unfit_together
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.window import Window
from services.domain.detector_group import GroupKind
from services.domain.unit import meaning
from services.runtime.clock import to_datetime
from services.store import interlock
from services.store import register as store
from services.store.point_row import point_from
from services.store.register import Connection, Place
from services.store.register_history import HistorySubject, note, note_new_points
from services.store.rule_list import rules_of_points

JUDGED_BY = frozenset({"kind", "unit", "substance", "range_low", "range_high"})
"""What the template, and the meaning of a limit that stands, follow from."""


async def create(
    here: Window,
    principal: Principal,
    connection: Connection,
    new: NewPoint,
    reason: str | None = None,
) -> Place:
    """Put a point into the book; refuses a name that is taken and a position outside of its
    enterprise. Raises Problem."""
    check_known(here, new)
    check_done(here, new.columns())
    number = await store.next_version(connection)
    if await store.taken_tags(connection, new.enterprise, [new.tag]):
        raise Problem(Kind.CONFLICT, f"tag: {new.tag} is registered already; change it with PATCH.")
    await _check_fence(connection, new.enterprise, new.lon, new.lat)
    (point_id,) = await fresh_ids(connection, 1)
    await store.insert_points(connection, [new.columns() | {"id": point_id}], number)
    now = to_datetime(here.clock.now_ms())
    await note_new_points(connection, number, principal.username, now, reason)
    return await _place(connection, new.enterprise, new.tag)


async def change(
    here: Window,
    principal: Principal,
    connection: Connection,
    enterprise: str,
    tag: str,
    change: PointChange,
) -> Place:
    """Change what is named of a point. Refuses what does not fit together then, and without a
    reason what makes a limit in force laxer than the template. Raises Problem."""
    check_gateway(here, enterprise, change.gateway)
    number = await store.next_version(connection)
    known = await store.find_point(connection, enterprise, tag)
    if known is None:
        raise not_found("point")
    before = await _place(connection, enterprise, tag)
    columns: dict[str, Any] = known | change.columns()
    if columns["kind"] != known["kind"]:
        await check_unused(connection, known)
    named = set(change.columns())
    wrong = unfit_together(columns, named)
    if wrong:
        raise invalid_fields(wrong)
    check_done(here, change.columns())
    check_pair(here, known, columns)
    if columns["unit"] != known["unit"]:
        unlike = await unlike_after(connection, {(enterprise, tag): point_from(columns)})
        if unlike:
            raise invalid_fields({"unit": unlike[enterprise, tag]})
    if named & {"lon", "lat"}:
        await _check_fence(connection, enterprise, columns["lon"], columns["lat"])
    if any(columns[each] != known[each] for each in ("lon", "lat")):
        columns["converted_from"] = None
    await store.update_points(connection, [columns], number)
    await note(
        connection,
        HistorySubject.POINT,
        enterprise,
        tag,
        principal.username,
        to_datetime(here.clock.now_ms()),
        known,
        columns,
        change.reason,
    )
    after = await _place(connection, enterprise, tag)
    if is_judged_otherwise(known, columns):
        limits = await rules_of_points(connection, [(enterprise, tag)])
        check_kept_limits(before.point, after.point, limits, change.reason)
    return after


def is_judged_otherwise(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether limits that stand may mean something else after a change."""
    return any(before[name] != after[name] for name in JUDGED_BY)


async def check_unused(connection: Connection, point: Mapping[str, Any]) -> None:
    """A kind that was mistaken can be put right as long as nothing was made of it. What shows how a
    loop stands is watched for bypasses by its kind."""
    loops = await interlock.of_enterprise(connection, point["enterprise"])
    shown = [e.tag for e in loops for _, tag in e.loop.switches if tag == point["tag"]]
    if shown:
        raise Problem(
            Kind.CONFLICT,
            f"kind: {point['tag']} shows how the loop {shown[0]} stands; give that loop another "
            "state_tag first.",
        )
    if await store.is_in_use(connection, point):
        raise Problem(
            Kind.CONFLICT,
            f"kind: {point['tag']} has readings, rules or groups of its kind; register another point.",
        )


def check_pair(here: Window, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Refuse another unit for a point that measures the same as others."""
    if meaning(before["unit"]) == meaning(after["unit"]):
        return
    enterprise, tag, groups = before["enterprise"], before["tag"], here.register.groups
    for code in groups.of(enterprise, tag):
        if groups.by_key[enterprise, code].of_kind is GroupKind.REDUNDANT:
            raise Problem(
                Kind.CONFLICT,
                f"unit: {tag} is redundant in the group {code}, whose points have one unit; take "
                "it out of the group first.",
            )


def check_known(here: Window, new: NewPoint) -> None:
    """Refuse a point of an enterprise or gateway that is not registered."""
    if new.enterprise not in here.register.enterprises:
        raise Problem(
            Kind.INVALID, f"enterprise: {new.enterprise} is not registered; do that first."
        )
    check_gateway(here, new.enterprise, new.gateway)


def check_done(here: Window, told: Mapping[str, Any]) -> None:
    """Refuse what is told to be done already, on a day that lies ahead."""
    today = park_day(here.clock.now_ms())
    ahead = {name: told[name] for name, _ in DUES if told.get(name)}
    wrong = {
        name: f"{day} lies ahead: it is the day on which it was done, and today is {today}"
        for name, day in ahead.items()
        if date.fromisoformat(str(day)) > today
    }
    if wrong:
        raise invalid_fields(wrong)


def check_gateway(here: Window, enterprise: str, gateway: str | None) -> None:
    """Refuse a gateway that the enterprise has not."""
    if gateway is not None and (enterprise, gateway) not in here.register.gateways:
        raise Problem(
            Kind.INVALID,
            f"gateway: {gateway} is not registered for {enterprise}; do that first.",
        )


async def fresh_ids(connection: Connection, count: int) -> list[int]:
    """Numbers nobody has: positive, 31 bits, random, so that they say nothing about how many."""
    chosen: set[int] = set()
    while len(chosen) < count:
        more = {secrets.randbelow(2**31 - 1) + 1 for _ in range(count - len(chosen))} - chosen
        chosen |= more - await store.taken_ids(connection, more)
    return list(chosen)


async def _check_fence(
    connection: Connection, enterprise: str, lon: float | None, lat: float | None
) -> None:
    told = (await Fences.of(connection, [enterprise])).outside(enterprise, lon, lat)
    if told is not None:
        raise invalid_fields({"lon": told})


async def _place(connection: Connection, enterprise: str, tag: str) -> Place:
    place = await store.place(connection, enterprise, tag)
    assert place is not None  # held by the book's lock
    return place
