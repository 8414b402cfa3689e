"""The judge: the one place through which everything goes that changes the live state.

Each step is synchronous: the engine decides, the ledger makes it durable, the publisher says it.
Nothing comes between, so the state, the spool and the numbers always agree.
"""

from collections.abc import Callable, Sequence

from services.alerts.engine import Action, Engine, Hearing
from services.alerts.engine_outcome import DirtyRange, Outcome, Refused, ShownValue
from services.alerts.engine_rehearsal import rehearse
from services.alerts.entry import Settled
from services.alerts.item import item_of
from services.alerts.ledger import Ledger
from services.alerts.marks import Mark, Marks, Where, everywhere
from services.alerts.publisher import Publisher
from services.domain.alarm import Alarm
from services.domain.claim import Claim
from services.domain.directory import BookChange
from services.domain.occurrence import History
from services.domain.reading import Reading
from services.runtime.clock import Clock
from services.runtime.failpoint import Failpoint, reach
from services.wire.bus import AlarmItem


class Judge:
    """Takes readings, time, the book, operators' actions and replays; all on one thread."""

    def __init__(
        self, engine: Engine, ledger: Ledger, publisher: Publisher, clock: Clock, marks: Marks
    ) -> None:
        self.engine = engine
        self.ledger = ledger
        self.publisher = publisher
        self.marks = marks
        self.clock = clock
        self.on_noted: Callable[[], None] = lambda: None
        """Called when something new is in the spool."""
        self.before_book: Callable[[BookChange], None] = lambda _: None
        """Called with each change of the book before anything is judged by it."""
        self.on_book: Callable[[BookChange], None] = lambda _: None
        """Called when the book has changed, before the next reading is judged."""
        self.seen: Callable[[Outcome], None] = lambda _: None
        """Called with each outcome: a replay under way must know what happens meanwhile."""
        self.steps = 0
        """Counts the batches that were judged."""

    def judge(self, readings: Sequence[Reading], hearings: Sequence[Hearing] = ()) -> None:
        """Judge a batch of readings, and the deliveries they came in; on return its consequences
        are durable and said."""
        now = self.clock.now_ms()
        self.steps += 1
        reach(Failpoint.BEFORE_JUDGE)
        outcome = self.engine.judge(readings, now, hearings)
        reach(Failpoint.AFTER_JUDGE)
        self._carry_out(outcome, now)

    def claim(self, claims: Sequence[Claim]) -> None:
        """Take what another judge has decided. Raises TooManyClaims."""
        now = self.clock.now_ms()
        self._carry_out(self.engine.claim(claims, now), now)

    def mark(self, ranges: Sequence[DirtyRange]) -> None:
        """Have stored stretches judged again; on return the marks are durable."""
        now = self.clock.now_ms()
        self.steps += 1
        self._carry_out(Outcome(dirty=list(ranges)), now)

    def recall(self, readings: Sequence[Reading]) -> None:
        """At the start: the newest readings that an earlier life had acknowledged."""
        now = self.clock.now_ms()
        self._carry_out(self.engine.recall(readings, now), now)

    def tick(self, hearing: bool = True) -> None:
        """Let delays run out, and the spool take what it could not take before. `hearing`:
        whether we could hear the field since the last time."""
        now = self.clock.now_ms()
        self._carry_out(self.engine.tick(now, hearing), now)
        self._mend(now)

    def rehearse(self) -> bool:
        """Whether the engine that judges the field would raise an alarm now, and end it."""
        now = self.clock.now_ms()
        answered, outcome = rehearse(self.engine, now)
        self._carry_out(outcome, now)
        return answered

    def apply_book(self, change: BookChange) -> None:
        """Judge by a changed book from now on."""
        now = self.clock.now_ms()
        self.before_book(change)
        self._carry_out(self.engine.apply_book(change, now), now, book=change.version)
        self.on_book(change)

    def acknowledge(
        self, ids: Sequence[str], actor: str, note: str | None, enterprises: set[str] | None
    ) -> tuple[list[Alarm], list[Refused]]:
        """An operator's acknowledgement; on return it is durable and said."""
        now = self.clock.now_ms()
        outcome, alarms, refused = self.engine.acknowledge(ids, actor, note, enterprises, now)
        self._carry_out_action(outcome, now)
        return alarms, refused

    def act(
        self, action: Action, enterprises: set[str] | None
    ) -> tuple[list[Alarm], list[Refused]]:
        """Off the board or back on it; on return it is durable and said."""
        now = self.clock.now_ms()
        outcome, alarms, refused = self.engine.act(action, enterprises, now)
        self._carry_out_action(outcome, now)
        return alarms, refused

    def merge_history(self, history: History, recorded: Sequence[Alarm], mark: Mark) -> None:
        """Take over what a replay of a marked stretch found."""
        now = self.clock.now_ms()
        self._carry_out(self.engine.merge_history(history, recorded, now, mark.sounding), now)

    def settle(self, mark: Mark) -> None:
        """A mark is judged again for good."""
        now = self.clock.now_ms()
        self.ledger.write(Settled(now, mark.point_id, mark.sounding, mark.upto), now)

    def mark_everywhere(self, since: int) -> None:
        """The record has holes from `since` until now: judge every ruled point over it again."""
        now = self.clock.now_ms()
        ruled = [point_id for point_id, rules in self.engine.directory.rules.items() if rules]
        where = Where(self.ledger.spool.last, now, by_reading=False)
        self.marks.add(everywhere(ruled, since, now), where)

    def open_items(self) -> list[AlarmItem]:
        """Every alarm that is not closed, as the bus shows it."""
        return [self.item(alarm) for alarm in self.engine.open_alarms()]

    def item(self, alarm: Alarm) -> AlarmItem:
        """An alarm as the bus shows it, with the number of its last event."""
        return item_of(alarm, self.engine.directory, self.ledger.seq_of(alarm.id))

    def changed_values(self) -> list[ShownValue]:
        """The newest values that came since the last call."""
        return self.engine.take_changed_values()

    def _carry_out(self, outcome: Outcome, now: int, book: int | None = None) -> None:
        if not outcome and book is None:
            return
        outcome.put_worst_first()
        numbered = self.ledger.note(outcome, now, book)
        self._say(outcome, now)
        reach(Failpoint.BEFORE_PUBLISH)
        self.publisher.events(numbered, self.engine.directory)
        reach(Failpoint.AFTER_PUBLISH)

    def _carry_out_action(self, outcome: Outcome, now: int) -> None:
        numbered = self.ledger.note_action(outcome, now)
        self._say(outcome, now)
        self.publisher.events(numbered, self.engine.directory)

    def _say(self, outcome: Outcome, now: int) -> None:
        self.marks.add(outcome.dirty, Where(self.ledger.spool.last, now))
        self.seen(outcome)
        self.on_noted()

    def _mend(self, now: int) -> None:
        """Try whether the spool has room again after its end, and fill the hole in the record."""
        self.ledger.flush(now)
        hole = self.ledger.take_hole()
        if hole is not None:
            self.mark_everywhere(hole)
