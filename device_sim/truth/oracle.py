"""All alarms that a park gives for what was told: limits, trips, bypasses and, of a run as fast as
life, silence and clocks. It knows no platform."""

from device_sim.park.description import Park
from device_sim.truth.clocks import of_clocks
from device_sim.truth.expectation import Occurrence, expected
from device_sim.truth.kind import BYPASS, CLOCK, ENTERPRISE, HIGH, LOW, SILENCE, TRIP, gateway_name
from device_sim.truth.loop_states import has_trip_alarm, of_interlocks
from device_sim.truth.record import PointKey, Record
from device_sim.truth.silence import of_silence

Place = tuple[PointKey, str]
"""What an alarm is about, and of which kind it is."""


def foreseen(record: Record, park: Park) -> list[Occurrence]:
    """Every occurrence, in order of raising."""
    found = [
        *expected(record, park),
        *of_interlocks(record, park),
        *of_silence(record, park),
        *of_clocks(record, park),
    ]
    return sorted(found, key=lambda each: each.raised_at)


def judged(record: Record, park: Park) -> frozenset[Place]:
    """Of what ``foreseen`` says all that there is to say: any other alarm there is false."""
    found: set[Place] = set()
    for enterprise, station in park.stations():
        for card in station.points:
            point = (enterprise.code, card.tag)
            found |= {(point, HIGH), (point, LOW)} if card.limits else set()
            if card.kind == "interlock":
                found.add((point, BYPASS))
            if has_trip_alarm(card):
                found.add((point, TRIP))
            if record.is_timed:
                found.add((point, SILENCE))
        if record.is_timed:
            found.add(((enterprise.code, ENTERPRISE), SILENCE))
            gateway = (enterprise.code, gateway_name(station.gateway))
            found |= {(gateway, SILENCE), (gateway, CLOCK)}
    return frozenset(found)
