"""A written model of one point's high alarm, from the words of ISA-18.2 and of our own pages.

It walks second by second and knows nothing of the engine: two levels (1: H, 2: HH) with deadband
and delays, the seven states, shelves by grade, the plant's logic, latch, re-alarm, and rules that
go, come and move. Times are whole seconds.
"""

from dataclasses import dataclass, field

OFF = ("shelved", "suppressed", "out_of_service")
LONGEST_SHELF_MIN = {1: 0, 2: 30, 3: 240, 4: 720}
LONGEST_OUT_MIN = 30 * 24 * 60
ALONE_OUT_MIN = {1: 0, 2: 0, 3: 720, 4: 720}
REALARM_S = 900


@dataclass
class Level:
    """One limit: what it is, and whether it is reached long enough."""

    limit: float
    grade: int
    deadband: float
    on_delay: int
    off_delay: int
    active: bool = False
    since: int | None = None

    def look(self, now: int, value: float) -> None:
        """A reading."""
        turning = value < self.limit - self.deadband if self.active else value >= self.limit
        if not turning:
            self.since = None
        elif self.since is None:
            self.since = now
        self.run(now)

    def run(self, now: int) -> None:
        """The clock."""
        delay = self.off_delay if self.active else self.on_delay
        if self.since is not None and now >= self.since + delay:
            self.active, self.since = not self.active, None


@dataclass
class Occurrence:
    """One alarm as it must be told."""

    raised_at: int
    state: str = "unacknowledged"
    level: int = 0
    stands: bool = True
    superseded: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: int = 0
    closed_as: str | None = None
    off_until: int | None = None
    covered: tuple[int, float] = (0, 0.0)
    """Grade and limit that were shelved, or taken out of service."""
    seconded: bool = False
    """Two people took it out of service: whatever comes is covered."""

    @property
    def waits(self) -> bool:
        """For somebody's acknowledgement."""
        return self.state in ("unacknowledged", "returned_unacknowledged")


