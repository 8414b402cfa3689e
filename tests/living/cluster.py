"""A database cluster made once, of which each installation of a proof begins with a copy.

To make one takes half of a first start, most of it waiting for the disk. What a first start does
is proved where nobody lays anything first.
"""

import atexit
import os
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


def lay(data_dir: Path) -> None:
    """Put a fresh cluster, with its superuser's password, where a first start would make one."""
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
    Postgres(prefix, data.postgres, 0, data.account, Secrets(data.secrets)).make()
    return folder
