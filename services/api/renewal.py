"""What may be renewed while the api runs: the keys that sign, and the certificates of both doors.

Files are looked at every LOOK_S; what changed counts once it stands still for one look and can be
used, so that nobody is let in or kept out by half a pair.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from psycopg import AsyncConnection

from services.api.database import Database, DatabaseAway
from services.api.door import Door
from services.api.keyring import Keyring
from services.runtime.device_trust import BUNDLE, SERVICES, BadTrust, bundle, certificates
from services.store.tenant import EVERY

LOOK_S = 2.0

_log = structlog.get_logger()


class Watched:
    """Some files, and whether they were changed since they were last taken."""

    def __init__(self, *files: Path | None) -> None:
        self.files = [file for file in files if file is not None]
        self._taken = self._seen = self._state()

    def changed(self) -> bool:
        """Whether they are others than those that were taken, and stand still."""
        now = self._state()
        still, self._seen = now == self._seen, now
        return still and now != self._taken

    def forget(self) -> None:
        """Count them as changed."""
        self._taken = []

    def taken(self) -> None:
        """What was seen is in force, or was told to be of no use."""
        self._taken = self._seen

    def _state(self) -> list[tuple[int, int, int] | None]:
        return [_state_of(file) for file in self.files]


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@dataclass(frozen=True, slots=True)
class DoorFiles:
    """What the gateways' door is made of: certificate and key, where they are ours to look after, and
    the file by which gateways' certificates are good, where they show any."""

    pair: tuple[Path, Path] | None
    devices: Path | None
    folder: Path
    """The broker's, where it reads whom to trust."""


@dataclass(slots=True)
class UnderSeal:
    """What is kept sealed by the first of these keys, and how all of it is sealed anew."""

    keyring: Keyring
    reseal: Callable[[AsyncConnection[Any]], Awaitable[int]]
    """How many were sealed by a key of before."""
    name: str
    waits: bool = field(init=False)

    def __post_init__(self) -> None:
        self.waits = len(self.keyring.every) > 1


class Renewal:
    """Run it beside the server."""

    def __init__(
        self,
        kept: Sequence[UnderSeal],
        database: Database,
        door: Door,
        files: DoorFiles | None,
    ) -> None:
        self._kept = kept
        self._database = database
        self._door = door
        self._files = files
        self._broker = Watched() if files is None else Watched(*(files.pair or ()), files.devices)
        self._to_cut = False
        if files is not None and files.devices is not None:
            # It may have changed while no api was looking.
            self._broker.forget()

    async def run(self, context: ssl.SSLContext | None, pair: tuple[Path, Path] | None) -> None:
        """For ever. `context`: of the server that speaks TLS by this pair, if it does."""
        own = Watched(*(pair or ()))
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look_at_keys()
            if context is not None and pair is not None and own.changed():
                take(own, lambda: load(context, *pair))
            await self.look_at_broker()

    async def look_at_keys(self) -> None:
        """Take other keys, and seal by them what is kept."""
        for kept in self._kept:
            kept.waits |= kept.keyring.refresh()
            if kept.waits:
                await self._reseal(kept)

    async def _reseal(self, kept: UnderSeal) -> None:
        try:
            async with self._database.transaction(tenant=EVERY) as connection:
                count = await kept.reseal(connection)
        except DatabaseAway:
            return
        kept.waits = False
        if count:
            _log.info("sealed by the new key", what=kept.name, count=count)

    async def look_at_broker(self) -> None:
        """Have the broker take renewed certificates. A gateway's that was taken out cuts all
        gateways, and only those come in again that are still trusted."""
        files = self._files
        if files is None or not self._broker.changed():
            return
        try:
            if files.pair is not None:
                _check(*files.pair)
            if files.devices is not None:
                self._to_cut |= await asyncio.to_thread(_trust, files.folder, files.devices)
        except (OSError, ValueError) as error:
            _unusable(self._broker, error)
            return
        if await self._door.renew(cut=self._to_cut):
            self._to_cut = False
            self._broker.taken()
            _log.info("the broker has the certificates as they are now")


def take(watched: Watched, use: Callable[[], None]) -> None:
    """Use files that were renewed; those that cannot be used change nothing."""
    try:
        use()
    except (OSError, ValueError) as error:
        _unusable(watched, error)
        return
    watched.taken()
    _log.info("the renewed certificate is shown from now on", file=str(watched.files[0]))


def load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    """Show this certificate to whoever connects from now on. Raises OSError, ValueError."""
    _check(certificate, key)
    context.load_cert_chain(certificate, key, password=_no_password)


def _check(certificate: Path, key: Path) -> None:
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)


def _unusable(watched: Watched, error: Exception) -> None:
    watched.taken()
    _log.warning(
        "a renewed certificate cannot be used",
        files=[str(each) for each in watched.files],
        reason=str(error),
    )


def _trust(folder: Path, file: Path) -> bool:
    """Write what the broker reads; whether somebody whom it trusts by now is trusted no more. Raises
    BadTrust, OSError."""
    found = certificates(file)
    ours = (folder / SERVICES).read_text("ascii")
    try:
        before = certificates(folder / BUNDLE)
    except BadTrust:
        before = frozenset()
    half = folder / f".{BUNDLE}.half"
    half.write_text(bundle(ours, found), encoding="ascii")
    half.chmod(0o600)
    half.replace(folder / BUNDLE)
    return not before <= found | certificates(folder / SERVICES)


def _no_password() -> str:
    raise ValueError("the key has a password")