@dataclass
class Model:
    """A point, its levels that are in force, and all its occurrences; the last may be open."""

    latch: bool
    levels: dict[int, Level]
    inhibited: bool = False
    value: float | None = None
    past: list[Occurrence] = field(default_factory=list)

    @property
    def open(self) -> Occurrence | None:
        """What is on the desk."""
        return self.past[-1] if self.past and self.past[-1].closed_as is None else None

    @property
    def state(self) -> str:
        """Of the seven."""
        return self.open.state if self.open else "normal"

    def second(self, now: int) -> None:
        """A second has passed: delays first, then the ends of shelves, then what was forgotten."""
        for level in self.levels.values():
            level.run(now)
        self._follow(now)
        alarm = self.open
        if alarm and alarm.off_until is not None and now >= alarm.off_until:
            self._back()
        alarm = self.open
        if alarm and alarm.state == "acknowledged" and now >= alarm.acknowledged_at + REALARM_S:
            alarm.state, alarm.acknowledged_by = "unacknowledged", None

    def next_moment(self, now: int) -> int | None:
        """When something happens by itself, if nothing else does."""
        found = [
            level.since + (level.off_delay if level.active else level.on_delay)
            for level in self.levels.values()
            if level.since is not None
        ]
        if self.open and self.open.off_until is not None:
            found.append(self.open.off_until)
        if self.state == "acknowledged" and self.open:
            found.append(self.open.acknowledged_at + REALARM_S)
        return min((each for each in found if each > now), default=None)

    def reads(self, now: int, value: float) -> None:
        """A reading of this second."""
        self.value = value
        for level in self.levels.values():
            level.look(now, value)
        self._follow(now)

    def acknowledge(self, now: int) -> None:
        """By wang."""
        alarm = self.open
        if alarm is None or not alarm.waits:
            return
        alarm.acknowledged_by, alarm.acknowledged_at = "wang", now
        if alarm.state == "unacknowledged":
            alarm.state = "acknowledged"
        else:
            self._close("cleared")

    def shelve(self, now: int, minutes: float, second: str | None) -> bool:
        """By wang; whether it may be."""
        alarm = self.open
        if alarm is None or alarm.state in OFF:
            return False
        grade, limit = self._told(alarm)
        if not 0 < minutes <= LONGEST_SHELF_MIN[grade]:
            return False
        if grade == 2 and second in (None, "wang"):
            return False
        self._off("shelved", now, minutes)
        alarm.covered = (grade, limit)
        return True

    def take_out(self, now: int, minutes: float, permit: str | None, second: str | None) -> bool:
        """By wang; whether it may be."""
        alarm = self.open
        if alarm is None or alarm.state == "out_of_service" or not permit:
            return False
        if not 0 < minutes <= LONGEST_OUT_MIN:
            return False
        if minutes > ALONE_OUT_MIN[self._told(alarm)[0]] and second in (None, "wang"):
            return False
        self._off("out_of_service", now, minutes)
        alarm.covered, alarm.seconded = self._told(alarm), second not in (None, "wang")
        return True

    def bring_back(self, how: str) -> bool:
        """Unshelved (`shelved`) or returned to service (`out_of_service`)."""
        if self.state != how:
            return False
        self._back()
        return True

    def inhibit(self, active: bool) -> None:
        """The plant's logic."""
        self.inhibited = active
        alarm = self.open
        if alarm is None:
            return
        if alarm.state not in OFF and self._hushed(alarm):
            alarm.state, alarm.acknowledged_by = "suppressed", None
        elif not active and alarm.state == "suppressed":
            self._back()

    def without(self, number: int, now: int) -> None:
        """A limit is removed: what stood by it is withdrawn."""
        del self.levels[number]
        self._withdrawn(number, now)

    def with_(self, number: int, level: Level, now: int) -> None:
        """A limit comes, or comes back, and judges the newest value at once."""
        self.levels[number] = level
        self.levels = dict(sorted(self.levels.items()))
        if self.value is not None:
            level.look(now, self.value)
        self._follow(now)

    def moved(self, number: int, limit: float, now: int) -> None:
        """A limit moves: what stood by it is withdrawn, and raised anew where it is reached."""
        level = self.levels[number]
        if level.limit == limit:
            return
        was = level.active
        level.limit, level.active, level.since = limit, False, None
        if self.value is not None and was:
            level.active = self.value >= limit
        elif self.value is not None:
            level.look(now, self.value)
        self._withdrawn(number, now)

    @property
    def _reached(self) -> int:
        """The worst level that is active: by its grade, then by its limit."""
        active = [
            (-level.grade, level.limit, number)
            for number, level in self.levels.items()
            if level.active
        ]
        return max(active)[2] if active else 0

    def _follow(self, now: int) -> None:
        alarm, reached = self.open, self._reached
        stood = alarm.level if alarm and alarm.stands else 0
        if reached == stood:
            return
        if stood == 0:
            self._rises(reached, now)
        elif reached == 0:
            self._returns()
        else:
            self._shifts(reached)

    def _rises(self, level: int, now: int) -> None:
        new = Occurrence(now, level=level)
        before = self.open
        if before is not None and self._worse(before, level):
            self._back()
        if before is not None and before.state == "suppressed" and self._is_grave(level):
            self._back(hush=False)
        if before is not None and before.closed_as is None:
            new.superseded = before.superseded + (1 if before.waits else 0)
            if before.state in OFF:
                new.state, new.off_until = before.state, before.off_until
                new.covered, new.seconded = before.covered, before.seconded
            self._close("superseded")
        if new.state not in OFF and self.inhibited and not self._is_grave(level):
            new.state = "suppressed"
        self.past.append(new)
        self._remember(new)

    def _returns(self) -> None:
        alarm = self.past[-1]
        alarm.stands = False
        if alarm.state in OFF:
            return
        if alarm.state == "acknowledged" and not self.latch:
            self._close("cleared")
        else:
            alarm.state, alarm.acknowledged_by = "returned_unacknowledged", None

    def _shifts(self, level: int) -> None:
        alarm = self.past[-1]
        worse = (-self.levels[level].grade, self.levels[level].limit) > (
            -self._told(alarm)[0],
            self._told(alarm)[1],
        )
        if worse and self._worse(alarm, level):
            alarm.state, alarm.off_until = "unacknowledged", None
            if self.inhibited and not self._is_grave(level):
                alarm.state = "suppressed"
        elif worse and alarm.state == "suppressed" and self._is_grave(level):
            alarm.state = "unacknowledged"
        elif worse and alarm.state not in OFF:
            alarm.state, alarm.acknowledged_by = "unacknowledged", None
        alarm.level = level
        self._remember(alarm)
        if alarm.state not in OFF and self._hushed(alarm):
            alarm.state, alarm.acknowledged_by = "suppressed", None

    def _withdrawn(self, number: int, now: int) -> None:
        alarm = self.open
        if alarm is not None and alarm.stands and alarm.level == number:
            alarm.stands = False
            self._close("withdrawn")
        self._follow(now)

    def _off(self, how: str, now: int, minutes: float) -> None:
        alarm = self.past[-1]
        alarm.state, alarm.acknowledged_by = how, None
        alarm.off_until = now + round(minutes * 60)

    def _back(self, hush: bool = True) -> None:
        """Looked at anew: what stands asks, what is over is closed or wants its reset."""
        alarm = self.past[-1]
        alarm.off_until = None
        if alarm.stands:
            alarm.state = "unacknowledged"
        elif self.latch:
            alarm.state = "returned_unacknowledged"
        else:
            self._close("cleared")
            return
        if hush and self._hushed(alarm):
            alarm.state = "suppressed"

    def _hushed(self, alarm: Occurrence) -> bool:
        """The plant's logic takes it off the board, unless it is of grade 1."""
        return self.inhibited and self._told(alarm)[0] > 1

    def _is_grave(self, level: int) -> bool:
        return self.levels[level].grade == 1

    def _close(self, how: str) -> None:
        alarm = self.past[-1]
        alarm.closed_as, alarm.state, alarm.off_until = how, "normal", None

    def _worse(self, off: Occurrence, level: int) -> bool:
        """Than what people took off the board."""
        grade, limit = off.covered
        here = self.levels[level]
        if off.state == "out_of_service":
            return here.grade < grade and not off.seconded
        further = here.grade == grade and here.limit > limit
        return off.state == "shelved" and (here.grade < grade or further)

    def _remember(self, alarm: Occurrence) -> None:
        level = self.levels[alarm.level]
        self._last = (level.grade, level.limit)

    def _told(self, alarm: Occurrence) -> tuple[int, float]:
        """Grade and limit of its level, as they were when it came to it."""
        return self._last
