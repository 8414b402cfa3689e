"""Nobody assigns to a field of the values that are not frozen only because that is dear (0072)."""

import ast
from dataclasses import fields
from pathlib import Path

from services.domain.reading import Reading
from services.runtime.feed import Delivery
from services.store.intake import Parcel
from services.wire.telemetry import TagValue, TelemetryMessage
from services.wire.translate import Translation, UnregisteredValue

ROOT = Path(__file__).resolve().parents[2]
UNFROZEN = (Reading, TagValue, TelemetryMessage, UnregisteredValue, Translation, Delivery, Parcel)
NAMES = {"reading", "delivery", "parcel", "translation", "given", "message", "value", "stranger"}
FIELDS = {each.name for kind in UNFROZEN for each in fields(kind)}


def assigned(tree: ast.AST) -> list[tuple[str, str, int]]:
    """(variable, attribute, line) of each assignment to an attribute."""
    return [
        (node.value.id, node.attr, node.lineno)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
    ]


def test_no_field_of_theirs_is_assigned_to() -> None:
    found = [
        f"{path.relative_to(ROOT)}, line {line}: {variable}.{attribute}"
        for path in sorted((ROOT / "services").rglob("*.py"))
        for variable, attribute, line in assigned(ast.parse(path.read_text(encoding="utf-8")))
        if attribute in FIELDS and variable in NAMES
    ]
    assert found == []


def test_the_look_sees_an_assignment() -> None:
    assert assigned(ast.parse("reading.value = 3")) == [("reading", "value", 1)]
