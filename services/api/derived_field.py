"""The fields of a point that a derived one cannot have."""

from collections.abc import Mapping

from services.domain.point import STATES, PointKind

OF_SENSORS = (
    "gateway",
    "period_s",
    "calibrated_on",
    "calibration_due_on",
    "bump_tested_on",
    "bump_test_due_on",
)
NO_SENSOR = "it belongs to a sensor: a derived point is computed, leave it out"


def no_quantity(kind: PointKind) -> str | None:
    """Why a derived point cannot be of this kind."""
    return f"{kind} has states: a derived point is a quantity" if kind in STATES else None


def unfit_of_derived(columns: Mapping[str, object]) -> dict[str, str | None]:
    """What the columns of a derived point say that it cannot have, by field."""
    wrong: dict[str, str | None] = {
        name: NO_SENSOR for name in OF_SENSORS if columns.get(name) is not None
    }
    wrong["kind"] = no_quantity(PointKind(str(columns["kind"])))
    return wrong
