"""One stack from first to last: engines, migrations, services, the ready line, and the end of all.

The order: database, migrations, broker, then ingest and alerts, then the api, which lets gateways
in once both have their sessions.
"""

import signal
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.stack.cache import Cache, engines_home, explained
from services.stack.certificate import certificate
from services.stack.data_dir import DataDir, Interrupted, choose
from services.stack.embedded import Embedded
from services.stack.ports import claim
from services.stack.postgres import Postgres
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.supervisor import Supervisor
from services.store.migrate import MigrationRefused, migrate
from services.watcher.place import end as end_watcher

ENGINE_PATIENCE = 60.0
READY_PATIENCE = 120.0
HOPELESS = 5
SERVICES = ("ingest", "alerts", "api")


class Stack:
    """What runs on one data folder. Use `held` to get one."""

    def __init__(self, embedded: Embedded, supervisor: Supervisor, progress: Progress) -> None:
        self.embedded = embedded
        self.supervisor = supervisor
        self.progress = progress

    def start_engines(self) -> None:
        """Database, roles, migrations, broker: each ready before the next begins."""
        database, broker = self.embedded.database, self.embedded.broker
        if database is not None:
            if not database.made:
                with self.progress.step("making the database"):
                    self._make(database)
            with self.progress.step("database"):
                self.supervisor.start(database.program())
                self._await("database", database.ready, ENGINE_PATIENCE)
                self.embedded.provision()
        with self.progress.step("migrations"):
            try:
                migrate(self.embedded.owner_url())
            except MigrationRefused as refused:
                raise Refusal(str(refused)) from refused
        if broker is not None:
            with self.progress.step("broker"):
                broker.configure()
                self.supervisor.start(broker.program())
                self._await("broker", broker.ready, ENGINE_PATIENCE)

    def start_services(self, url: str) -> None:
        """Ingest, alerts and the api; over when the api says that readings can be taken."""
        with self.progress.step("services"):
            for name in SERVICES:
                self.supervisor.start(self.embedded.service(name))
            self._await("api", lambda: answers(f"{url}/readyz"), READY_PATIENCE)

    def start_watcher(self, url: str) -> None:
        """The one that survives us. One that survived an earlier supervisor ends first."""
        run = self.supervisor.beat_file.parent
        end_watcher(run)
        self.supervisor.start(self.embedded.watcher(url, self.supervisor.beat_file))

    def _make(self, database: Postgres) -> None:
        try:
            database.make()
        except Refusal:
            # Ctrl-C reaches initdb, too.
            if self.supervisor.stopping:
                raise Interrupted from None
            raise

    def _await(self, name: str, ready: Callable[[], bool], patience: float) -> None:
        """Look after everything until `ready`; give up when this one dies again and again."""
        supervisor = self.supervisor
        if supervisor.keep(lambda: ready() or supervisor.deaths(name) >= HOPELESS, patience):
            if supervisor.deaths(name) < HOPELESS:
                return
            trouble = f"{name} ended {HOPELESS} times"
        elif supervisor.stopping:
            raise Interrupted
        else:
            trouble = f"{name} was not ready after {patience:.0f} s"
        raise Refusal(
            f"{trouble}; its last words: {supervisor.last_words(name)[:300] or 'none'} "
            f"(see {supervisor.logs / name}.log)."
        )


@contextmanager
def held(
    settings: Settings, inherited: Mapping[str, str], clock: Clock, progress: Progress
) -> Iterator[Stack]:
    """A stack on the settings' data folder, which no other then can have; at the end all of it
    is stopped, whatever happened."""
    path, moved = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    if moved is not None:
        progress.say(moved)
    data = DataDir(path)
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ending.set())
    data.hold(clock, ending.wait)
    try:
        certificate(settings.http_tls_cert, settings.http_tls_key, "HTTP_TLS")
        claim(settings.http_host, settings.http_port, "the console", "HTTP_PORT")
        embedded = Embedded(settings, data, Cache(engines_home(inherited)), inherited)
        supervisor = Supervisor(data.logs, data.run, clock, progress.say, ending, data.lock)
        with explained(path):
            try:
                yield Stack(embedded, supervisor, progress)
            finally:
                supervisor.stop_all()
    finally:
        data.release()


def answers(url: str) -> bool:
    """Whether this address says 200."""
    try:
        with _opener().open(url, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@cache
def _opener() -> urllib.request.OpenerDirector:
    # On this machine, and the name in the certificate is another: nothing secret is said. Nobody is
    # looked up among those whom the machine trusts, either: to load them takes 25 ms of a processor,
    # and a start asks dozens of times.
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname = False
    unchecked.verify_mode = ssl.CERT_NONE
    return urllib.request.build_opener(urllib.request.HTTPSHandler(context=unchecked))
