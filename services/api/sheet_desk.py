"""Carrying out a sheet of points in the caller's transaction: all of it, or what is wrong by rows."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from services.api.fence import Fences
from services.api.formula_guard import unlike_after
from services.api.loosening import check_kept_limits
from services.api.point_desk import (
    check_done,
    check_gateway,
    check_known,
    check_pair,
    check_unused,
    fresh_ids,
    is_judged_otherwise,
)
from services.api.point_plan import Key, Plan, columns_of, plan, plan_groups
from services.api.point_sheet import Mode, Sheet
from services.api.principal import Principal
from services.api.problem import Problem
from services.api.window import Window
from services.domain.point import Point
from services.runtime.clock import to_datetime
from services.store import detector_group as groups
from services.store import register as store
from services.store import rule_list as rules
from services.store.point_row import point_from
from services.store.register import Connection
from services.store.register_history import HistorySubject, note, note_new_points

_SLICE = 10_000
_Stands = tuple[str, float | None, float | None]
"""Enterprise, longitude and latitude."""


@dataclass(frozen=True, slots=True)
class SheetDesk:
    """One sheet, and who brings it. `reason`: why limits that stand may become laxer by it."""

    here: Window
    principal: Principal
    sheet: Sheet
    mode: Mode
    reason: str | None

    async def look(self, connection: Connection) -> Plan:
        """What it would do; what is wrong is in the sheet's errors, in the order of the rows."""
        self._check_enterprises()
        known = await self._known(connection)
        made = await asyncio.to_thread(plan, self.sheet, known, self.mode)
        self._check_names(made)
        await self._check_taken(connection, made)
        await self._check_fences(connection, made)
        await self._check_formulas(connection, made)
        await self._check_kinds_and_limits(connection, made)
        if self.sheet.groups:
            await self._plan_groups(connection, made)
        self.sheet.in_order()
        return made

    async def carry_out(self, connection: Connection, made: Plan) -> None:
        """Do it, with the book's lock held since before the look."""
        now = to_datetime(self.here.clock.now_ms())
        by = self.principal.username
        if made.new:
            number = await store.next_version(connection)
            ids = await fresh_ids(connection, len(made.new))
            columns = columns_of(made, self.sheet)
            fresh = [each | {"id": n} for each, n in zip(columns, ids, strict=True)]
            await store.insert_points(connection, fresh, number)
            await note_new_points(connection, number, by, now, self.reason)
        changes = made.changes
        number = await store.next_version(connection)
        await store.update_points(connection, [each.after for each in changes.values()], number)
        for row, each in changes.items():
            subject = HistorySubject.POINT, *made.key(row)
            await note(connection, *subject, by, now, each.before, each.after, self.reason)
        # Who leaves first, so that nobody is redundant in two places meanwhile.
        before = [await groups.find(connection, *group.key) for group in made.groups]
        for group in made.groups:
            await groups.clear(connection, *group.key)
        for group, known in zip(made.groups, before, strict=True):
            await groups.put(connection, group, known, number, self.reason)

    def _check_enterprises(self) -> None:
        """Rows of an enterprise that is not there, or not this person's: both are told alike."""
        here = self.here.register.enterprises
        named = {row: new.enterprise for row, new in self.sheet.points.items()}
        named |= {row: told.enterprise for row, told in self.sheet.told.items()}
        for row, enterprise in named.items():
            if enterprise not in here or not self.principal.sees(enterprise):
                self.sheet.points.pop(row, None)
                self.sheet.told.pop(row, None)
                told = f"enterprise: {enterprise} is not registered; do that first"
                self.sheet.refuse(row, told)

    async def _known(self, connection: Connection) -> dict[Key, dict[str, object]]:
        """The points of the sheet that are registered; of one that only registers their names."""
        named: dict[str, list[str]] = defaultdict(list)
        for told in self.sheet.told.values():
            named[told.enterprise].append(told.tag)
        found: dict[Key, dict[str, object]] = {}
        for enterprise, tags in named.items():
            for start in range(0, len(tags), _SLICE):
                some = tags[start : start + _SLICE]
                for row in await store.named_points(connection, enterprise, some):
                    found[enterprise, row["tag"]] = row
        return found

    def _check_names(self, made: Plan) -> None:
        for row, new in made.new.items():
            self._refuse_where(row, partial(check_known, self.here, new))
            self._refuse_where(row, partial(check_done, self.here, new.columns()))
        for row, each in made.changes.items():
            before, after = each.before, each.after
            self._refuse_where(row, partial(check_pair, self.here, before, after))
            named = {name: after[name] for name in after if after[name] != before[name]}
            self._refuse_where(row, partial(check_done, self.here, named))
            if after["gateway"] != before["gateway"]:
                place = after["enterprise"], after["gateway"]
                self._refuse_where(row, partial(check_gateway, self.here, *place))

    async def _check_taken(self, connection: Connection, made: Plan) -> None:
        rows: dict[str, dict[str, int]] = defaultdict(dict)
        for row, new in made.new.items():
            rows[new.enterprise][new.tag] = row
        for enterprise, tags in rows.items():
            for tag in await store.taken_tags(connection, enterprise, list(tags)):
                self.sheet.refuse(tags[tag], f"tag: {tag} is registered already")

    async def _check_fences(self, connection: Connection, made: Plan) -> None:
        places = {row: (p.enterprise, p.lon, p.lat) for row, p in made.new.items()}
        for row, each in made.changes.items():
            after = each.after
            if any(after[name] != each.before[name] for name in ("lon", "lat")):
                places[row] = after["enterprise"], after["lon"], after["lat"]
        fences = await Fences.of(connection, list({place[0] for place in places.values()}))
        if fences.areas:
            await asyncio.to_thread(self._refuse_outside, fences, places)

    def _refuse_outside(self, fences: Fences, places: Mapping[int, _Stands]) -> None:
        for row, place in places.items():
            why = fences.outside(*place)
            if why is not None:
                self.sheet.refuse(row, f"lon: {why}")

    async def _check_formulas(self, connection: Connection, made: Plan) -> None:
        """Units that change, all of the sheet's together, under formulas made of their points."""
        moved = {
            made.key(row): row
            for row, each in made.changes.items()
            if each.after["unit"] != each.before["unit"]
        }
        changed = {key: point_from(made.changes[row].after) for key, row in moved.items()}
        for key, why in (await unlike_after(connection, changed)).items():
            self.sheet.refuse(moved[key], f"unit: {why}")

    async def _check_kinds_and_limits(self, connection: Connection, made: Plan) -> None:
        """What was made of a point's kind, and what its limits mean afterwards."""
        judged = {
            row: each
            for row, each in made.changes.items()
            if is_judged_otherwise(each.before, each.after)
        }
        for row, each in judged.items():
            if each.after["kind"] != each.before["kind"]:
                try:
                    await check_unused(connection, each.before)
                except Problem as problem:
                    self.sheet.refuse(row, problem.detail.rstrip("."))
        limits: dict[Key, list[rules.Rule]] = defaultdict(list)
        for rule in await rules.rules_of_points(connection, [made.key(row) for row in judged]):
            limits[rule.enterprise, rule.tag].append(rule)
        for row, each in judged.items():
            standing = limits[made.key(row)]
            points = point_from(each.before), point_from(each.after)
            self._refuse_where(row, partial(check_kept_limits, *points, standing, self.reason))

    async def _plan_groups(self, connection: Connection, made: Plan) -> None:
        named = {made.key(row)[0] for row in (*made.new, *made.known)}
        standing = [g for code in named for g in await groups.of_enterprise(connection, code)]
        plan_groups(
            made,
            self.sheet,
            {(group.enterprise, group.code): group for group in standing},
            self._registered,
            self.principal.username,
            to_datetime(self.here.clock.now_ms()),
        )

    def _registered(self, enterprise: str, tag: str) -> Point | None:
        place = self.here.register.place(enterprise, tag)
        return None if place is None else place.point

    def _refuse_where(self, row: int, look: Callable[[], None]) -> None:
        try:
            look()
        except Problem as problem:
            self.sheet.refuse(row, problem.detail.rstrip("."))
