"""What the people in the control room made of a drill: by the journal of its alarms alone.

Scored is each *annunciation*: an alarm is raised, or asks again for an acknowledgement because it
escalated, was forgotten, or came back on the board; the acknowledgement before holds no more. Missed:
it could be answered for longer than the target and nobody acknowledged it. A wrong action is an
exercise alarm taken off the board while it stood, or acknowledged while one that was worse by then
had waited for longer than `HASTE_MS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median_low

from services.domain.alarm import EventKind

HASTE_MS = 10_000
"""So long a worse alarm has to wait before another one's acknowledgement is the wrong order."""

_ENDS = (EventKind.RETURNED, EventKind.CLEARED, EventKind.SUPERSEDED, EventKind.WITHDRAWN)
_GONE = (EventKind.SUPERSEDED, EventKind.WITHDRAWN)
_BY_HAND = (EventKind.SHELVED, EventKind.TAKEN_OUT)
_OFF = (*_BY_HAND, EventKind.SUPPRESSED)
_BACK = (EventKind.UNSHELVED, EventKind.RELEASED, EventKind.RETURNED_TO_SERVICE)
_SILENT = (EventKind.ACKNOWLEDGED, EventKind.CLEARED, *_GONE, *_OFF)
"""After these it does not ask for an acknowledgement."""


class Mistake(StrEnum):
    """What was done wrongly."""

    TAKEN_OFF = "taken_off"
    """Shelved or taken out of service while it stood."""
    OUT_OF_ORDER = "out_of_order"
    """Acknowledged while a worse one waited."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the journal. `at`: when it was noted, epoch ms; `grade`, `condition`, `off` (whether
    it is off the board): after it."""

    alarm_id: str
    enterprise: str
    subject: str
    event: EventKind
    at: int
    actor: str | None
    grade: int
    condition: str
    historical: bool = False
    off: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """An annunciation and what became of it. `grade`, `condition`: as it sounded; `worst_grade`: the
    worst that its alarm reached in the drill; `after_ms`: until it was acknowledged, None where it was
    not; `missed`: it should have been."""

    alarm_id: str
    enterprise: str
    subject: str
    grade: int
    worst_grade: int
    condition: str
    sounded_at: int
    acknowledged_at: int | None
    acknowledged_by: str | None
    after_ms: int | None
    late: bool
    missed: bool


