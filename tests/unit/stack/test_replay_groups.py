"""A rule over a group in the file of `parkwatch replay`: judged over who is in it, or refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.domain.detector_group import DetectorGroup, GroupKind
from services.domain.directory import Directory
from services.stack.refusal import Refusal
from services.stack.replay_rules import ProposedRules, detector_trials, groups_named, read
from services.store.detector_group import Membership
from tests.stories.park import GAS
from tests.stories.rules import detector

NEAR, FAR = replace(GAS, id=2, tag="GT-102"), replace(GAS, id=3, tag="GT-103")
VOTE = {
    "kind": "voting", "enterprise": "acme", "tag": "GT-101", "group": "ring", "needed": 2,
    "limit": 25, "grade": 1,
}  # fmt: skip


@pytest.fixture
def directory() -> Directory:
    found = Directory()
    for point in (GAS, NEAR, FAR):
        found.put(point)
    found.groups.put(DetectorGroup("acme", "ring", GroupKind.GAS, (NEAR.id, GAS.id)))
    return found


def file(tmp_path: Path, **change: object) -> Path:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps([VOTE | change]), encoding="utf-8")
    return path


def test_it_is_tried_with_the_members_of_today_its_own_point_first(
    directory: Directory, tmp_path: Path
) -> None:
    (trial,) = detector_trials(directory, read(file(tmp_path)))
    assert trial.today is None
    assert trial.proposed is not None
    assert list(trial.proposed.points) == ["GT-101", "GT-102"]
    assert trial.points == {GAS.id, NEAR.id}


def test_todays_rule_over_a_group_is_tried_beside_it(directory: Directory, tmp_path: Path) -> None:
    rule = detector("voting", GAS, names=("GT-101",), needed=2, limit=20.0)
    directory.put_detector(replace(rule, group="ring"))
    (trial,) = detector_trials(directory, read(file(tmp_path, id="r-voting")))
    assert trial.today is not None
    assert list(trial.today.points) == ["GT-101", "GT-102"]
    directory.groups.put(DetectorGroup("acme", "ring", GroupKind.GAS, (NEAR.id, FAR.id)))
    rules = read(file(tmp_path, tag="GT-102"))
    (other,) = [each for each in detector_trials(directory, rules) if each.proposed is not None]
    assert other.today is None, "it cannot judge today, and finds nothing live either"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"group": "roof"}, "acme has no group roof"),
        ({"tag": "GT-103"}, "GT-103 is not in the group ring"),
        ({"needed": 3}, "can never reach the limit"),
        ({"others": ["GT-102"]}, "are wrong"),
    ],
)
def test_one_that_cannot_judge_is_refused(
    directory: Directory, tmp_path: Path, change: dict[str, object], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        detector_trials(directory, read(file(tmp_path, **change)))


def test_todays_rule_judges_by_whoever_was_in_its_group_then(directory: Directory) -> None:
    rule = replace(detector("voting", GAS, names=("GT-101",), needed=2, limit=20.0), group="ring")
    directory.put_detector(rule)
    directory.groups.put(DetectorGroup("acme", "ring", GroupKind.GAS, (NEAR.id, FAR.id)))
    told = (["GT-103", "GT-101"], ["GT-102", "GT-999", "GT-101"], ["GT-102"], None)
    history = {
        ("acme", "ring"): [
            Membership(datetime(2026, 1, day, tzinfo=UTC), members)
            for day, members in enumerate(told, start=1)
        ]
    }
    assert groups_named(directory, ProposedRules()) == {"acme": {"ring"}}
    (trial,) = detector_trials(directory, ProposedRules(), history)
    assert trial.today is not None
    assert list(trial.today.points) == ["GT-101"], "it cannot judge today"
    assert [list(each.points) for each in trial.today.later] == [
        ["GT-101", "GT-103"], ["GT-101", "GT-102"], [], ["GT-101"],
    ]  # fmt: skip
    assert trial.points == {GAS.id, NEAR.id, FAR.id}
    assert trial.passes == 1
    assert not trial.today.judges_as(replace(trial.today, later=()))
