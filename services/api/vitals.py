"""Who is alive: the services by their signs of life, the database by its answers."""

from dataclasses import dataclass

from services.api.canary import Canary
from services.api.database import Database
from services.api.replica import Replica, Source
from services.domain.broker_store import Level, StoreState
from services.domain.retention import Room
from services.runtime.clock import Clock
from services.wire.bus import Status

SILENCE_S = 4.0
"""A service not heard for longer than this counts as away."""

ENGINE = "alerts"
INGEST = "ingest"


@dataclass(frozen=True, slots=True)
class _Heard:
    status: Status
    at: float


@dataclass(frozen=True, slots=True)
class StoreRoom:
    """How much room the database has. `free`: the share of it, 0 to 1."""

    room: Room
    free: float


class Vitals:
    """The signs of life of engine, ingest and database, and what they add up to."""

    def __init__(self, clock: Clock, database: Database, replica: Replica) -> None:
        self._clock = clock
        self._database = database
        self._replica = replica
        self._heard: dict[str, _Heard] = {}
        self._workers: dict[str, _Heard] = {}
        self._cut_off = False
        self._unanswered_since: float | None = None
        self.canary = Canary(clock, replica)
        self.broker_store: StoreState | None = None
        """As last seen; None where nobody can look into the broker."""

    def said(self, *, taken: bool) -> None:
        """We said on the bus that we live, which comes back to us; `taken`: there was a line to say it
        on."""
        self._cut_off = not taken
        if self._unanswered_since is None:
            self._unanswered_since = self._clock.monotonic()

    def hear(self, status: Status) -> None:
        """Note a sign of life, now; whoever's it is, our own too, the broker brought it."""
        self._unanswered_since = None
        if status.service in (ENGINE, INGEST):
            self._heard[status.service] = _Heard(status, self._clock.monotonic())
        if status.service == INGEST and status.worker is not None:
            self._workers = {
                name: each for name, each in self._workers.items() if self._fresh(each)
            }
            self._workers[status.worker] = _Heard(status, self._clock.monotonic())

    def status(self, service: str) -> Status | None:
        """The last sign of life, however old."""
        heard = self._heard.get(service)
        return None if heard is None else heard.status

    def silence_s(self, service: str) -> float | None:
        """Seconds since it was heard; None when it never was."""
        heard = self._heard.get(service)
        return None if heard is None else self._clock.monotonic() - heard.at

    def is_heard(self, service: str) -> bool:
        silence = self.silence_s(service)
        return silence is not None and silence <= SILENCE_S

    def is_ready(self, service: str) -> bool:
        """Whether it does its work; of ingest's workers, whether they hear the whole field."""
        heard = self._heard.get(service)
        if heard is None or not self.is_heard(service):
            return False
        if service == INGEST and heard.status.worker is not None:
            return self._whole_field
        return heard.status.ready

    @property
    def _whole_field(self) -> bool:
        present = [each.status for each in self._workers.values() if self._fresh(each)]
        buckets = {bucket for status in present for bucket in status.buckets}
        return len(buckets) >= max(status.buckets_of for status in present)

    @property
    def ingest_workers(self) -> list[Status]:
        """The last signs of life of all that take readings in and were heard lately."""
        heard = list(self._workers.values()) or [
            self._heard[s] for s in (INGEST,) if s in self._heard
        ]
        return [each.status for each in heard if self._fresh(each)]

    @property
    def store_room(self) -> StoreRoom | None:
        """As the one ingest sees it that lets old readings go; None where nobody sees it."""
        for each in self.ingest_workers:
            if each.room is not None and each.free_share is not None:
                return StoreRoom(Room(each.room), each.free_share)
        return None

    def _fresh(self, heard: _Heard) -> bool:
        return self._clock.monotonic() - heard.at <= SILENCE_S

    @property
    def services_ready(self) -> bool:
        """Both durable sessions are held: gateways may come in."""
        return self.is_ready(ENGINE) and self.is_ready(INGEST)

    @property
    def live(self) -> bool:
        """Whether live alarms can be served: the engine speaks, and its state is here."""
        return self.is_ready(ENGINE) and self._replica.source is Source.ENGINE

    @property
    def broker_there(self) -> bool:
        """Whether it takes what we say, and brings anything: with it away nobody is heard, and nobody
        knows who still works."""
        since = self._unanswered_since
        silent = since is not None and self._clock.monotonic() - since > SILENCE_S
        return not (self._cut_off or silent)

    @property
    def database_there(self) -> bool:
        """Whether it answers us, and those who write to it."""
        others = [self._heard[s].status.db_ok for s in (ENGINE, INGEST) if self.is_heard(s)]
        return self._database.is_there and all(others)

    def degraded(self) -> list[str]:
        """What does not work now, by name; empty when all is well."""
        seen = self.store_room
        verdicts = {
            "broker": self.broker_there,
            "engine": self.live,
            "ingest": self.is_ready(INGEST),
            "database": self.database_there,
            "broker_store": self.broker_store is None or self.broker_store.level is Level.WELL,
            "database_store": seen is None or seen.room is Room.ENOUGH,
        }
        return [name for name, well in verdicts.items() if not well]

    @property
    def engine_at(self) -> int | None:
        """When the engine last finished a step, epoch ms."""
        status = self.status(ENGINE)
        if status is None:
            return None
        return status.engine_at if status.engine_at is not None else status.at

    @property
    def commit_at(self) -> int | None:
        """When ingest last committed readings, epoch ms."""
        status = self.status(INGEST)
        return None if status is None else status.commit_at

    @property
    def canary_stored_at(self) -> int | None:
        """When the newest canary came that ingest let pass behind a commit, epoch ms."""
        known = [each.canary_at for each in self.ingest_workers if each.canary_at is not None]
        return max(known, default=None)
