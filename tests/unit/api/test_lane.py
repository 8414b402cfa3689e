"""What goes in the heavy lane can be told to wait for exports; what must be done now does not."""

import json

import pytest

from services.api.lane import Lane, lane_of
from tests.architecture.repository import ROOT

DESCRIBED = json.loads((ROOT / "docs/reference/openapi.json").read_text("utf-8"))["paths"]
READ_THROUGH = {"/api/v1/points/import", "/api/v1/rules/backtest"}
"""Of what is no GET: what works through a whole file, or through a past."""


@pytest.mark.parametrize(
    "path",
    ["/statistics/alarms", "/journal/export", "/audit", "/points/export", "/handover"],
)
def test_figures_and_exports_are_heavy(path: str) -> None:
    assert f"/api/v1{path}" in DESCRIBED
    assert lane_of(f"/api/v1{path}") is Lane.HEAVY


def test_no_write_waits_for_exports_but_those_that_read_through_much() -> None:
    writes = {path for path, methods in DESCRIBED.items() if methods.keys() - {"get"}}
    assert {path for path in writes if lane_of(path) is Lane.HEAVY} == READ_THROUGH


def test_a_shift_is_handed_over_and_signed_beside_exports() -> None:
    """A refusal of that lane would be taken for a database that is away."""
    for path in ("/handovers", "/handovers/{handover}", "/handovers/{handover}/sign"):
        assert f"/api/v1{path}" in DESCRIBED
        assert lane_of(f"/api/v1{path}") is Lane.LIVE
