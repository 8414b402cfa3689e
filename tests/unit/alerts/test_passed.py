"""What the engine's book did not know when it came."""

from services.alerts.passed import NAMES_LIMIT, Passed
from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.store.judge_again import Stretch
from services.wire.translate import translate

T = 1_767_225_600_000


def heard(passed: Passed, tag: str, at: int, received: int | None = None) -> None:
    body = f'{{"ts": {at}, "values": {{"{tag}": 1}}}}'.encode()
    passed.note(translate(Directory(), "pw/v1/acme/gw/telemetry", body, received or at))


def point(number: int, tag: str) -> Point:
    return Point(number, "acme", tag, PointKind.LEVEL, "m")


def test_a_learned_point_brings_the_stretch_in_which_it_was_passed_by() -> None:
    passed = Passed()
    for at in (T + 5_000, T, T + 9_000):
        heard(passed, "A", at, T + 9_000)
    heard(passed, "B", T)
    assert passed.learn([point(1, "A"), point(3, "C")]) == [Stretch(1, T, T + 9_000)]
    assert passed.learn([point(1, "A")]) == [], "it is told once"


def test_a_clock_ahead_counts_at_its_receipt() -> None:
    passed = Passed()
    heard(passed, "A", T + 60_000, T)
    assert passed.learn([point(1, "A")]) == [Stretch(1, T, T)]


def test_it_has_an_end() -> None:
    passed = Passed()
    for number in range(0, NAMES_LIMIT + 500, 500):
        tags = ", ".join(f'"T{n}": 1' for n in range(number, number + 500))
        body = f'{{"ts": {T}, "values": {{{tags}}}}}'.encode()
        passed.note(translate(Directory(), "pw/v1/acme/gw/telemetry", body, T))
    assert passed.learn([point(1, "T0")]) == []
    assert passed.learn([point(1, f"T{NAMES_LIMIT}")]) == [Stretch(1, T, T)]
