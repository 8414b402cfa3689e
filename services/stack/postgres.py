"""The embedded database: made once, started as an ordinary user, listening on loopback only."""

import shlex
import signal
from pathlib import Path
from urllib.parse import quote as percent
from urllib.parse import urlencode

import psycopg

from services.stack.account import give
from services.stack.cache import explained
from services.stack.packages import POSTGRES_BIN
from services.stack.program import Program
from services.stack.refusal import Refusal
from services.stack.secrets import Secrets
from services.stack.tool import Failed, run

SUPERUSER = "postgres"
DATABASE = "parkwatch"
HOST = "127.0.0.1"

SETTINGS = {
    "listen_addresses": HOST,
    # A socket's path may have no more than 107 characters, a data folder's may.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "timescaledb.max_background_workers": "8",
    "max_worker_processes": "16",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "synchronous_commit": "on",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "Etc/UTC",
    "log_timezone": "Etc/UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
}

ACCESS = f"# Loopback and passwords only.\nhost all all {HOST}/32 scram-sha-256\n"


class Postgres:
    """One database cluster in a folder."""

    def __init__(
        self, prefix: Path, folder: Path, port: int, account: str | None, secrets: Secrets
    ) -> None:
        self._bin = prefix / POSTGRES_BIN
        self._folder = folder
        self.port = port
        self._account = account
        self._secrets = secrets

    @property
    def made(self) -> bool:
        """Whether the cluster is there; it gets its name only when it is whole."""
        return (self._folder / "data" / "PG_VERSION").exists()

    def make(self) -> None:
        """initdb, all or nothing: a first start that was interrupted begins anew."""
        if self.made:
            return
        with explained(self._folder):
            give(self._account, self._folder)
        password = self._folder / "password"
        half = self._folder / "half"
        try:
            self._initdb(half, password)
        except Failed as failure:
            raise Refusal(self._sentence_for(failure)) from failure
        half.rename(self._folder / "data")

    def program(self) -> Program:
        """How the supervisor starts and stops it. SIGINT ends sessions, then writes everything."""
        settings = SETTINGS | {"port": str(self.port)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Program(
            name="database",
            command=(str(self._bin / "postgres"), "-D", str(self._folder / "data"), *words),
            # Its messages are read by the supervisor: in English, whatever the terminal speaks.
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            account=self._account,
            cwd=Path("/"),
            stop=signal.SIGINT,
            patience=20.0,
        )

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for this role, password included."""
        return f"postgresql://{role}:{self._secrets.get(role)}@{HOST}:{self.port}/{database}"

    def service_url(self, role: str) -> str:
        """The address for this role, whose password stands in a file that is read at each
        connection: so it can be rotated while services run."""
        file = self.write_passfile(role)
        place = f"{role}@{HOST}:{self.port}/{DATABASE}"
        return f"postgresql://{place}?{urlencode({'passfile': file}, quote_via=percent)}"

    def write_passfile(self, role: str) -> str:
        """The role's password as PostgreSQL's clients read it; the file."""
        name = f"{role}.pgpass"
        self._secrets.renew(name, f"*:*:*:{role}:{self._secrets.get(role)}")
        return str(self._secrets.path(name))

    def ready(self) -> bool:
        """Whether it answers a query."""
        try:
            with psycopg.connect(self.url(SUPERUSER, "postgres"), connect_timeout=2) as connection:
                connection.execute("SELECT")
        except psycopg.OperationalError:
            return False
        return True

    def _initdb(self, half: Path, password: Path) -> None:
        # The old half is the account's; so it is the account that removes it.
        self._as_account(f"rm -rf {quote(half)}")
        self._as_account(f'umask 077 && printf %s "$SECRET" > {quote(password)}')
        self._as_account(
            f"exec {quote(self._bin / 'initdb')} -D {quote(half)} --pwfile={quote(password)} "
            f"-U {SUPERUSER} --auth=scram-sha-256 --encoding=UTF8 --locale-provider=builtin "
            "--builtin-locale=C.UTF-8 --locale=C --data-checksums --no-instructions"
        )
        self._as_account(f"rm -f {quote(password)}")
        self._as_account(f"printf %s {shlex.quote(ACCESS)} > {quote(half)}/pg_hba.conf")

    def _as_account(self, script: str) -> None:
        # By the environment, which other users cannot read, as they can a command line.
        secret = self._secrets.get(SUPERUSER)
        env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "SECRET": secret}
        shell = ["/bin/sh", "-c", script]
        run(shell, cwd=Path("/"), env=env, account=self._account, timeout=120)

    def _sentence_for(self, failure: Failed) -> str:
        if failure.says("No space left", "Disk quota"):
            return f"The disk that holds {self._folder} is full: free about 1 GB and start again."
        return (
            f"The database could not be made in {self._folder}: {failure.last_line}; "
            "mend that and start again."
        )


def quote(path: Path) -> str:
    """The path as one word of a shell's command."""
    return shlex.quote(str(path))
