"""`parkwatch rotate`: other secrets in place of those that are, while everything runs, or at rest.

Each service reads its password at each connection from a file, so it needs no restart. Who is connected
to the database stays so; the broker cuts our services for a moment, they come back by the new
password and hear what came meanwhile.
"""

import asyncio
import fcntl
import os
import secrets as random
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import nats
from nats.errors import Error as NatsError
from pydantic import SecretStr

from services.domain.signing_key import BadKeys, parse_keys, relieved, written
from services.runtime.clock import Clock
from services.runtime.settings import Settings
from services.stack.broker import ADMIN_USER, HOST, SERVICE_USERS, Broker, Listener, Native
from services.stack.cache import Cache, engines_home
from services.stack.data_dir import DataDir, choose
from services.stack.database_alone import held, postgres_of
from services.stack.postgres import DATABASE
from services.stack.progress import Progress
from services.stack.refusal import Refusal
from services.stack.rotatable import What
from services.stack.secrets import Secrets
from services.store.provision import ROLES, provision

PATIENCE_S = 10.0
"""For the broker to take its new users."""
_KEYS = {
    What.TOKENS: ("token_key", "the key of tokens"),
    What.NOTICES: ("notice_key", "the key of receivers' secrets"),
    What.JOURNAL: ("journal_key", "the key of the journals' seals"),
}
"""Files that hold keys one after the other, and what they are called."""


def rotate(
    what: Sequence[What],
    settings: Settings,
    inherited: Mapping[str, str],
    clock: Clock,
    progress: Progress,
    *,
    at_once: bool = False,
    patience_s: float = PATIENCE_S,
) -> None:
    """Rotate these; `at_once`: tokens of before are worth nothing any more, so that everybody has to
    sign in again; `patience_s`: for the broker to take its new users. Raises Refusal, and then the
    secrets of before are in force."""
    path, _ = choose(settings.data_dir, "data_dir" in settings.model_fields_set)
    data, secrets = DataDir(path), Secrets(path / "secrets")
    if not secrets.has("token_key"):
        raise Refusal(
            f"There are no secrets in {path}: set PARKWATCH_DATA_DIR to the folder of an "
            "installation that was started before."
        )
    with ExitStack() as until:
        until.enter_context(_alone(path))
        running = data.holder() is not None
        if not running:
            until.enter_context(held(data, clock))
        for each, (file, name) in _KEYS.items():
            if each in what:
                with progress.step(name):
                    _keys(secrets, file, clock.now_ms(), at_once and each is What.TOKENS)
        if What.DATABASE in what and _ours(settings.database_url, "DATABASE_URL", progress):
            with progress.step("passwords of the database's roles"):
                _database(data, secrets, Cache(engines_home(inherited)), running)
        if What.SERVICES in what and _ours(settings.mqtt_url, "MQTT_URL", progress):
            with progress.step("passwords of our services at the broker"):
                _services(data, secrets, settings, patience_s if running else None)


def _ours(elsewhere: SecretStr | None, name: str, progress: Progress) -> bool:
    if elsewhere is not None:
        progress.say(f"PARKWATCH_{name} is somebody else's: its operator rotates its passwords.")
    return elsewhere is None


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    file = os.open(path / "rotate.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Refusal(f"Secrets of {path} are being rotated already: wait for that.") from error
    finally:
        os.close(file)


def _keys(secrets: Secrets, file: str, at: int, at_once: bool) -> None:
    try:
        keys = parse_keys(secrets.get(file))
    except BadKeys as error:
        raise Refusal(f"{secrets.path(file)} holds no keys ({error}).") from error
    fresh = relieved(keys, random.token_hex(32), at, at_once=at_once)
    secrets.renew(file, written(fresh))


def _database(data: DataDir, secrets: Secrets, cache: Cache, running: bool) -> None:
    postgres = postgres_of(data, cache) if running else None
    passwords = {role: secrets.renew(role) for role in ROLES}
    if postgres is None:
        return  # the next start gives them to the roles
    provision(lambda name: postgres.url("postgres", name), DATABASE, passwords)
    for role in ROLES:
        if secrets.has(f"{role}.pgpass"):
            postgres.write_passfile(role)


def _services(
    data: DataDir, secrets: Secrets, settings: Settings, patience_s: float | None
) -> None:
    """`patience_s`: None when nothing runs."""
    native = data.path / "broker.port"
    port = int(native.read_text()) if native.exists() else 4222
    listener = Listener(settings.mqtt_host, settings.mqtt_port)
    nowhere = Path()
    broker = Broker(nowhere, nowhere, data.broker, Native(port), listener, secrets)
    before = {user: secrets.get(user) for user in (*SERVICE_USERS, ADMIN_USER)}
    broker.rotate()
    if patience_s is None:
        return
    _reload(data)
    if not asyncio.run(_comes_in(secrets, port, patience_s)):
        broker.rotate(before)
        _reload(data)
        raise Refusal(
            "The broker did not take its new users, the passwords of before are in force: see "
            f"{data.logs / 'broker.log'}."
        )


def _reload(data: DataDir) -> None:
    try:
        os.kill(int((data.run / "broker.pid").read_text()), signal.SIGHUP)
    except (OSError, ValueError) as error:
        raise Refusal(f"The broker of {data.path} does not run: see {data.logs}.") from error


async def _comes_in(secrets: Secrets, port: int, patience_s: float) -> bool:
    """Whether the administrator comes in by the new password, soon."""
    url = f"nats://{ADMIN_USER}:{secrets.get(ADMIN_USER)}@{HOST}:{port}"
    try:
        async with asyncio.timeout(patience_s):
            while True:
                try:
                    connection = await nats.connect(
                        url, allow_reconnect=False, connect_timeout=2, error_cb=_nothing
                    )
                except (NatsError, OSError):
                    await asyncio.sleep(0.1)
                    continue
                await connection.close()
                return True
    except TimeoutError:
        return False


async def _nothing(_error: Exception) -> None:
    """It is tried again."""
