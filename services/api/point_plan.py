"""What a sheet would do to the register, row by row: new points, changes with what was, groups.

Pure and slow for large sheets: run it in a thread. What is wrong goes into the sheet's errors.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from services.api.point_body import NewPoint, PointChange, unfit_together
from services.api.point_sheet import GROUPS, Mode, Sheet, Told, first_fault, new_point, wgs84
from services.domain.detector_group import BadGroup, GroupKind, check
from services.domain.point import Point
from services.store.detector_group import RegisteredGroup
from services.store.point_row import point_from
from services.store.register_history import difference

Key = tuple[str, str]
"""Enterprise, and tag or code."""
DIGITS = 1e-14
"""A workbook keeps 15 or 16 significant digits of a number."""
_STAYS = frozenset({"kind", "unit", "reporting"})
"""Fields that are never empty: an empty cell says nothing of them."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A registered point, by the columns of the table, before and after; they may be the same."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def is_other(self) -> bool:
        return dict(self.before) != dict(self.after)


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of a row: `action` is `new`, `changed` or `unchanged`; of each field that changes
    what it was and what it becomes (of a new point what it has)."""

    row: int
    enterprise: str
    tag: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(slots=True)
class Plan:
    """New points and registered ones by their rows, and of these those that become others; the
    groups as they are to be; of a row whose groups change the codes before and after."""

    new: dict[int, NewPoint] = field(default_factory=dict)
    known: dict[int, Changed] = field(default_factory=dict)
    changes: dict[int, Changed] = field(default_factory=dict)
    groups: list[RegisteredGroup] = field(default_factory=list)
    moved: dict[int, tuple[str, str]] = field(default_factory=dict)

    def key(self, row: int) -> Key:
        """The point of a row."""
        if row in self.new:
            return self.new[row].enterprise, self.new[row].tag
        known = self.known[row].before
        return known["enterprise"], known["tag"]

    def counts(self) -> tuple[int, int, int]:
        """How many rows are new, changed and unchanged."""
        changed = len(self.changes.keys() | (self.moved.keys() - self.new.keys()))
        return len(self.new), changed, len(self.known) - changed

    def lines(self, most: int) -> list[Line]:
        """So many rows, in order; of more those that bring something come first."""
        rows = sorted((*self.new, *self.known))
        if len(rows) > most:
            something = self.new.keys() | self.changes.keys() | self.moved.keys()
            rows.sort(key=lambda row: row not in something)
        return [self._line(row) for row in rows[:most]]

    def _line(self, row: int) -> Line:
        before: dict[str, Any] | None
        if row in self.new:
            told = self.new[row].columns()
            hidden = {"enterprise", "tag"}
            after = {n: v for n, v in told.items() if v is not None and n not in hidden}
            before = None
        else:
            before, after = difference(self.known[row].before, self.known[row].after)
        if row in self.moved:
            was, after[GROUPS] = self.moved[row]
            if before is not None:
                before[GROUPS] = was
        action = "new" if before is None else "changed" if after else "unchanged"
        return Line(row, *self.key(row), action, before or None, after or None)


def plan(sheet: Sheet, known: Mapping[Key, Mapping[str, Any]], mode: Mode) -> Plan:
    """What the rows make of the points that are registered (`known`, by the table's columns)."""
    made = Plan()
    for row, new in sheet.points.items():
        if (new.enterprise, new.tag) in known:
            sheet.refuse(row, f"tag: {new.tag} is registered already")
        else:
            made.new[row] = new
    for row, told in sheet.told.items():
        before = known.get((told.enterprise, told.tag))
        try:
            if before is not None:
                change = made.known[row] = _changed(told, before, sheet)
                if change.is_other:
                    made.changes[row] = change
            elif mode is Mode.BOTH:
                names = {"enterprise": told.enterprise, "tag": told.tag}
                made.new[row] = new_point(told.values | names, sheet.converted_from)
            else:
                sheet.refuse(row, f"tag: {told.tag} is not registered: there is nothing to change")
        except ValidationError as error:
            sheet.refuse(row, first_fault(error))
        except _UnfitRow as error:
            sheet.refuse(row, str(error))
    return made


def columns_of(made: Plan, sheet: Sheet) -> list[dict[str, object]]:
    """The new points by the columns of the table, but for their numbers."""
    return [
        point.columns() | {"converted_from": None if point.lon is None else sheet.converted_from}
        for point in made.new.values()
    ]


def plan_groups(
    made: Plan,
    sheet: Sheet,
    groups: Mapping[Key, RegisteredGroup],
    registered: Callable[[str, str], Point | None],
    by: str,
    at: datetime,
) -> None:
    """Put the points of rows that name their groups into these and no others, and hold each group
    that changes against its kind. `groups`: all of the sheet's enterprises; `registered`: a point
    that stands in no row."""
    members = {key: set(group.members) for key, group in groups.items()}
    touched: dict[Key, int] = {}
    for row, codes in sheet.groups.items():
        if row in made.new or row in made.known:
            _move(made, sheet, row, codes, members, touched)
    rows = {made.key(row): row for row in (*made.new, *made.known)}
    points = {key: _point_of(made, row) for key, row in rows.items()}
    paired = _paired(groups, members)
    for (enterprise, code), row in touched.items():
        group = replace(
            groups[enterprise, code],
            members=sorted(members[enterprise, code]),
            changed_by=by,
            changed_at=at,
        )
        made.groups.append(group)
        found = [points.get((enterprise, t)) or registered(enterprise, t) for t in group.members]
        elsewhere = {
            tag: next((c for c in paired.get((enterprise, tag), ()) if c != code), None)
            for tag in group.members
        }
        try:
            check(
                group.of_kind,
                [each for each in found if each is not None],
                {tag: other for tag, other in elsewhere.items() if other is not None},
            )
        except BadGroup as error:
            sheet.refuse(row, f"{GROUPS}: {code}: {error.text.rstrip('.')}")


class _UnfitRow(ValueError):
    """A row that a registered point cannot become; the text says why."""


def _changed(told: Told, before: Mapping[str, Any], sheet: Sheet) -> Changed:
    values = {n: v for n, v in told.values.items() if v is not None or n not in _STAYS}
    named = PointChange.model_validate(values).columns()
    halves = {"lon", "lat"} & named.keys()
    if sheet.converted_from is not None and len(halves) == 1:
        [half] = halves
        raise _UnfitRow(f"{half}: {sheet.converted_from} moves both at once: send lon and lat")
    if {"lon", "lat"} <= named.keys():
        named["lon"], named["lat"] = wgs84(named["lon"], named["lat"], sheet.converted_from)
    after = {**before, **{name: _same(told, before[name]) for name, told in named.items()}}
    others = {name for name in named if after[name] != before[name]}
    wrong = unfit_together(after, others)
    if wrong:
        name, why = next(iter(wrong.items()))
        raise _UnfitRow(f"{name}: {why}")
    if others & {"lon", "lat"}:
        after["converted_from"] = None if after["lon"] is None else sheet.converted_from
    return Changed(before, after)


def _same(told: object, before: object) -> object:
    """What a cell says; a number that is the registered one to the digits of a sheet is that."""
    if not (isinstance(told, float) and isinstance(before, float)):
        return told
    return before if math.isclose(told, before, rel_tol=DIGITS) else told


def _move(
    made: Plan,
    sheet: Sheet,
    row: int,
    codes: tuple[str, ...],
    members: dict[Key, set[str]],
    touched: dict[Key, int],
) -> None:
    enterprise, tag = made.key(row)
    unknown = [code for code in codes if (enterprise, code) not in members]
    if unknown:
        sheet.refuse(row, f"{GROUPS}: {enterprise} has no group {unknown[0]}; register it first")
        return
    mine = {key for key in members if key[0] == enterprise}
    was = sorted(code for _, code in mine if tag in members[enterprise, code])
    for code in set(was) ^ set(codes):
        members[enterprise, code] ^= {tag}
        touched.setdefault((enterprise, code), row)
    if was != list(codes):
        made.moved[row] = ";".join(was), ";".join(codes)


def _point_of(made: Plan, row: int) -> Point:
    if row in made.known:
        return point_from(made.known[row].after)
    # It has no number yet: that of its row, below all real ones, stands for it.
    return point_from(made.new[row].columns() | {"id": -row})


def _paired(
    groups: Mapping[Key, RegisteredGroup], members: Mapping[Key, Iterable[str]]
) -> dict[Key, list[str]]:
    """The redundant groups of each point, as they are to be."""
    found: dict[Key, list[str]] = {}
    for (enterprise, code), group in groups.items():
        if group.of_kind is GroupKind.REDUNDANT:
            for tag in members[enterprise, code]:
                found.setdefault((enterprise, tag), []).append(code)
    return found
