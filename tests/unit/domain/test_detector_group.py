"""What is a group of detectors, and who is in which."""

from dataclasses import replace

import pytest

from services.domain.detector_group import (
    MOST_MEMBERS,
    BadGroup,
    DetectorGroup,
    DetectorGroups,
    GroupKind,
    check,
)
from services.domain.directory import BookChange, Directory
from services.domain.point import Point, PointKind

GAS = Point(1, "acme", "GT-1", PointKind.COMBUSTIBLE_GAS, "%LEL")
TOXIC = replace(GAS, id=2, tag="GT-2", kind=PointKind.TOXIC_GAS, unit="ppm")
OXYGEN = replace(GAS, id=3, tag="AT-1", kind=PointKind.OXYGEN, unit="vol%")
SMOKE = replace(GAS, id=4, tag="SD-1", kind=PointKind.SMOKE, unit="state")
FLAME = replace(GAS, id=5, tag="FD-1", kind=PointKind.FIRE, unit="state")
HEAT = replace(GAS, id=6, tag="TT-1", kind=PointKind.TEMPERATURE, unit="Cel")
TWIN = replace(HEAT, id=7, tag="TT-2")
LEVEL = replace(HEAT, id=8, tag="LT-1", kind=PointKind.LEVEL)


def many(count: int, of: Point = HEAT) -> list[Point]:
    return [replace(of, id=100 + number, tag=f"X-{number}") for number in range(count)]


@pytest.mark.parametrize(
    ("kind", "points"),
    [
        (GroupKind.GAS, [GAS, TOXIC, OXYGEN]),
        (GroupKind.GAS, []),
        (GroupKind.GAS, many(MOST_MEMBERS, GAS)),
        (GroupKind.FIRE, [SMOKE, FLAME]),
        (GroupKind.MIXED, [GAS, SMOKE, HEAT]),
        (GroupKind.REDUNDANT, [HEAT, TWIN]),
        (GroupKind.REDUNDANT, many(8)),
        (GroupKind.REDUNDANT, [SMOKE, replace(SMOKE, id=9, tag="SD-2")]),
    ],
)
def test_what_is_a_group(kind: GroupKind, points: list[Point]) -> None:
    check(kind, points, {})


@pytest.mark.parametrize(
    ("kind", "points", "paired", "said"),
    [
        (
            GroupKind.GAS, [GAS, SMOKE], {},
            "members.1: SD-1 is of the kind smoke; a group of the kind gas has combustible_gas, "
            "oxygen, toxic_gas.",
        ),
        (
            GroupKind.FIRE, [GAS], {},
            "members.0: GT-1 is of the kind combustible_gas; a group of the kind fire has fire, "
            "smoke.",
        ),
        (GroupKind.MIXED, [GAS, HEAT, GAS], {}, "members.2: GT-1 is named twice: name it once."),
        (
            GroupKind.MIXED, many(MOST_MEMBERS + 1), {},
            "members: A group has 100 points at most.",
        ),
        (
            GroupKind.REDUNDANT, [HEAT], {},
            "members: 2 to 8 points measure the same; this names 1.",
        ),
        (
            GroupKind.REDUNDANT, many(9), {},
            "members: 2 to 8 points measure the same; this names 9.",
        ),
        (
            GroupKind.REDUNDANT, [HEAT, replace(TWIN, unit="K")], {},
            "members.1: TT-2 (temperature, K) and TT-1 (temperature, Cel) do not measure the same.",
        ),
        (
            GroupKind.REDUNDANT, [HEAT, LEVEL], {},
            "members.1: LT-1 (level, Cel) and TT-1 (temperature, Cel) do not measure the same.",
        ),
        (
            GroupKind.REDUNDANT, [HEAT, TWIN], {"TT-2": "P-9"},
            "members.1: TT-2 is redundant in the group P-9 already.",
        ),
    ],
)  # fmt: skip
def test_what_is_none(
    kind: GroupKind, points: list[Point], paired: dict[str, str], said: str
) -> None:
    with pytest.raises(BadGroup) as refused:
        check(kind, points, paired)
    assert str(refused.value) == said


def test_a_pair_elsewhere_matters_to_redundant_groups_alone() -> None:
    check(GroupKind.MIXED, [HEAT, TWIN], {"TT-2": "P-9"})


def group(
    code: str, *members: int, kind: GroupKind = GroupKind.GAS, of: str = "acme"
) -> DetectorGroup:
    return DetectorGroup(of, code, kind, members)


def codes(groups: DetectorGroups, point_id: int | None) -> list[str]:
    return [each.code for each in groups.of(point_id)]


def test_who_is_in_which_follows_every_change() -> None:
    groups = DetectorGroups()
    for each in (group("B", 1, 2), group("A", 2, 3), group("P", 1, 9, kind=GroupKind.REDUNDANT)):
        groups.put(each)
    assert (codes(groups, 1), codes(groups, 2), codes(groups, 3)) == (["B", "P"], ["A", "B"], ["A"])
    assert (codes(groups, 4), codes(groups, None)) == ([], [])
    groups.put(group("A", 1))
    assert (codes(groups, 1), codes(groups, 2), codes(groups, 3)) == (["A", "B", "P"], ["B"], [])
    groups.put(replace(group("B"), removed=True))
    assert (codes(groups, 1), codes(groups, 2)) == (["A", "P"], [])
    assert (groups.find("acme", "B"), groups.find("acme", "A")) == (None, group("A", 1))
    assert groups.find("beta", "A") is None
    groups.put(replace(group("B"), removed=True))
    assert codes(groups, 2) == []


def test_of_several_the_first_by_its_code_has_the_first_out_and_a_pair_has_none() -> None:
    groups = DetectorGroups()
    for each in (
        group("A", 1, 2, kind=GroupKind.REDUNDANT), group("C", 1), group("B", 1, kind=GroupKind.FIRE),
    ):  # fmt: skip
        groups.put(each)
    found = groups.first_out_of(1)
    assert found is not None
    assert found.code == "B"
    assert groups.first_out_of(2) is None
    assert groups.first_out_of(None) is None


def test_two_enterprises_may_use_one_code() -> None:
    groups = DetectorGroups()
    groups.put(group("A", 1))
    groups.put(group("A", 2, of="beta"))
    groups.put(replace(group("A", of="beta"), removed=True))
    assert (codes(groups, 1), codes(groups, 2)) == (["A"], [])


def test_a_whole_book_brings_what_changed_and_ends_what_it_has_not() -> None:
    groups = DetectorGroups()
    for each in (group("A", 1), group("B", 2), group("C", 3)):
        groups.put(each)
    told = groups.changed([group("A", 1), group("B", 2, 4), group("D", 5)])
    assert told == [group("B", 2, 4), group("D", 5), replace(group("C"), removed=True)]
    for each in told:
        groups.put(each)
    assert sorted(code for _, code in groups.by_key) == ["A", "B", "D"]
    assert groups.changed([*groups.by_key.values(), replace(group("X"), removed=True)]) == []


def test_a_change_of_the_book_carries_them() -> None:
    directory = Directory()
    BookChange(2, groups=(group("A", 1, 2),)).apply(directory)
    BookChange(3, groups=(group("A", 2),)).apply(directory)
    assert (codes(directory.groups, 1), codes(directory.groups, 2)) == ([], ["A"])
