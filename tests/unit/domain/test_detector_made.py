"""A rule's parameters as its detector judges by them, and silence that runs out just in time."""

from services.domain.claim import Scalar
from services.domain.detector import Detector, Sample
from services.domain.detector_course import passed
from services.domain.detector_kind import DetectorKind
from services.domain.detector_maker import made
from services.domain.detector_rule import validated
from services.domain.lasting import Lasting
from services.domain.point import Point, PointKind
from services.domain.voting import Voting
from services.wire.expression import watch
from tests.unit.domain.test_detectors import S, told

HEAT, TWIN = (
    Point(number, "acme", f"TT-{number}", PointKind.TEMPERATURE, "Cel") for number in (1, 2)
)


def detector(kind: DetectorKind, parameters: dict[str, Scalar], *points: Point) -> Detector:
    named = {point.tag: point for point in points}
    return made(kind, named, validated(kind, named, parameters, 3, watch), watch)


def test_a_rate_is_told_a_minute_and_judged_a_second() -> None:
    told_so: dict[str, Scalar] = {"limit_per_min": 6.0, "deadband_per_min": 3.0}
    rate = detector(DetectorKind.RATE, told_so, HEAT)
    assert told(rate, [(0, 0.0), (60, 5.9)]).active is False
    assert told(rate, [(120, 12.0)]).active is True
    assert told(rate, [(180, 15.1)]).active is True
    assert told(rate, [(240, 18.0)]).active is False


def test_a_witness_is_told_how_far_it_must_move() -> None:
    parameters: dict[str, Scalar] = {"span_s": 100.0, "witness_moves": 5.0}
    for moved, found in ((5.0, True), (4.5, None)):
        stuck = detector(DetectorKind.STUCK, parameters, HEAT, TWIN)
        told(stuck, [(0, 0.0), (50, moved)], 2)
        assert told(stuck, [(second, 7.0) for second in range(0, 101, 10)]).active is found


def test_a_count_at_its_limit_counts() -> None:
    for direction, inside in (("high", 9.9), ("low", 10.1)):
        parameters: dict[str, Scalar] = {
            "needed": 2, "span_s": 100.0, "limit": 10.0, "direction": direction
        }  # fmt: skip
        count = detector(DetectorKind.COUNT, parameters, HEAT)
        assert told(count, [(0, inside), (1, 10.0), (2, inside), (3, 10.0)]).value == 2.0


def test_silence_that_runs_out_just_now_has_run_out() -> None:
    vote = Voting([1, 2], 1, 25.0, window_s=60.0)
    lasting = Lasting()
    lasting.take(0, vote.take(1, Sample(0, 30.0)))
    lasting.take(10 * S, vote.take(1, Sample(10 * S, 0.0)))
    assert passed(vote, lasting, 70 * S - 1) == []
    (turn,) = passed(vote, lasting, 70 * S)
    assert (turn.at, turn.active) == (70 * S, False)
