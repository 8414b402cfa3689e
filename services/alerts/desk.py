"""The judge's desk: all parts of an engine that has the lease, wired together."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.alerts.canary import Canary
from services.alerts.claim_door import ClaimDoor
from services.alerts.commands import Commands
from services.alerts.derived_outlet import DerivedOutlet
from services.alerts.ears import Ears
from services.alerts.follower import BookFollower
from services.alerts.heartbeat import Heartbeat
from services.alerts.judge import Judge
from services.alerts.keeper import Keeper
from services.alerts.own_clock import OwnClock
from services.alerts.publisher import Publisher
from services.alerts.recorder import Recorder
from services.alerts.recovery import Recovered
from services.alerts.tenure import Tenure
from services.alerts.watch import Watch
from services.domain.reading import Reading
from services.runtime.clock import Clock
from services.runtime.mqtt_bus import MqttBus
from services.runtime.mqtt_outbox import MqttOutbox
from services.store.book import BookReader
from services.store.engine_lease import EngineLease
from services.wire.bus import CLAIM, COMMAND


@dataclass(slots=True)
class Desk:
    """Made by `furnish`; nothing runs yet."""

    found: Recovered
    ears: Ears
    judge: Judge
    recorder: Recorder
    follower: BookFollower
    keeper: Keeper
    watch: Watch
    heartbeat: Heartbeat
    commands: Commands
    claims: ClaimDoor
    outlet: DerivedOutlet
    outbox: MqttOutbox[tuple[Reading, ...]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk stands: its folder, the database, the bus, and under which lease."""

    folder: Path
    database_url: str
    bus: MqttBus
    outbox: MqttOutbox[tuple[Reading, ...]]
    lease: EngineLease
    tenure: Tenure
    clock: Clock


def furnish(place: Place, found: Recovered, ears: Ears) -> Desk:
    """Wire the parts together."""
    publisher = Publisher(place.bus, found.ledger.epoch)
    spool = found.ledger.spool
    judge = Judge(found.engine, found.ledger, publisher, place.clock, found.marks)
    recorder = Recorder(place.database_url, spool.folder, spool.id, place.clock)
    keeper = Keeper(judge, recorder, found.store, found.heard)
    canary = Canary(publisher, found.ledger, place.folder / "lock", judge.rehearse)
    watch = Watch(
        ears.feed,
        judge,
        place.clock,
        found.heard,
        found.recalled.messages,
        canary=canary,
        derivations=found.derivations,
    )
    desk = Desk(
        found=found,
        ears=ears,
        judge=judge,
        recorder=recorder,
        follower=BookFollower(BookReader(place.database_url), judge, found.has_book),
        keeper=keeper,
        watch=watch,
        heartbeat=Heartbeat(
            judge,
            watch,
            recorder,
            keeper,
            lambda: ears.ready and place.bus.connected and watch.running,
            OwnClock(place.clock),
        ),
        commands=Commands(judge),
        claims=ClaimDoor(judge),
        outlet=DerivedOutlet(place.outbox, found.engine.directory),
        outbox=place.outbox,
    )
    place.bus.subscribe(COMMAND, desk.commands.hear)
    place.bus.subscribe(CLAIM, desk.claims.hear)
    judge.on_noted = recorder.wake
    judge.before_book = keeper.keep_book
    judge.on_book = found.derivations.follow
    watch.on_derived = desk.outlet.send
    keeper.derived, keeper.unsent = found.derivations.save, desk.outlet.unsent
    keeper.traced = found.derivations.traced
    recorder.on_recorded = _recorded(desk)
    recorder.on_damage = judge.mark_everywhere
    _put_under_lease(desk, place)
    return desk


def _put_under_lease(desk: Desk, place: Place) -> None:
    """What is said and recorded shows the term; in doubt nothing is judged or carried out."""
    tenure, recorder = place.tenure, desk.recorder

    def show(term: int) -> None:
        desk.judge.publisher.term = term

    show(tenure.term)
    tenure.on_term = show
    tenure.recorded_at = lambda: _whole_until(desk)
    recorder.process = place.lease.process
    recorder.may_record = tenure.term_to_record
    recorder.on_fenced = tenure.lose
    desk.watch.may_judge = desk.commands.may_act = desk.claims.may_act = tenure.holds


def _whole_until(desk: Desk) -> int | None:
    """Until when (epoch ms) all that we noted is on record."""
    ledger = desk.judge.ledger
    if ledger.overflow.since is not None:
        return ledger.overflow.since
    return desk.recorder.whole_until(ledger.spool.last)


def _recorded(desk: Desk) -> Callable[[int], None]:
    def recorded(position: int) -> None:
        before = desk.judge.ledger.recorded_seq
        desk.judge.ledger.recorded(position)
        if desk.judge.ledger.recorded_seq != before:
            desk.heartbeat.beat()

    return recorded
