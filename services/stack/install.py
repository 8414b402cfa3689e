"""Puts the engines into the cache and builds the console: `python -m services.stack.install LEVEL`.

LEVEL is `demo` for what runs, or `test` for what the tests need besides. Idempotent; two at once
wait for each other; an interrupted one is begun anew.
"""

import shlex
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from services.runtime.settings import inherited_environment
from services.stack import browser, console
from services.stack.cache import Cache, engines_home
from services.stack.chosen import settings
from services.stack.debian import Archive
from services.stack.host import Machine, glibc, keyring, machine, mirror
from services.stack.packages import DATABASE, MOSQUITTO, Recipe
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.tool import Failed, run

ENGINES_SUITE = "trixie"
LEVELS = ("demo", "test")


class Installer:
    """What one run of the install knows."""

    def __init__(self, cache: Cache, machine: Machine, progress: Progress) -> None:
        self._cache = cache
        self.machine = machine
        self._progress = progress
        self._archives: dict[str, Archive] = {}

    def engine(self, name: str, recipe: Recipe) -> None:
        """One engine of `packages`, unless it is there."""
        entry = recipe.entry(self.machine)
        if self._cache.has(entry):
            return
        self._cache.need(recipe.room)
        archive = self._archive(ENGINES_SUITE)
        with self._progress.step(name):
            self._cache.publish(entry, lambda into: recipe.build(archive, self.machine, into))

    def browser(self) -> None:
        """The tests' browser and its Chinese font, unless they are there."""
        suite = browser.suite_for(glibc())
        entry = browser.entry(suite, self.machine)
        if self._cache.has(entry):
            return
        self._cache.need(browser.ROOM)
        archive = self._archive(suite)
        with self._progress.step("browser and Chinese font for the tests"):
            self._cache.publish(entry, lambda into: browser.build(archive, self.machine, into))

    def _archive(self, suite: str) -> Archive:
        if suite not in self._archives:
            keys = keyring()
            if keys is None:
                raise Refusal(
                    "Debian's signing keys are not on this machine: run "
                    "`sudo apt-get install debian-archive-keyring` and start again."
                )
            archive = Archive(suite, self._cache.home / f"apt-{suite}", mirror(), keys)
            with self._progress.step(f"index of Debian's archive ({suite})"):
                archive.update()
            self._archives[suite] = archive
        return self._archives[suite]


def install(level: str, environment: Mapping[str, str]) -> None:
    """Everything of this level; a refusal says what stands in the way."""
    database_url, progress = settings().database_url, Progress()
    cache = Cache(engines_home(environment))
    with cache.locked():
        if database_url is None or level == "test":
            installer = Installer(cache, machine(), progress)
            installer.engine("database (PostgreSQL 17 with TimescaleDB)", DATABASE)
            if level == "test":
                installer.engine("second broker for the tests (Mosquitto)", MOSQUITTO)
                _offer_clients(cache.path(MOSQUITTO.entry(installer.machine)))
                installer.browser()
        _look_at_broker()
        if not console.is_built():
            with progress.step("console"):
                console.build(environment)


def _offer_clients(mosquitto: Path) -> None:
    """Stock MQTT clients beside `parkwatch`, for the tour of the README."""
    scripts = Path(sysconfig.get_path("scripts"))
    for name in ("mosquitto_pub", "mosquitto_sub"):
        target = shlex.quote(str(mosquitto / "usr/bin" / name))
        (scripts / name).write_text(f'#!/bin/sh\nexec {target} "$@"\n', encoding="utf-8")
        (scripts / name).chmod(0o755)


def _look_at_broker() -> None:
    broker = Path(sysconfig.get_path("scripts")) / "nats-server"
    try:
        run([broker, "--version"])
    except (Failed, OSError) as error:
        raise Refusal(
            "The broker does not run on this machine: use `docker compose up`, or set "
            "PARKWATCH_MQTT_URL to a broker that is there."
        ) from error


def main() -> None:
    """Install, or end with one sentence."""
    level = sys.argv[1] if len(sys.argv) == 2 else ""
    if level not in LEVELS:
        sys.exit(f"Name what to install: {' or '.join(LEVELS)}.")
    try:
        install(level, inherited_environment())
    except Refusal as refusal:
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
