"""Which of Debian's packages each engine is made of, and what of them is left out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.stack.cache import MIB
from services.stack.debian import Archive
from services.stack.host import Machine
from services.stack.prefix import check_whole, lighten, readable_by_all, wrap

POSTGRES_BIN = "usr/lib/postgresql/17/bin"
POSTGRES_LIB = "usr/lib/postgresql/17/lib"

# Wanted by the packages' own set-up scripts or for just-in-time compilation, by no program we run.
LEFT_OUT = re.compile(
    r"perl.*|lib.*perl.*|debconf|libdebconf.*|locales|libc-l10n|libllvm.*|libz3.*|postgresql-common.*"
    r"|postgresql-client-common|adduser|passwd|login\.defs|ucf|procps|init-system-helpers"
    r"|base-passwd|sysvinit-utils|ssl-cert|netbase|readline-common|sensible-utils|gcc-.*-base"
    r"|libsemanage.*|libsepol.*|openssl|libc-bin|libtext-.*|libproc.*|tzdata|libdb5.*"
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One engine: its packages, its programs and where they lie, and what is dropped.

    `room`: bytes that its making takes, the archive's index included.
    """

    name: str
    room: int
    packages: Sequence[str]
    folders: dict[str, Sequence[str]]
    modules: Sequence[str] = ()
    dropped: Sequence[str] = ()

    def entry(self, machine: Machine) -> str:
        """The name in the cache."""
        return f"{self.name}-{machine.architecture}"

    def build(self, archive: Archive, machine: Machine, into: Path) -> None:
        """Fill the folder: packages, scripts in place of programs, and a look for holes."""
        wanted = [
            name for name in archive.closure(self.packages) if LEFT_OUT.fullmatch(name) is None
        ]
        archive.unpack(wanted, into)
        lighten(into, self.dropped)
        programs = []
        for folder, names in self.folders.items():
            wrap(into, folder, names, machine)
            programs += [into / folder / ".real" / name for name in names]
        modules = [path for pattern in self.modules for path in into.glob(pattern)]
        check_whole(into, machine, [*programs, *modules])
        readable_by_all(into)


# The number after the name is the recipe's: raise it when the recipe changes.
DATABASE = Recipe(
    name="database-1",
    room=300 * MIB,
    packages=("postgresql-17", "postgresql-17-timescaledb"),
    folders={
        POSTGRES_BIN: (
            "postgres",
            "initdb",
            "pg_ctl",
            "pg_controldata",
            "pg_dump",
            "pg_isready",
            "pg_restore",
            "psql",
        )
    },
    modules=(f"{POSTGRES_LIB}/plpgsql.so", f"{POSTGRES_LIB}/timescaledb*.so"),
    dropped=(f"{POSTGRES_LIB}/bitcode", f"{POSTGRES_LIB}/llvmjit*", "usr/sbin", "etc"),
)

MOSQUITTO = Recipe(
    name="mosquitto-1",
    room=150 * MIB,
    packages=("mosquitto", "mosquitto-clients"),
    folders={
        "usr/sbin": ("mosquitto",),
        "usr/bin": ("mosquitto_pub", "mosquitto_sub", "mosquitto_passwd"),
    },
    dropped=("etc",),
)
