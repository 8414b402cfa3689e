"""The judge of all points: readings, time, the book and operators' actions in; transitions out.

Pure and synchronous: no clock, no I/O; times are epoch milliseconds and handed in.
"""

from collections.abc import Iterable, Iterator, Sequence

from services.alerts import engine_state
from services.alerts.engine_claims import Claims, TooManyClaims
from services.alerts.engine_detectors import Detectors
from services.alerts.engine_ear import Hearing, Listening
from services.alerts.engine_exercise import Exercises
from services.alerts.engine_expiry import Expiry
from services.alerts.engine_fleet import Fleet
from services.alerts.engine_intake import Intake
from services.alerts.engine_interlocks import Interlocks
from services.alerts.engine_merge import Merge, reaches
from services.alerts.engine_outcome import DirtyRange, Outcome, Refused, ShownValue
from services.alerts.engine_shelf import Action, Shelves
from services.alerts.engine_sounding import Sounding
from services.alerts.engine_suppression import Standing, Suppressions
from services.alerts.engine_watch import WatchState
from services.domain import event
from services.domain.alarm import Alarm, EventKind, Transition
from services.domain.claim import Claim
from services.domain.directory import BookChange, Directory
from services.domain.flood import Flood
from services.domain.judgement import PointState
from services.domain.occurrence import History
from services.domain.point import Point
from services.domain.reading import Reading
from services.domain.suppression import INHIBITING, Off
from services.domain.suppression_hold import SuppressionState
from services.domain.verdict import Trace

__all__ = [
    "Action", "DirtyRange", "Engine", "Hearing", "Outcome", "Refused", "ShownValue", "TooManyClaims"
]  # fmt: skip


