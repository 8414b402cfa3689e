"""Derived points as the api changes them, in the caller's transaction and under the book's lock."""

from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from services.domain.formula import Formula
from services.store.point_row import formula_of
from services.store.queries import Queries

_SQL = Queries.load("api_derived")
Connection = AsyncConnection[Any]


async def formulas(connection: Connection, enterprise: str) -> dict[str, Formula]:
    """The formulas of an enterprise's derived points, by tag."""
    cursor = await connection.execute(_SQL["formulas"], {"enterprise": enterprise})
    found = {tag: formula_of(told) for tag, told in await cursor.fetchall()}
    return {tag: formula for tag, formula in found.items() if formula is not None}


async def put_formula(
    connection: Connection, enterprise: str, tag: str, formula: Formula, number: int
) -> None:
    """Compute a point by this formula from version `number` of the book on."""
    values = {
        "enterprise": enterprise,
        "tag": tag,
        "formula": Jsonb(written(formula)),
        "version": number,
    }
    await connection.execute(_SQL["put_formula"], values)


def written(formula: Formula) -> dict[str, Any]:
    """A formula as its column holds it."""
    return {
        "expression": formula.expression,
        "inputs": [list(each) for each in formula.inputs],
        "periods": formula.periods,
    }
