"""Which topics go first, learned from what they bring."""

from services.domain.directory import Directory
from services.domain.point import Point, PointKind
from services.domain.reading import Quality, Reading
from services.ingest.precedence import LOOK_EVERY, Precedence

GAS, INTERLOCK, LEVEL = 1, 2, 3


def directory() -> Directory:
    found = Directory()
    found.put(Point(GAS, "acme", "GT", PointKind.COMBUSTIBLE_GAS, "%LEL"))
    found.put(Point(INTERLOCK, "acme", "ESD", PointKind.INTERLOCK, "1"))
    found.put(Point(LEVEL, "acme", "LI", PointKind.LEVEL, "m"))
    return found


def readings(*points: int) -> list[Reading]:
    return [Reading(each, 1, 1, 0.0, Quality.GOOD) for each in points]


def test_gas_and_interlocks_make_a_topic_urgent_and_levels_do_not() -> None:
    found = Precedence()
    found.learn("gas", readings(LEVEL, GAS), directory())
    found.learn("esd", readings(INTERLOCK), directory())
    found.learn("tanks", readings(LEVEL, LEVEL), directory())

    assert found.is_urgent("gas")
    assert found.is_urgent("esd")
    assert not found.is_urgent("tanks")
    assert not found.is_urgent("never heard")


def test_a_topic_that_brings_gas_later_becomes_urgent_after_some_messages() -> None:
    found = Precedence()
    found.learn("mixed", readings(LEVEL), directory())
    for _ in range(LOOK_EVERY):
        found.learn("mixed", readings(GAS), directory())
        assert not found.is_urgent("mixed")

    found.learn("mixed", readings(GAS), directory())

    assert found.is_urgent("mixed")
