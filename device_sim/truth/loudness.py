"""Whether an alarm has to sound: all but those that what came late gives, and those of a drill.

As the contract promises it: silent (historical) is what is raised by a reading that came more than
two minutes behind its point's newest, or more than a day after it was measured. Times epoch ms.
"""

from device_sim.truth.kind import BY_THE_CLOCK
from device_sim.truth.record import PointKey, Record
from device_sim.truth.silence import BEHIND_MS, OLD_MS


def may_be_historical(
    record: Record, point: PointKey, direction: str, raised_at: int, near_ms: int
) -> bool:
    """Whether a reading of the point left that late, from the one that raises the alarm as far
    back and on as two occurrences are one. What the clock raises is never late."""
    if direction in BY_THE_CLOCK:
        return False
    newest: int | None = None
    for each in record.told.get(point, ()):
        # Of a run faster than life nobody sees that a clock runs ahead.
        at = min(each.measured_at, each.left_at) if record.is_timed else each.measured_at
        behind = newest is not None and newest - at > BEHIND_MS
        late = behind or each.left_at - each.measured_at > OLD_MS
        if late and abs(each.measured_at - raised_at) <= near_ms:
            return True
        newest = at if newest is None else max(newest, at)
    return False


def is_of_a_drill(record: Record) -> bool:
    """Whether all that was said was said as an exercise: such alarms may bear the mark, or not."""
    return bool(record.manifest.get("exercise"))
