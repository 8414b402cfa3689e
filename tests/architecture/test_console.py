"""The console has words for whatever the services can say of a gateway and a bypass."""

import json
import re
from dataclasses import fields

import pytest

from services.api.routes.ledger import DayView
from services.domain.bypass import Act, BypassKind
from services.domain.conformance import Mark, Outcome
from services.domain.connection import ConnectionState
from services.domain.detector_kind import PARAMETERS
from services.domain.trouble import Kind
from services.store.gateway_event import EventKind
from tests.architecture.repository import ROOT

CONNECTION = ROOT / "console/src/connection"
AGREED = ROOT / "console/tests/agreed/rule-parameters.json"


def listed(module: str, name: str) -> set[str]:
    """The words of a constant list in a module of the console."""
    source = (CONNECTION / f"{module}.ts").read_text(encoding="utf-8")
    found = re.search(rf"export const {name} = \[(.*?)\]", source, re.DOTALL)
    assert found, f"{name} is not in {module}.ts"
    return set(re.findall(r"'(\w+)'", found[1]))


@pytest.mark.parametrize(
    ("module", "name", "ours"),
    [
        ("event", "EVENT_KINDS", set(EventKind)),
        ("gateway", "GATEWAY_STATES", set(ConnectionState)),
        ("trial", "OUTCOMES", set(Outcome)),
        ("trial", "MARKS", set(Mark)),
        ("../interlock/bypass", "ACTS", set(Act)),
        ("../interlock/bypass-draft", "BYPASS_KINDS", set(BypassKind)),
        (
            "ledger",
            "FATES",
            {each.name for each in fields(DayView)} - {"day", "messages", "received"},
        ),
    ],
)
def test_the_console_knows_every_word(module: str, name: str, ours: set[str]) -> None:
    assert listed(module, name) == {str(each) for each in ours}


def test_whatever_is_the_matter_with_a_gateway_is_a_flag() -> None:
    assert {str(each) for each in Kind} <= listed("gateway", "FLAGS")


def test_the_parameters_that_the_console_asks_for_are_those_that_are_judged_by() -> None:
    """The console's own tests hold its form against the same file."""
    ours = {
        kind.value: [
            {
                "name": each.name,
                "form": each.form.value,
                "needed": each.needed,
                "usual": each.default,
                "low": each.low,
                "high": each.high,
                "above": each.above,
            }
            for each in parameters
        ]
        for kind, parameters in PARAMETERS.items()
    }
    assert json.loads(AGREED.read_text(encoding="utf-8")) == ours
