"""Expressions in CEL over several points: compiled once, typed, and bounded.

`gas > 20.0 && valve == 'open'`: a quantity is a double, a state its name. The language has no
loops and no side effects; its macros over lists, the one way to make it slow, are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cel_expr_python import cel  # type: ignore[import-untyped]

from services.domain.detector import DetectorState, Finding, Sample, soonest
from services.domain.point import Point
from services.wire.expression_check import idle

MOST_CHARACTERS = 1_000
MOST_VARIABLES = 20

_NAME = re.compile(r"^[a-z][a-z0-9_]{0,31}$")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
_MACROS = re.compile(r"\b(all|exists|exists_one|map|filter)\s*\(")

_ENDLESS = re.compile(r"[eE]\+?0*[3-9]\d\d|[eE]\+?\d{4}|\d{300}")


class BadExpression(ValueError):
    """An expression that is no rule; the text says where and what would be."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression that answers true or false, and the names it may use."""

    text: str
    names: frozenset[str]
    program: cel.Expression


def compile_expression(text: str, variables: Mapping[str, Point]) -> Compiled:
    """Compile a rule over `variables` (name in the expression: point). Raises BadExpression."""
    program = program_of(text, variables)
    if program.return_type() != cel.Type.BOOL:
        raise BadExpression("It answers no yes or no: end it in a comparison.")
    why = idle(text, variables)
    if why is not None:
        raise BadExpression(why)
    return Compiled(text, frozenset(variables), program)


def program_of(
    text: str, variables: Mapping[str, Point], most: int = MOST_VARIABLES
) -> cel.Expression:
    """Compile what may be said over `variables`, whatever it answers. Raises BadExpression."""
    if len(text) > MOST_CHARACTERS:
        raise BadExpression(f"It has more than {MOST_CHARACTERS} characters: make two of it.")
    if not 0 < len(variables) <= most:
        raise BadExpression(f"It needs 1 to {most} variables.")
    for name in variables:
        if not _NAME.match(name):
            raise BadExpression(f"{name!r} is no name: use a to z, digits and _, up to 32.")
    bare = _TEXT.sub("''", text)
    macro = _MACROS.search(bare)
    if macro is not None:
        raise BadExpression(f"The macro {macro.group(1)}() is not allowed: name each point.")
    if _ENDLESS.search(bare):
        raise BadExpression("A number in it is too large: write one below 1e300.")
    types = {
        name: cel.Type.STRING if point.has_states else cel.Type.DOUBLE
        for name, point in variables.items()
    }
    try:
        return cel.NewEnv(variables=types).compile(text)
    except RuntimeError as error:
        raise BadExpression(_sentence(str(error))) from None


class ExpressionWatch:
    """A compiled expression over the newest values of its points.

    Where one of them is missing, bad, or older than `fresh_s`, nothing is judged; and where the
    expression fails (a division by zero), neither.
    """

    def __init__(
        self, compiled: Compiled, variables: Mapping[str, Point], fresh_s: float = 300.0
    ) -> None:
        self._compiled = compiled
        self._variables = dict(variables)
        self._fresh_ms = round(fresh_s * 1000)
        self._newest: dict[int, Sample] = {}
        self.points = frozenset(point.id for point in variables.values())

    def take(self, point_id: int, sample: Sample) -> Finding:
        """A reading of one of its points."""
        known = self._newest.get(point_id)
        if known is None or sample.at >= known.at:
            self._newest[point_id] = sample
        return self.pass_to(max(each.at for each in self._newest.values()))

    def pass_to(self, now: int) -> Finding:
        """What it says at `now`."""
        values: dict[str, float | str] = {}
        for name, point in self._variables.items():
            sample = self._newest.get(point.id)
            if sample is None or not sample.is_judged or now - sample.at > self._fresh_ms:
                return Finding(now, None)
            value = point.present(sample.value)
            if value is None:
                return Finding(now, None)
            values[name] = value
        answer = self._compiled.program.eval(data=values).value()
        return Finding(now, answer if isinstance(answer, bool) else None)

    def due(self, after: int) -> int | None:
        """When one of its values is fresh no more."""
        return soonest((each.at + self._fresh_ms + 1 for each in self._newest.values()), after)

    def save(self) -> DetectorState:
        """Its newest values."""
        return DetectorState({point: [sample] for point, sample in self._newest.items()})

    def restore(self, state: DetectorState) -> None:
        """As it was saved."""
        self._newest = {
            point: samples[-1]
            for point, samples in state.samples.items()
            if samples and point in self.points
        }


def watch(text: str, variables: Mapping[str, Point], fresh_s: float) -> ExpressionWatch:
    """The detector of an expression (`services.domain.detector_maker.Express`). Raises
    BadExpression."""
    return ExpressionWatch(compile_expression(text, variables), variables, fresh_s)


def _sentence(error: str) -> str:
    """The compiler's first complaint, with the mistake that everybody makes explained."""
    found = re.search(r"<input>:(\d+):(\d+): ([^|\n\[]+)", error)
    said = (
        found.group(3).replace(" (in container '')", "").strip() if found else "it cannot be read"
    )
    place = f" at character {found.group(2)}" if found else ""
    hint = " Write numbers with a point: 5.0, not 5." if "(double, int)" in said else ""
    return f"It cannot be compiled: {said}{place}.{hint}"
