"""A database made and migrated once, of which each installation of a proof begins with a copy.

To make the cluster takes half of a first start, most of it waiting for the disk, and to migrate it
a second of a processor. What a first start does is proved where nobody lays anything first.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from services.stack.cache import Cache, engines_home
from services.stack.data_dir import DataDir
from services.stack.host import machine
from services.stack.packages import DATABASE
from services.stack.postgres import SUPERUSER, Postgres
from services.stack.secrets import Secrets
from services.store.migrate import migrate
from services.store.provision import OWNER, ROLES, provision
from tests.living.outcome import eventually
from tests.living.port import free_port


def lay(data_dir: Path) -> None:
    """Put a fresh database, with its superuser's password, where a first start would make one. Its
    services get passwords of their own when it starts, as at every start."""
    template = DataDir(_template())
    ours = DataDir(data_dir)
    ours.secrets.mkdir(mode=0o700, parents=True)
    shutil.copy(template.secrets / SUPERUSER, ours.secrets)
    # It keeps the owner, who is not us when we are root.
    subprocess.run(["cp", "-a", template.postgres, ours.postgres], check=True)


def forget() -> None:
    """Remove what the copies are made of, if there is any; for the end of a run."""
    if _template.cache_info().currsize:
        shutil.rmtree(_template(), ignore_errors=True)
        _template.cache_clear()


@cache
def _template() -> Path:
    # Others than its owner may enter: the database runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="parkwatch-cluster-"))
    folder.chmod(0o755)
    # Where no run of pytest has an end: the benchmarks use it, too.
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    data = DataDir(folder)
    prefix = Cache(engines_home(os.environ)).path(DATABASE.entry(machine()))
    secrets = Secrets(data.secrets)
    postgres = Postgres(prefix, data.postgres, free_port(), data.account, secrets)
    postgres.make()
    _migrate(postgres, data.account, secrets)
    return folder


def _migrate(postgres: Postgres, account: str | None, secrets: Secrets) -> None:
    program = postgres.program()
    process = subprocess.Popen(
        program.command,
        env=dict(program.env or {}),
        cwd=program.cwd,
        user=account,
        group=None if account is None else pwd.getpwnam(account).pw_gid,
        extra_groups=None if account is None else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        eventually(postgres.ready, 60.0, "the database that all others are copies of answers")
        passwords = {role: secrets.get(role) for role in ROLES}
        provision(lambda name: postgres.url(SUPERUSER, name), "parkwatch", passwords)
        migrate(postgres.url(OWNER))
    finally:
        process.send_signal(program.stop)
        process.wait(program.patience)