@dataclass(frozen=True, slots=True)
class WrongAction:
    """`worse`: the alarm that waited, where the order was wrong."""

    kind: Mistake
    alarm_id: str
    at: int
    actor: str | None
    worse: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Of one drill. `alarms`: how many there were; `annunciations`: how often one sounded; the other
    counts and times are of these. `median_ms`, `worst_ms`: time to acknowledge, None where nothing
    was."""

    alarms: int
    annunciations: int
    acknowledged: int
    late: int
    missed: int
    median_ms: int | None
    worst_ms: int | None
    answers: tuple[Answered, ...]
    wrong: tuple[WrongAction, ...]


@dataclass(slots=True)
class _Annunciation:
    """One sound of an alarm: its row, and the acknowledgement."""

    sound: Entry
    answer: Entry | None = None


@dataclass(slots=True)
class _Course:
    """One alarm on its way through the journal."""

    grade: int
    worst: int
    off: bool
    stands: bool = True
    gone_at: int | None = None
    """Since when nobody can answer it any more: another one took its place."""
    sounds: list[_Annunciation] = field(default_factory=list)
    waits: list[tuple[int, int | None]] = field(default_factory=list)
    """From when on (epoch ms) it waited at which grade, None: it did not wait."""
    answers: list[tuple[Entry, int]] = field(default_factory=list)
    """Its acknowledgements, and the grades at which they found it."""

    @property
    def asks(self) -> bool:
        """Whether it waits for an acknowledgement."""
        return bool(self.waits) and self.waits[-1][1] is not None

    def sound(self, entry: Entry, *, anew: bool) -> None:
        """It asks; `anew`: it is heard again though it asked already."""
        if anew or all(each.answer is not None for each in self.sounds):
            self.sounds.append(_Annunciation(entry))
        self.waits.append((entry.at, entry.grade))

    def answer(self, entry: Entry, grade: int) -> None:
        """One acknowledgement is the answer to all that it sounded before."""
        open_ones = [each for each in self.sounds if each.answer is None]
        for each in open_ones:
            each.answer = entry
        if open_ones:
            self.answers.append((entry, grade))

    def waited_worse(self, grade: int, at: int) -> int | None:
        """The grade at which it waits at `at`, where it was worse than `grade` and waited all the
        time of `HASTE_MS` before."""
        past = [waited for since, waited in self.waits if since <= at - HASTE_MS]
        haste = [waited for since, waited in self.waits if at - HASTE_MS < since <= at]
        seen = past[-1:] + haste
        is_worse = bool(past) and all(each is not None and each < grade for each in seen)
        return seen[-1] if is_worse else None


@dataclass(slots=True)
class _Play:
    courses: dict[str, _Course] = field(default_factory=dict)
    wrong: list[WrongAction] = field(default_factory=list)

    def see(self, entry: Entry) -> None:
        course = self.courses.get(entry.alarm_id)
        if course is None:
            if entry.event is EventKind.RAISED and not entry.historical:
                course = _Course(entry.grade, entry.grade, entry.off)
                self.courses[entry.alarm_id] = course
                if not entry.off:
                    course.sound(entry, anew=True)
            return
        before, course.grade = course.grade, entry.grade
        course.worst = min(course.worst, entry.grade)
        if entry.event in _BY_HAND and course.stands and entry.actor is not None:
            self.wrong.append(WrongAction(Mistake.TAKEN_OFF, entry.alarm_id, entry.at, entry.actor))
        elif entry.event is EventKind.ACKNOWLEDGED:
            course.answer(entry, before)
        _follow(course, entry)

    def out_of_order(self) -> Iterable[WrongAction]:
        """Compared afterwards: what one click acknowledges together is in no order."""
        for course in self.courses.values():
            for said, grade in course.answers:
                worse = self._worst_waiting(grade, said.at)
                if worse is not None:
                    kind = Mistake.OUT_OF_ORDER
                    yield WrongAction(kind, said.alarm_id, said.at, said.actor, worse)

    def _worst_waiting(self, grade: int, at: int) -> str | None:
        """The alarm that should have been answered before; of several the worst, then the oldest."""
        waiting = [
            (waited, course.waits[0][0], name)
            for name, course in self.courses.items()
            if (waited := course.waited_worse(grade, at)) is not None
        ]
        return min(waiting)[2] if waiting else None


def _follow(course: _Course, entry: Entry) -> None:
    """Whether it stands, is off the board, and asks, after a row."""
    if entry.event in _ENDS:
        course.stands = False
        if entry.event in _GONE and course.gone_at is None:
            course.gone_at = entry.at
    elif entry.event is EventKind.ESCALATED:
        course.stands = True
    if entry.event in _OFF or entry.event in _BACK:
        course.off = entry.event in _OFF
    if entry.event in _SILENT:
        course.waits.append((entry.at, None))
    elif course.off:
        return
    elif entry.event in (EventKind.ESCALATED, EventKind.REALARMED):
        course.sound(entry, anew=True)
    elif entry.event in _BACK and course.stands:
        course.sound(entry, anew=False)
    elif course.asks:
        course.waits.append((entry.at, entry.grade))


def score(journal: Sequence[Entry], target_ms: int, ended_at: int) -> Score:
    """`journal`: the rows of the drill's alarms in their order; `target_ms`: within which each
    annunciation is to be acknowledged."""
    play = _Play()
    for entry in journal:
        if entry.at <= ended_at:
            play.see(entry)
    answers = tuple(
        _answered(each, course, target_ms, ended_at)
        for course in play.courses.values()
        for each in course.sounds
    )
    times = sorted(each.after_ms for each in answers if each.after_ms is not None)
    wrong = sorted([*play.wrong, *play.out_of_order()], key=lambda each: (each.at, each.alarm_id))
    return Score(
        alarms=len(play.courses),
        annunciations=len(answers),
        acknowledged=len(times),
        late=sum(each.late for each in answers),
        missed=sum(each.missed for each in answers),
        median_ms=median_low(times) if times else None,
        worst_ms=times[-1] if times else None,
        answers=answers,
        wrong=tuple(wrong),
    )


def _answered(each: _Annunciation, course: _Course, target_ms: int, ended_at: int) -> Answered:
    sound, answer = each.sound, each.answer
    after = None if answer is None else max(0, answer.at - sound.at)
    until = ended_at if course.gone_at is None else course.gone_at
    return Answered(
        sound.alarm_id,
        sound.enterprise,
        sound.subject,
        sound.grade,
        course.worst,
        sound.condition,
        sound.at,
        None if answer is None else answer.at,
        None if answer is None else answer.actor,
        after,
        late=after is not None and after > target_ms,
        missed=answer is None and until - sound.at > target_ms,
    )
