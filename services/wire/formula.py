"""Formulas of derived points: the same language as expressions, answering a number.

`(t1 + t2) / 2.0`, `valve == 'open' ? flow : 0.0`: a quantity is a double, a state its name.
"""

from collections.abc import Iterable, Mapping

from cel_expr_python import cel  # type: ignore[import-untyped]

from services.domain.derived import Evaluate, Value
from services.domain.formula import MOST_INPUTS
from services.domain.point import Point
from services.wire.expression import BadExpression, program_of
from services.wire.expression_check import idle, tokens_of

_ANSWERS = (
    (cel.Type.BOOL, "yes or no, so write ? 1.0 : 0.0 behind it or make an expression rule of it"),
    (cel.Type.STRING, "a text"),
    (cel.Type.INT, "a whole number, so write numbers with a point: 5.0, not 5"),
)


def compile_formula(text: str, inputs: Mapping[str, Point]) -> Evaluate:
    """Compile a formula over `inputs` (name in it: point). Raises BadExpression."""
    program = program_of(text, inputs, MOST_INPUTS)
    if program.return_type() != cel.Type.DOUBLE:
        answers = (told for kind, told in _ANSWERS if kind == program.return_type())
        told = next(answers, "no number")
        raise BadExpression(f"A derived point is a quantity; this answers {told}.")
    why = idle(text, inputs)
    if why is not None:
        raise BadExpression(why)

    def evaluate(values: Mapping[str, Value]) -> float | None:
        answer = program.eval(data=dict(values)).value()
        return answer if type(answer) is float else None

    return evaluate


def unused(text: str, names: Iterable[str]) -> list[str]:
    """The inputs that a formula does not name."""
    said = set(tokens_of(text))
    return [name for name in names if name not in said]
