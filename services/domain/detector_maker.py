"""How the parameters of a rule become the detector that judges by it."""

from collections.abc import Callable, Mapping

from services.domain.claim import Scalar
from services.domain.detector import Detector
from services.domain.detector_kind import DetectorKind
from services.domain.deviation import Deviation
from services.domain.forecast import Forecast
from services.domain.point import STATES, Point
from services.domain.rate_of_change import RateOfChange
from services.domain.recurrence import Recurrence
from services.domain.rule import Direction
from services.domain.signal_band import BadQuality, SignalFault
from services.domain.state_watch import StateWatch
from services.domain.stuck import Stuck
from services.domain.voting import Voting


class BadRule(ValueError):
    """A rule that cannot judge: `path` names the field, `text` is one sentence that says why."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path, self.text = path, text


Express = Callable[[str, Mapping[str, Point], float], Detector]
"""Makes a detector of an expression's text, its variables and how long a value stays fresh
(seconds). Raises ValueError with a sentence. (`services.wire.expression.watch`; the domain knows
no expression language.)"""


def made(
    kind: DetectorKind,
    points: Mapping[str, Point],
    parameters: Mapping[str, Scalar],
    express: Express,
) -> Detector:
    """The detector of fitting parameters over points of fitting kinds. Raises BadRule where they
    do not go together."""
    return _MAKERS[kind](points, Told(parameters), express)


class Told:
    """The parameters of a rule, by what they are."""

    def __init__(self, parameters: Mapping[str, Scalar]) -> None:
        self._parameters = parameters

    def number(self, name: str) -> float:
        value = self.maybe(name)
        assert value is not None, f"{name} has a default or is needed"
        return value

    def maybe(self, name: str) -> float | None:
        value = self._parameters.get(name)
        return float(value) if isinstance(value, int | float) else None

    def text(self, name: str) -> str:
        return str(self._parameters.get(name, ""))

    @property
    def direction(self) -> Direction:
        return Direction(self.text("direction"))


def _rate(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    limit, deadband = told.number("limit_per_min"), told.number("deadband_per_min")
    _within(deadband, limit, "deadband_per_min")
    return RateOfChange(
        _main(points).id, told.direction, limit / 60, deadband / 60, told.number("span_s")
    )


def _deviation(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    limit, deadband = told.number("limit"), told.number("deadband")
    _within(deadband, limit, "deadband")
    return Deviation(_ids(points), limit, deadband, told.number("smooth_s"), told.number("fresh_s"))


def _stuck(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    main, *witness = _ids(points)
    moves = told.maybe("witness_moves")
    if bool(witness) != (moves is not None):
        raise BadRule(
            "parameters.witness_moves",
            "A witness and how far it must move belong together: give both or none.",
        )
    seen = witness[0] if witness else None
    return Stuck(main, told.number("span_s"), told.number("tolerance"), seen, moves or 0.0)


def _bad_quality(points: Mapping[str, Point], _told: Told, _: Express) -> Detector:
    return BadQuality(_main(points).id)


def _signal_band(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    point = _main(points)
    if point.unit == "mA" and told.maybe("span_low") is None:
        return SignalFault(point.id)
    low, high = told.maybe("span_low"), told.maybe("span_high")
    low = point.range_low if low is None else low
    high = point.range_high if high is None else high
    if low is None or high is None:
        raise BadRule(
            "parameters.span_low",
            "The point has no range: say which values 4 and 20 mA are.",
        )
    if low >= high:
        raise BadRule(
            "parameters.span_high", "The value at 20 mA must be greater than that at 4 mA."
        )
    return SignalFault(point.id, (low, high))


def _voting(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    needed = int(told.number("needed"))
    if needed > len(points):
        raise BadRule(
            "parameters.needed", f"Of {len(points)} points {needed} can never reach the limit."
        )
    return Voting(
        _ids(points), needed, told.number("limit"), told.direction, told.number("window_s")
    )


def _count(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    point = _main(points)
    limit, states = told.maybe("limit"), told.text("states")
    if point.has_states:
        if limit is not None or not states:
            raise BadRule("parameters.states", f"{point.tag} has states: say which are counted.")
        if told.number("deadband") > 0:
            raise BadRule("parameters.deadband", f"{point.tag} has states: they have no deadband.")
        codes = _codes(point, states)
        return Recurrence(
            point.id,
            lambda value: int(value) in codes,
            int(told.number("needed")),
            told.number("span_s"),
        )
    if limit is None or states:
        raise BadRule("parameters.limit", f"{point.tag} is a quantity: say which limit is counted.")
    beyond, back = _beyond(limit, told.direction), _back(limit, told)
    return Recurrence(
        point.id,
        beyond,
        int(told.number("needed")),
        told.number("span_s"),
        lambda value: beyond(value) or back(value),
    )


def _forecast(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    return Forecast(
        _main(points).id,
        told.direction,
        told.number("limit"),
        told.number("horizon_s"),
        told.number("span_s"),
    )


def _state(points: Mapping[str, Point], told: Told, _: Express) -> Detector:
    point = _main(points)
    return StateWatch(point.id, _codes(point, told.text("states")))


def _expression(points: Mapping[str, Point], told: Told, express: Express) -> Detector:
    try:
        return express(told.text("text"), points, told.number("fresh_s"))
    except ValueError as fault:
        raise BadRule("parameters.text", str(fault)) from None


_MAKERS: Mapping[DetectorKind, Callable[[Mapping[str, Point], Told, Express], Detector]] = {
    DetectorKind.RATE: _rate,
    DetectorKind.DEVIATION: _deviation,
    DetectorKind.STUCK: _stuck,
    DetectorKind.BAD_QUALITY: _bad_quality,
    DetectorKind.SIGNAL_BAND: _signal_band,
    DetectorKind.VOTING: _voting,
    DetectorKind.COUNT: _count,
    DetectorKind.FORECAST: _forecast,
    DetectorKind.STATE: _state,
    DetectorKind.EXPRESSION: _expression,
}


def _main(points: Mapping[str, Point]) -> Point:
    return next(iter(points.values()))


def _ids(points: Mapping[str, Point]) -> list[int]:
    return [point.id for point in points.values()]


def _within(deadband: float, limit: float, name: str) -> None:
    if deadband >= limit:
        raise BadRule(f"parameters.{name}", "The deadband must be smaller than the limit.")


def _codes(point: Point, names: str) -> frozenset[int]:
    known = STATES[point.kind]
    asked = [name.strip() for name in names.split(",")]
    for name in asked:
        if name not in known:
            told = f"{point.tag} has no state {name!r}; it has: {', '.join(known)}."
            raise BadRule("parameters.states", told)
    if len(set(asked)) == len(known):
        raise BadRule("parameters.states", "These are all of its states: it would never be over.")
    return frozenset(known.index(name) for name in asked)


def _back(limit: float, told: Told) -> Callable[[float], bool]:
    """Whether a value is back within a limit, beyond its deadband."""
    deadband = told.number("deadband")
    if told.direction is Direction.HIGH:
        return lambda value: value < limit - deadband
    return lambda value: value > limit + deadband


def _beyond(limit: float, direction: Direction) -> Callable[[float], bool]:
    if direction is Direction.HIGH:
        return lambda value: value >= limit
    return lambda value: value <= limit
