"""What the doctor says, and what he looks at."""

import shutil
import sysconfig
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.runtime.clock import Clock, SystemClock
from services.runtime.settings import Settings
from services.stack import console
from services.stack.cache import engines_home
from services.stack.refusal import Refusal

ZONES = Path("/usr/share/zoneinfo")


class Code(StrEnum):
    """The name of a finding; it stays the same from version to version."""

    DATABASE_INSTALLED = "database-installed"
    BROKER_INSTALLED = "broker-installed"
    CONSOLE_BUILT = "console-built"
    DATA_DIR = "data-dir"
    DATA_DIR_ACCESS = "data-dir-access"
    SECRETS_CLOSED = "secrets-closed"
    DISK_SPACE = "disk-space"
    STACK = "stack"
    PORT_FREE = "port-free"
    DATABASE_REACHABLE = "database-reachable"
    BROKER_REACHABLE = "broker-reachable"
    MIGRATIONS = "migrations"
    NOTICES = "notices"
    MQTT_ENCRYPTED = "mqtt-encrypted"
    CERTIFICATES = "certificates"
    SPOOL = "spool"
    SNAPSHOT = "snapshot"
    CLOCK = "clock"
    TIME_ZONES = "time-zones"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what is to be seen; where it is wrong, `remedy` says what to do."""

    code: Code
    what: str
    remedy: str | None = None

    @property
    def good(self) -> bool:
        return self.remedy is None

    def __str__(self) -> str:
        if self.remedy is None:
            return f"ok     {self.code}: {self.what}."
        return f"WRONG  {self.code}: {self.what}. {self.remedy[:1].upper()}{self.remedy[1:]}."


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that is looked at, and the two things that are measured: time and space."""

    settings: Settings
    engines: Path
    """Where the embedded engines are installed."""
    scripts: Path
    """Where the broker's program lies."""
    console: Path
    """The console's sources and build."""
    zones: Path
    clock: Clock
    free: Callable[[Path], int]
    """Bytes that are free on the disk of a folder."""


def site(settings: Settings, environment: Mapping[str, str]) -> Site:
    """This installation on this machine."""
    return Site(
        settings=settings,
        engines=engines_home(environment),
        scripts=Path(sysconfig.get_path("scripts")),
        console=console.FOLDER,
        zones=ZONES,
        clock=SystemClock(),
        free=lambda folder: shutil.disk_usage(folder).free,
    )


def refused(code: Code, refusal: Refusal) -> Finding:
    """A refusal's sentence, which says what is wrong, then what to do."""
    what, _, remedy = str(refusal).rstrip(".").partition(": ")
    return Finding(code, what, remedy or "mend that and look again")
