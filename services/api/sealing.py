"""Once a day: the journals' and the audit's new rows and a signed seal, into a folder that should be
elsewhere.

The folder holds `seals.jsonl`, one line a seal, and for each seal a file of the journals' rows since
the one before, and one of the audit's. The database may be rewritten by whoever owns it; what lies here tells.
"""

import asyncio
import fcntl
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from services.api.alarm_view import moment_text
from services.api.database import Database, DatabaseAway
from services.api.keyring import Keyring
from services.domain import audit_export
from services.domain.audit import CHAIN, AuditRow
from services.domain.journal import ChainHead, JournalRow
from services.domain.journal_export import first_line, last_line, row_line, statement
from services.runtime.clock import Clock, to_datetime
from services.store import audit
from services.store import journal_list as store
from services.store.tenant import EVERY
from services.wire.export_signature import PARK, sign_export
from services.wire.seal import NOTHING, Seal, Sealer, read_seals

SEALS = "seals.jsonl"
PAGE = 500
DAY_MS = 86_400_000

_log = structlog.get_logger()


class Sealing:
    """Seals into a folder; two processes of one installation take turns by a lock in it."""

    def __init__(self, database: Database, clock: Clock, folder: Path, keys: Keyring | str) -> None:
        """`keys`: those of before only sign that they are relieved."""
        self._database = database
        self._clock = clock
        self._folder = folder
        self._keys = Keyring(keys) if isinstance(keys, str) else keys
        self._sealer = Sealer(self._keys.signing)
        self._troubled = False

    @property
    def key(self) -> str:
        """The public key, in hex."""
        return self._sealer.key

    async def look(self) -> None:
        """Seal if the newest seal is of another day (UTC) than today, or of another key than ours."""
        if self._keys.refresh():
            self._sealer = Sealer(self._keys.signing)
        try:
            await self._relieve()
            await self._seal_if_due()
            self._troubled = False
        except DatabaseAway:
            return
        except OSError as error:
            if not self._troubled:
                _log.error("the journal cannot be sealed", folder=str(self._folder),
                           reason=error.strerror)  # fmt: skip
            self._troubled = True

    async def lines(self) -> str:
        """All seals as they were written; empty before the first. Raises OSError."""
        return await asyncio.to_thread(self._read)

    def signed(self, stated: Mapping[str, Any], scope: Collection[str] | None) -> dict[str, str]:
        """The signature over what is stated of an export; `scope`: None is the whole park."""
        return sign_export(self._sealer, stated, PARK if scope is None else ",".join(sorted(scope)))

    async def _relieve(self) -> None:
        """Have the key that would sign the next seal say that ours follows it, where it is another."""
        last = await asyncio.to_thread(self._last)
        if last is None or last.following == self.key:
            return
        for sealer in [Sealer(each.secret) for each in self._keys.every[1:]]:
            if sealer.key == last.following:
                await self._seal(last, sealer, next_key=self.key)

    async def _seal_if_due(self) -> None:
        last = await asyncio.to_thread(self._last)
        today = moment_text(to_datetime(self._clock.now_ms()))[:10]
        # Whoever is told of our key alone finds it among those that sign.
        is_new = last is not None and last.key != last.following == self.key
        if last is None or last.at[:10] < today or is_new:
            await self._seal(last, self._sealer)

    async def _seal(self, last: Seal | None, sealer: Sealer, next_key: str | None = None) -> None:
        now = self._clock.now_ms()
        today = moment_text(to_datetime(now))[:10]
        known = {} if last is None else dict(last.heads)
        audited = known.pop(CHAIN, ChainHead())
        async with self._database.transaction(tenant=EVERY) as connection:
            heads = await store.heads(connection, None)
            end = await audit.head(connection)
        number = 1 if last is None else last.number + 1
        rows = await self._rows(heads, known)
        line = sealer.seal(
            number,
            moment_text(to_datetime(now)),
            NOTHING if last is None else last.digest,
            heads | {CHAIN: end},
            next_key,
        )
        at = moment_text(to_datetime(now))
        signed = self.signed(statement(list(heads), at, len(rows), heads, known), None)
        copy = [first_line(list(heads), at, known)]
        copy += [*map(row_line, rows), last_line(len(rows), heads, signed)]
        deeds = await self._audit_copy(at, audited, end)
        await asyncio.to_thread(self._copy, number, f"{number:05}-{today}.audit", deeds)
        await asyncio.to_thread(self._write, number, f"{number:05}-{today}.jsonl", copy, line)
        _log.info("the journal is sealed", number=number, rows=len(rows))
        if next_key is not None:
            _log.info("another key signs the seals from now on", key=next_key)

    async def _rows(
        self, heads: Mapping[str, ChainHead], known: Mapping[str, ChainHead]
    ) -> list[JournalRow]:
        """What came since the last seal, each enterprise's in order."""
        found: list[JournalRow] = []
        for code, head in heads.items():
            seq = known.get(code, ChainHead()).seq
            while seq < head.seq:
                async with self._database.transaction(tenant=EVERY) as connection:
                    page = await store.rows(connection, code, seq, head.seq, PAGE)
                if not page:
                    break
                found += page
                seq = page[-1].seq
        return found

    async def _audit_copy(self, at: str, after: ChainHead, end: ChainHead) -> list[str]:
        """The lines of the audit's rows since the last seal, as an export has them."""
        rows: list[AuditRow] = []
        seq = after.seq
        while seq < end.seq:
            async with self._database.transaction(tenant=EVERY) as connection:
                page = await audit.rows(connection, seq, end.seq, PAGE)
            if not page:
                break
            rows += page
            seq = page[-1].seq
        signed = self.signed(audit_export.statement(at, len(rows), end, after), None)
        copy = [audit_export.first_line(at, after), *map(audit_export.row_line, rows)]
        return [*copy, audit_export.last_line(len(rows), end, signed)]

    def _last(self) -> Seal | None:
        seals = read_seals(self._read().splitlines()).seals
        return seals[-1] if seals else None

    def _read(self) -> str:
        path = self._folder / SEALS
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def _copy(self, number: int, name: str, copy: list[str]) -> None:
        """A copy whose seal is written after it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _turn(self._folder / "lock"):
            last = self._last()
            if last is None or last.number < number:
                half = self._folder / f".{name}.half"
                _write_through(half, "".join(copy), os.O_TRUNC)
                half.rename(self._folder / name)

    def _write(self, number: int, name: str, copy: list[str], seal: str) -> None:
        """The copy first, then its seal; somebody else's of the same number is left alone."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _turn(self._folder / "lock"):
            half = self._folder / f".{name}.half"
            last = self._last()
            if last is not None and last.number >= number:
                return
            _write_through(half, "".join(copy), os.O_TRUNC)
            half.rename(self._folder / name)
            _write_through(self._folder / SEALS, seal, os.O_APPEND)


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def _write_through(path: Path, text: str, how: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | how, 0o600)
    try:
        data = memoryview(text.encode())
        while data:
            data = data[os.write(file, data) :]
        os.fsync(file)
    finally:
        os.close(file)