class Engine:
    """Holds the live state of every point of a directory, and is its only writer."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._fleet = Fleet(directory)
        self._intake = Intake(self._fleet)
        self._claims = Claims(self._fleet.desk)
        self._detectors = Detectors(self._fleet, self._claims, self._newest_of)
        self._interlocks = Interlocks(self._fleet, self._claims, self._newest_of)
        self._listening = Listening(self._fleet, self._claims)
        self._expiry = Expiry(self._fleet)
        self._shelves = Shelves(self._fleet, self._claims)
        self._suppressions = Suppressions(self._fleet, self._listening.is_heard)
        self._exercises = Exercises(self._fleet, self._claims)
        self._sounding = Sounding(self._fleet)
        self.shown_of = self._fleet.shown_of

    def judge(
        self, readings: Sequence[Reading], now: int, hearings: Sequence[Hearing] = ()
    ) -> Outcome:
        """Judge a batch: any points, any order, repeats included. Unknown points are passed by.

        `hearings` are the deliveries it came in, in the order of their receipt.
        """
        self._suppressions.foresee(readings, now)
        self._interlocks.foresee()
        out = self._intake.judge(readings, now)
        self._detectors.take(readings, now, out)
        self._interlocks.take(readings, now, out)
        self._listening.hear(hearings, self._intake.take_alive(), now, out)
        self._follow(now, out)
        return out

    def claim(self, claims: Iterable[Claim], now: int) -> Outcome:
        """The second input: what other judges have decided. Raises TooManyClaims."""
        out = Outcome()
        for each in self._claims.with_room(claims):
            self._claims.take(each, now, out)
        self._follow(now, out)
        return out

    @property
    def unjudged(self) -> int:
        """Claims whose judge is silent, and rules that cannot judge: neither there nor not."""
        return self._claims.lapsed + self._detectors.undetermined

    @property
    def watched(self) -> set[int]:
        """The points of rules that are more than a limit or suppress, and interlocks."""
        return self._detectors.watched | self._suppressions.watched | self._interlocks.watched

    def remember(self, readings: Iterable[Reading]) -> None:
        """Recovery: what was heard of `watched` since the dump, whose consequences are replayed."""
        known = list(readings)
        self._detectors.remember(known)
        self._interlocks.remember(known)
        self._suppressions.remember(known)

    def tick(self, now: int, hearing: bool = True) -> Outcome:
        """Let the delays of live points run on by our clock; and leases, rules and patience end.

        `hearing`: whether we could hear the field since the last call.
        """
        out = Outcome()
        self._expiry.tick(now, out)
        self._exercises.tick(now, out)
        self._claims.tick(now, out)
        self._listening.pass_time(now, hearing, out)
        self._detectors.tick(now, out)
        self._interlocks.tick(now, out)
        for point_id in sorted(self._fleet.stale):
            self._fleet.refresh(self._fleet.tracks[point_id], now, out)
        for point_id in sorted(self._fleet.running):
            track, trace = self._fleet.tracks[point_id], Trace()
            if track.newest is None:
                continue
            track.run_out(track.estimate(now), trace)
            self._fleet.conclude(track, trace, now, out)
        self._suppressions.tick(now)
        self._shelves.tick(now, out)
        self._follow(now, out)
        self._sounding.tick(now)
        return out

    def apply_book(self, change: BookChange, now: int) -> Outcome:
        """Bring the directory up to a change of the book (this applies it) and judge by it.

        Rules, gateways and points that went withdraw the alarms that stand by them (one that is
        over and only waits for its acknowledgement stays, unless its point went); new limits are
        judged at once against the newest value.
        """
        out = Outcome()
        for rule in change.rules:
            # Awake under the rules of before: only then is there a change to judge by.
            self._fleet.find(rule.point_id)
        touched = sorted(change.apply(self.directory))
        self._expiry.note(touched)
        self._exercises.note(touched)
        self._listening.review(touched, change.removed_points, now, out)
        for point_id in touched:
            track = self._fleet.find(point_id)
            if track is None:
                continue
            point = self.directory.by_id.get(point_id)
            if point is None:
                self._fleet.drop(track, now, out)
                continue
            track.point = track.board.point = point
            self._fleet.turn(track, self.directory.in_force(point_id), now, out)
        for gateway in change.gone_gateways:
            self._listening.forget((gateway.enterprise, gateway.code), now, out)
            self._fleet.wake_those(gateway.carried)
            for track in self._fleet.tracks.values():
                if gateway.carried(track.point):
                    self._fleet.silence(track, now, out)
        self._detectors.apply(change, now, out)
        self._interlocks.apply(change, now, out)
        self._suppressions.apply(change, now)
        self._follow(now, out)
        return out

    def acknowledge(
        self,
        ids: Iterable[str],
        actor: str,
        note: str | None,
        enterprises: set[str] | None,
        now: int,
    ) -> tuple[Outcome, list[Alarm], list[Refused]]:
        """Acknowledge alarms; those that are already come back as they are.

        `enterprises` are those the actor may act for (None: all). An alarm of another one is
        refused as `not_found`, like one that does not exist.
        """
        out, alarms, refused = Outcome(), list[Alarm](), list[Refused]()
        for identity in dict.fromkeys(ids):
            refusal = self._fleet.desk.refusal(identity, enterprises)
            if refusal is not None:
                refused.append(refusal)
                continue
            known = self._fleet.desk.open[identity]
            if event.awaits(known.alarm):
                known.alarm = event.acknowledged(known.alarm, actor, now)
                done = Transition(
                    EventKind.ACKNOWLEDGED, known.alarm, now, now, actor=actor, note=note
                )
                out.transitions.append(done)
                self._fleet.desk.note(known)
                if known.alarm.is_claimed and not event.is_open(known.alarm):
                    self._claims.forget(known.alarm)
            alarms.append(known.alarm)
        self._sounding.follow(now, out)
        return out, alarms, refused

    def act(
        self, action: Action, enterprises: set[str] | None, now: int
    ) -> tuple[Outcome, list[Alarm], list[Refused]]:
        """Shelve, unshelve, take out of service or return to it; refused as `acknowledge` does."""
        out = Outcome()
        found = self._shelves.act(action, enterprises, now, out)
        if isinstance(found, Refused):
            return out, [], [found]
        self._suppress(now, out)
        self._sounding.follow(now, out)
        return out, [found], []

    def suppressions(self, rules: Iterable[tuple[str, str]]) -> list[Standing]:
        """Where these rules of suppression (enterprise and id) stand; unknown ones are left out."""
        return self._suppressions.standings(rules)

    def merge_history(
        self, history: History, recorded: Sequence[Alarm], now: int, sounding: bool
    ) -> Outcome:
        """Reconcile what a replay (`services.domain.history.judge_history`) found.

        `recorded` are all alarms of the point on record that overlap the replayed time or are
        not closed. `history.states` come back in the outcome, to be put on record.
        """
        out = Outcome(states=list(history.states))
        track = self._fleet.tracks.get(history.point_id) or self._fleet.open(history.point_id)
        if track is None:
            return Outcome()
        is_reached = reaches(history, track.newest)
        ran_on = track.newest is not None and track.stands_at() > track.newest.judged_at
        merge = Merge(track.board, history, sounding, sounding and is_reached and not ran_on)
        merge.run(recorded, now, out.transitions)
        if merge.rules_live and track.newest is not None:
            final = history.final
            track.restore(final, track.newest, self._fleet.rules_of(final))
            self._fleet.stale.add(history.point_id)
            self._fleet.watch(track)
            out.states.append(track.present(max(final.at, track.newest.judged_at)))
        track.has_strays = bool(track.board.strays(track.state.standing))
        if track.has_strays and track.newest is not None and not is_reached:
            self._fleet.sweep(track, track.newest.judged_at, now, out)
        self._fleet.settle(track)
        self._follow(now, out)
        return out

    def open_alarms(self) -> list[Alarm]:
        """Every alarm that is not closed."""
        return [known.alarm for known in self._fleet.desk.open.values()]

    def newest(self) -> Iterator[ShownValue]:
        """The newest value of every point that has one."""
        for track in self._fleet.tracks.values():
            if (shown := track.shown) is not None:
                yield shown
        yield from self._fleet.columns.shown_asleep()

    def take_changed_values(self) -> list[ShownValue]:
        """The newest values that came since the last call."""
        self._fleet.fold()
        changed, self._fleet.changed = self._fleet.changed, set()
        tracks = self._fleet.tracks
        shown = (tracks[point_id].shown for point_id in changed if point_id in tracks)
        return [value for value in shown if value is not None]

    def floods(self) -> dict[str, tuple[Flood, int]]:
        """The floods that go on and the alarms of their last ten minutes, by enterprise; that of
        the whole park under the empty name."""
        return self._sounding.floods()

    def forget_guest(self, point: Point, now: int) -> None:
        """A point that was in the directory for a moment leaves it, and nothing of it stays."""
        self.directory.remove(point)
        if (track := self._fleet.tracks.get(point.id)) is not None:
            self._fleet.drop(track, now, Outcome())
        self._listening.review([point.id], (), now, Outcome())

    def dump(self) -> bytes:
        """The whole state (without the directory and the windows), for `load`."""
        return engine_state.encode(self.picture())

    def picture(self) -> engine_state.Saved:
        """The same, of this moment, still to be encoded: that takes long, and any thread can."""
        self._fleet.fold()
        points = [
            engine_state.SavedPoint(
                track.point.id,
                track.present(track.stands_at()) if track.newest else None,
                track.shown,
                track.seen.measured_at if track.seen else 0,
                engine_state.save_board(track.board) if track.has_alarms else [],
            )
            for track in map(self._fleet.tracks.__getitem__, self._fleet.odd)
        ]
        return engine_state.Saved(
            points,
            dict(self._fleet.desk.closed),
            *self._claims.save(),
            self._listening.save(),
            self._fleet.columns.save(),
            self._sounding.save(),
            self._detectors.save(),
            self._suppressions.save(),
            self._interlocks.save(),
            self._shelves.rises.save(),
        )

    @classmethod
    def load(cls, data: bytes, directory: Directory) -> "Engine":
        """An engine in the state of a `dump`; points that the directory has not are left out.

        Raises msgspec.DecodeError for bytes that are no dump.
        """
        engine = cls(directory)
        saved = engine_state.decode(data)
        engine._fleet.columns.load(saved.calm, directory.by_id)
        for point in saved.points:
            track = engine._fleet.open(point.point_id)
            if track is None:
                continue
            track.seen = engine_state.seen_again(point.shown, point.shown_measured_at)
            engine_state.restore_board(track.board, point.alarms)
            if point.state is not None:
                engine._fleet.restore(track, point.state)
            engine._fleet.settle(track)
        engine._fleet.desk.closed.update(saved.closed)
        engine._claims.load(saved.claimed, saved.leased)
        engine._listening.load(saved.ear)
        engine._detectors.load(saved.watches)
        engine._suppressions.load(saved.suppressions)
        engine._interlocks.load(saved.courses)
        engine._shelves.rises.load(saved.rises)
        engine._shelves.unsettle()
        engine._sounding.load(saved.sounding)
        return engine

    def recall(self, readings: Iterable[Reading], now: int) -> Outcome:
        """Recovery: take up the newest readings that an earlier life acknowledged; of one that a
        spooled state knows only the value is still to be shown."""
        readings = sorted(readings, key=self._fleet.shows)
        news = [each for each in readings if self._is_news(each)]
        self._interlocks.recall(news)
        for each in readings:
            track = self._fleet.find(each.point_id)
            if track is not None:
                self._fleet.show(track, each.judged_at, each)
        return self.judge(news, now)

    def replay_record(
        self, record: Transition | PointState | Claim | WatchState | SuppressionState
    ) -> None:
        """Recovery: take over what was spooled after the dump."""
        if isinstance(record, WatchState):
            self._detectors.replay(record)
            return
        if isinstance(record, SuppressionState):
            self._suppressions.replay(record)
            return
        if isinstance(record, Transition):
            self._sounding.replay(record)
            self._shelves.replay(record)
            self._suppressions.unsettle()
            if record.alarm.off is not None and record.alarm.off.how is Off.SUPPRESSED:
                self._shelves.unsettle()
        if isinstance(record, Claim) or (
            isinstance(record, Transition) and record.alarm.is_claimed
        ):
            self._claims.replay(record)
            self._listening.unsettle()
            self._detectors.unsettle()
            self._interlocks.unsettle()
            key = record.key if isinstance(record, Claim) else record.alarm.rule
            if key in INHIBITING:
                self._shelves.unsettle()
            return
        point_id = record.alarm.point_id if isinstance(record, Transition) else record.point_id
        if point_id is None:
            return
        track = self._fleet.tracks.get(point_id) or self._fleet.open(point_id)
        if track is None:
            return
        if isinstance(record, Transition):
            track.board.replay(record)
        elif record.newest is not None:
            self._fleet.restore(track, record)
            self._listening.remember(point_id)
        self._fleet.settle(track)

    def _follow(self, now: int, out: Outcome) -> None:
        """After a step: what else follows from what it brought."""
        self._shelves.follow(now, out)
        self._suppress(now, out)
        self._sounding.follow(now, out)

    def _suppress(self, now: int, out: Outcome) -> None:
        if self._suppressions.follow(now, out):
            self._shelves.enforce(now, out)

    def _newest_of(self, point_id: int) -> Reading | None:
        track = self._fleet.find(point_id)
        return None if track is None else track.newest

    def _is_news(self, reading: Reading) -> bool:
        known = self._newest_of(reading.point_id)
        newer = (reading.judged_at, reading.measured_at)
        return known is None or newer > (known.judged_at, known.measured_at)
