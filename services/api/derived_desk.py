"""Registering derived points and changing their formulas, in the caller's transaction."""

from services.api import point_desk
from services.api.derived_body import MOST_DERIVED, FormulaBody, NewDerivedPoint
from services.api.principal import Principal
from services.api.problem import Kind, Problem, invalid_fields, not_found
from services.api.window import Window
from services.domain.formula import Formula, circle
from services.domain.point import Point
from services.runtime.clock import to_datetime
from services.store import derived_point, refused_list
from services.store import register as store
from services.store.derived_point import written
from services.store.register import Connection, Place
from services.store.register_history import HistorySubject, note
from services.wire.expression import BadExpression
from services.wire.formula import compile_formula, unused
from services.wire.formula_unit import unlike


async def create(
    here: Window, principal: Principal, connection: Connection, new: NewDerivedPoint
) -> Place:
    """Put a derived point into the book. Refuses what cannot be computed, each field by its path,
    and a tag that a gateway sends. Raises Problem."""
    made = await point_desk.create(here, principal, connection, new)
    formulas = await derived_point.formulas(connection, new.enterprise)
    if len(formulas) >= MOST_DERIVED:
        raise Problem(
            Kind.CONFLICT,
            f"enterprise: {new.enterprise} has {MOST_DERIVED} derived points, which is the most.",
        )
    sender = await refused_list.unregistered_gateway(connection, new.enterprise, new.tag)
    if sender is not None:
        told = f"The gateway {sender} sends this tag: choose one that nobody sends."
        raise invalid_fields({"tag": told})
    await _check(connection, made.point, new.formula, formulas)
    return await _put(here, principal, connection, made, new.formula.formula())


async def change(
    here: Window,
    principal: Principal,
    connection: Connection,
    enterprise: str,
    tag: str,
    body: FormulaBody,
) -> Place:
    """Compute a derived point by another formula. Raises Problem."""
    await store.next_version(connection)
    known = await store.place(connection, enterprise, tag)
    if known is None:
        raise not_found("point")
    if known.point.formula is None:
        raise Problem(
            Kind.CONFLICT, f"tag: {tag} is a sensor; register a derived point under another tag."
        )
    formulas = await derived_point.formulas(connection, enterprise)
    await _check(connection, known.point, body, formulas)
    return await _put(here, principal, connection, known, body.formula())


async def _check(
    connection: Connection, point: Point, body: FormulaBody, formulas: dict[str, Formula]
) -> None:
    """Refuse a formula that cannot be computed."""
    inputs: dict[str, Point] = {}
    wrong: dict[str, str] = {}
    for name, tag in body.inputs.items():
        place = await store.place(connection, point.enterprise, tag)
        if tag == point.tag:
            wrong[f"formula.inputs.{name}"] = "A derived point cannot be made of itself."
        elif place is None:
            told = f"{point.enterprise} has no point {tag}; register the point first."
            wrong[f"formula.inputs.{name}"] = told
        else:
            inputs[name] = place.point
    if not wrong:
        wrong = _wrong(point, body, inputs, formulas)
    if wrong:
        raise invalid_fields(wrong)


def _wrong(
    point: Point, body: FormulaBody, inputs: dict[str, Point], formulas: dict[str, Formula]
) -> dict[str, str]:
    twice = {name for name, tag in body.inputs.items() if list(body.inputs.values()).count(tag) > 1}
    if twice:
        told = "This point is named twice: name each one once."
        return {f"formula.inputs.{max(twice)}": told}
    way = circle(point.tag, body.formula(), formulas)
    if way is not None:
        told = f"It would be made of itself: {' is made of '.join(way)}."
        return {"formula.inputs": told}
    try:
        compile_formula(body.expression, inputs)
    except BadExpression as fault:
        return {"formula.expression": str(fault)}
    for name in unused(body.expression, inputs):
        return {f"formula.inputs.{name}": "The expression does not use it: leave it out."}
    mixed = unlike(body.expression, inputs)
    return {} if mixed is None else {"formula.expression": mixed}


async def _put(
    here: Window, principal: Principal, connection: Connection, place: Place, formula: Formula
) -> Place:
    """Write it, and note it in the point's history."""
    point = place.point
    number = await store.version(connection)
    await derived_point.put_formula(connection, point.enterprise, point.tag, formula, number)
    before = None if point.formula is None else written(point.formula)
    await note(
        connection,
        HistorySubject.POINT,
        point.enterprise,
        point.tag,
        principal.username,
        to_datetime(here.clock.now_ms()),
        {"formula": before},
        {"formula": written(formula)},
    )
    after = await store.place(connection, point.enterprise, point.tag)
    assert after is not None  # held by the book's lock
    return after
