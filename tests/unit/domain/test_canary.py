"""The canary: nobody's point, and nobody's name."""

import pytest

from services.domain import canary
from services.domain.canary import (
    ENTERPRISE,
    GATEWAY,
    LIMIT,
    POINT_ID,
    TAG,
    canary_directory,
    is_canary,
    is_reserved,
)
from services.domain.point import PointKind
from services.domain.rule import Condition
from tests.unit.domain.anew import imported_anew


def test_its_directory_is_one_point_with_one_high_limit_of_the_worst_grade() -> None:
    directory = canary_directory()
    assert list(directory.by_id) == [POINT_ID]
    point = directory.find(ENTERPRISE, TAG)
    assert point is directory.by_id[POINT_ID]
    assert (point.kind, point.gateway) == (PointKind.ANALOG, GATEWAY)
    (rule,) = directory.in_force(POINT_ID)
    assert (rule.condition, rule.limit, rule.grade, rule.version) == (Condition.H, LIMIT, 1, 1)
    assert not rule.reached(0.0)
    assert rule.reached(1.0)


def test_no_point_of_the_register_has_its_number_and_none_of_its_figures_drift() -> None:
    told = imported_anew(canary)
    assert told.POINT_ID == 0, "the register's numbers begin at 1"
    assert told.LIMIT == 0.5, "between the canary's 0 and 1"
    assert told.SILENT_S == 30.0


@pytest.mark.parametrize("code", ["_canary", "_Canary", "_CANARY"])
def test_its_name_is_reserved_however_it_is_written(code: str) -> None:
    assert is_reserved(code) is True


@pytest.mark.parametrize("code", ["canary", "_canary2", "acme"])
def test_other_names_are_free(code: str) -> None:
    assert is_reserved(code) is False


def test_a_delivery_is_its_own_by_its_enterprise() -> None:
    assert is_canary("pw/v1/_canary/_canary/telemetry") is True
    assert is_canary("pw/v1/_canary2/gw/telemetry") is False
    assert is_canary("pw/v1/acme/_canary/telemetry") is False
