"""A point whose unit changes under a formula that it is an input of."""

from collections import defaultdict
from collections.abc import Mapping

from services.domain.point import Point
from services.store import derived_point
from services.store import register as store
from services.store.point_row import point_from
from services.store.register import Connection
from services.wire.formula_unit import unlike

Key = tuple[str, str]
"""Enterprise and tag."""


async def unlike_after(connection: Connection, changed: Mapping[Key, Point]) -> dict[Key, str]:
    """Why the formulas that name these points could not be computed any more once their units are
    those, in a sentence for each point; nothing for one under which all of them could.

    `changed`: the points as they are to be. What a formula's other inputs are is read in this
    transaction, under the book's lock.
    """
    tags: dict[str, set[str]] = defaultdict(set)
    for enterprise, tag in changed:
        tags[enterprise].add(tag)
    wrong: dict[Key, str] = {}
    for enterprise, those in tags.items():
        for derived, formula in (await derived_point.formulas(connection, enterprise)).items():
            touched = sorted(formula.tags & those)
            if not touched:
                continue
            rows = await store.named_points(connection, enterprise, sorted(formula.tags))
            points = {row["tag"]: point_from(row) for row in rows}
            points |= {tag: changed[enterprise, tag] for tag in touched}
            inputs = {name: points[tag] for name, tag in formula.inputs if tag in points}
            told = unlike(formula.expression, inputs)
            if told is not None:
                why = f"the derived point {derived} is made of it, and {told.rstrip('.')}"
                wrong |= {(enterprise, tag): why for tag in touched}
    return wrong
