"""The kinds of rules that are more than a limit, and the parameters that each is told."""

from collections.abc import Mapping
from enum import StrEnum

from services.domain.parameter import Parameter, choice, number, text, whole

MOST_POINTS = 20
"""The points that one rule may watch."""


class DetectorKind(StrEnum):
    """What a rule looks for; its alarm's condition has the same name."""

    RATE = "rate"
    DEVIATION = "deviation"
    STUCK = "stuck"
    BAD_QUALITY = "bad_quality"
    SIGNAL_BAND = "signal_band"
    VOTING = "voting"
    COUNT = "count"
    FORECAST = "forecast"
    STATE = "state"
    EXPRESSION = "expression"


_DIRECTION = choice("direction", ("high", "low"))

PARAMETERS: Mapping[DetectorKind, tuple[Parameter, ...]] = {
    DetectorKind.RATE: (
        _DIRECTION,
        number("limit_per_min", needed=True, above=0.0),
        number("deadband_per_min", 0.0, low=0.0),
        number("span_s", 60.0, low=2.0, high=3_600.0),
    ),
    DetectorKind.DEVIATION: (
        number("limit", needed=True, above=0.0),
        number("deadband", 0.0, low=0.0),
        number("smooth_s", 10.0, low=0.0, high=600.0),
        number("fresh_s", 60.0, low=1.0, high=3_600.0),
    ),
    DetectorKind.STUCK: (
        number("span_s", needed=True, low=30.0, high=604_800.0),
        number("tolerance", 0.0, low=0.0),
        number("witness_moves", above=0.0),
    ),
    DetectorKind.BAD_QUALITY: (),
    DetectorKind.SIGNAL_BAND: (number("span_low"), number("span_high")),
    DetectorKind.VOTING: (
        whole("needed", 1, MOST_POINTS),
        number("limit", needed=True),
        _DIRECTION,
        number("window_s", 60.0, low=1.0, high=3_600.0),
    ),
    DetectorKind.COUNT: (
        whole("needed", 2, 1_000),
        number("span_s", needed=True, low=10.0, high=86_400.0),
        number("limit"),
        _DIRECTION,
        number("deadband", 0.0, low=0.0),
        text("states", 200, needed=False),
    ),
    DetectorKind.FORECAST: (
        _DIRECTION,
        number("limit", needed=True),
        number("horizon_s", needed=True, low=60.0, high=86_400.0),
        number("span_s", 600.0, low=60.0, high=86_400.0),
    ),
    DetectorKind.STATE: (text("states", 200),),
    DetectorKind.EXPRESSION: (
        text("text", 1_000),
        number("fresh_s", 300.0, low=1.0, high=86_400.0),
    ),
}
"""What each kind is told. Limits, deadbands and tolerances in the main point's unit (a rate's per
minute); `states` are names of the point's states, separated by commas."""

MEASURES: Mapping[DetectorKind, str] = {
    DetectorKind.RATE: "the point's unit per minute",
    DetectorKind.DEVIATION: "the points' unit: the spread, and the lowest and highest of them",
    DetectorKind.STUCK: "the point's unit: how far it moved",
    DetectorKind.BAD_QUALITY: "the point's unit: the value that came",
    DetectorKind.SIGNAL_BAND: "mA",
    DetectorKind.VOTING: "detectors that vote",
    DetectorKind.COUNT: "times",
    DetectorKind.FORECAST: "seconds to the limit, at the soonest and at the latest",
    DetectorKind.STATE: "the state's code",
    DetectorKind.EXPRESSION: "nothing",
}
