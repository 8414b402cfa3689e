"""The book: the register as the services follow it, by version number.

Every change raises `book.version` under its row lock before anything else, so the order of
versions is the order of commits, and one snapshot at version V holds every change up to V.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import psycopg
from psycopg.rows import namedtuple_row

from services.domain.bypass import BypassKind
from services.domain.bypass_permit import BypassPermit
from services.domain.detector_group import DetectorGroup, GroupKind
from services.domain.detector_kind import DetectorKind
from services.domain.detector_rule import DetectorRule
from services.domain.directory import BookChange, Directory, GoneGateway
from services.domain.point import Point
from services.domain.rule import Condition, LimitRule
from services.domain.shelving_policy import ShelvingPolicy
from services.runtime.clock import to_ms
from services.runtime.lifecycle import growing
from services.store.deadline import connect, cut, within
from services.store.point_row import point_of
from services.store.queries import Queries
from services.store.shelving import policy_of
from services.store.suppression_book import changed_suppressions
from services.store.tenant import name_tenant

LOOK_TIMEOUT_S = 2.0
"""For the look at the version: an answer later than this means that the database is away."""

LOAD_TIMEOUT_S = 60.0
"""For loading what changed: the first time it is the whole register, 440,000 points of it."""


ROWS = 2_000
"""Of the whole register at a time."""

_points: msgspec.json.Decoder[list[Point]] = msgspec.json.Decoder(list[Point])
_rules: msgspec.json.Decoder[list[LimitRule]] = msgspec.json.Decoder(list[LimitRule])


class BookReader:
    """Follows the book over a connection of its own, so that nothing else can hold it up."""

    def __init__(
        self, database_url: str, *, application: str = "parkwatch-book", tenant: str | None = None
    ) -> None:
        """`tenant`: for a role that has to name whose rows it reads (`services.store.tenant`)."""
        self._url = database_url
        self._tenant = tenant
        self._application = application
        self._sql = Queries.load("book")
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self.version = -1
        """The version last read; -1 before the first look."""

    async def poll(self, known: Directory | None = None) -> BookChange | None:
        """What changed since the last look, or None. The first time: the whole register.

        What of it is in `known` already comes as the very same object, and takes no more room.

        Raises psycopg.OperationalError when the database does not answer in time; the next
        call connects anew and misses nothing.
        """
        try:
            return await self._look(known)
        except psycopg.OperationalError:
            self._drop()
            raise

    def cut(self) -> None:
        """End a wait that is under way; the next look connects anew."""
        if self._connection is not None:
            cut(self._connection)

    async def close(self) -> None:
        """Let go of the connection."""
        self._drop()

    async def _look(self, directory: Directory | None) -> BookChange | None:
        if self._connection is None:
            self._connection = await connect(self._url, application=self._application)
        async with within(self._connection, LOOK_TIMEOUT_S):
            row = await (await self._connection.execute(self._sql["version"])).fetchone()
        if row is None or row[0] == self.version:
            return None
        if self.version < 0:
            return await self._load_whole(self._connection, directory)
        return await self._load(self._connection, Directory() if directory is None else directory)

    async def _load_whole(
        self, connection: psycopg.AsyncConnection[Any], directory: Directory | None
    ) -> BookChange:
        """A country's register has millions of rows: they come as JSON, some at a time."""
        known: dict[str, Any] = {"known": 0}
        whole = _Whole(directory)
        with growing():
            async with within(connection, LOAD_TIMEOUT_S), connection.transaction():
                await self._begin(connection)
                row = await (await connection.execute(self._sql["version"])).fetchone()
                assert row is not None  # one row since migration 0001
                async for some in self._rows(connection, "whole_points"):
                    whole.add_points(some)
                async for some in self._rows(connection, "whole_rules"):
                    whole.add_rules(some)
                cursor = connection.cursor(row_factory=namedtuple_row)
                found: list[Any] = await (
                    await cursor.execute(self._sql["detectors"], known)
                ).fetchall()
                gone = await (
                    await connection.execute(self._sql["gone_gateways"], known)
                ).fetchall()
                groups = await self._groups(connection, known)
                shelving = await self._shelving(connection)
                suppressions = await changed_suppressions(connection, known)
                permits = await self._permits(connection, known)
        self.version = int(row[0])
        return BookChange(
            version=self.version,
            points=tuple(whole.points),
            rules=tuple(whole.rules),
            gone_gateways=tuple(GoneGateway(*each) for each in gone),
            detectors=tuple(_detector(each) for each in found),
            groups=groups,
            shelving=shelving,
            suppressions=suppressions,
            permits=permits,
        )

    async def _begin(self, connection: psycopg.AsyncConnection[Any]) -> None:
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        if self._tenant is not None:
            await name_tenant(connection, self._tenant)

    async def _rows(
        self, connection: psycopg.AsyncConnection[Any], name: str
    ) -> AsyncIterator[str]:
        """The rows of a statement that answers JSON, some thousand as one list."""
        async with connection.cursor(name=name) as cursor:
            await cursor.execute(self._sql[name])
            while rows := await cursor.fetchmany(ROWS):
                yield f"[{','.join([row[0] for row in rows])}]"

    async def _changed(
        self, connection: psycopg.AsyncConnection[Any], name: str, known: dict[str, Any]
    ) -> AsyncIterator[Any]:
        """The rows of a statement, some thousand at a time: a change may be a whole country."""
        async with connection.cursor(name=name, row_factory=namedtuple_row) as cursor:
            await cursor.execute(self._sql[name], known)
            while rows := await cursor.fetchmany(ROWS):
                for row in rows:
                    yield row

    async def _load(
        self, connection: psycopg.AsyncConnection[Any], directory: Directory
    ) -> BookChange:
        known = {"known": max(self.version, 0)}
        async with within(connection, LOAD_TIMEOUT_S), connection.transaction():
            await self._begin(connection)
            row = await (await connection.execute(self._sql["version"])).fetchone()
            assert row is not None  # one row since migration 0001
            points, removed = list[Point](), list[Point]()
            async for each in self._changed(connection, "points", known):
                (removed if each.removed else points).append(directory.share(point_of(each)))
            rules = [_rule(each) async for each in self._changed(connection, "rules", known)]
            cursor = connection.cursor(row_factory=namedtuple_row)
            found: list[Any] = await (
                await cursor.execute(self._sql["detectors"], known)
            ).fetchall()
            gone = await (await connection.execute(self._sql["gone_gateways"], known)).fetchall()
            groups = await self._groups(connection, known)
            shelving = await self._shelving(connection)
            suppressions = await changed_suppressions(connection, known)
            permits = await self._permits(connection, known)
        self.version = int(row[0])
        return BookChange(
            version=self.version,
            points=tuple(points),
            removed_points=tuple(removed),
            rules=tuple(rules),
            gone_gateways=tuple(GoneGateway(*each) for each in gone),
            detectors=tuple(_detector(each) for each in found),
            groups=groups,
            shelving=shelving,
            suppressions=suppressions,
            permits=permits,
        )

    async def _shelving(self, connection: psycopg.AsyncConnection[Any]) -> ShelvingPolicy:
        """The policy in force, told with every change."""
        row = await (await connection.execute(self._sql["shelving"])).fetchone()
        return ShelvingPolicy() if row is None else policy_of(*row)

    async def _permits(
        self, connection: psycopg.AsyncConnection[Any], known: dict[str, Any]
    ) -> tuple[BypassPermit, ...]:
        rows = await (await connection.execute(self._sql["permits"], known)).fetchall()
        return tuple(
            BypassPermit(
                enterprise,
                identity,
                loop,
                tuple(points),
                BypassKind(kind),
                to_ms(since),
                to_ms(until),
                closed,
            )
            for enterprise, identity, loop, points, kind, since, until, closed in rows
        )

    async def _groups(
        self, connection: psycopg.AsyncConnection[Any], known: dict[str, Any]
    ) -> tuple[DetectorGroup, ...]:
        rows = await (await connection.execute(self._sql["groups"], known)).fetchall()
        return tuple(
            DetectorGroup(enterprise, code, GroupKind(kind), tuple(members), removed)
            for enterprise, code, kind, members, removed in rows
        )

    def _drop(self) -> None:
        if self._connection is not None:
            cut(self._connection)
            self._connection.pgconn.finish()
            self._connection = None


class _Whole:
    """Gathers the register; of two equal facts the one that is known stays."""

    def __init__(self, known: Directory | None) -> None:
        self._known = Directory() if known is None else known
        self.points: list[Point] = []
        self.rules: list[LimitRule] = []

    def add_points(self, rows: str) -> None:
        by_id = self._known.by_id
        for point in _points.decode(rows):
            mine = by_id.get(point.id)
            self.points.append(mine if mine == point else self._known.share(point))

    def add_rules(self, rows: str) -> None:
        versions = self._known.rules
        for rule in _rules.decode(rows):
            mine = (each for each in versions.get(rule.point_id, ()) if each == rule)
            self.rules.append(next(mine, rule))


def _rule(row: Any) -> LimitRule:
    return LimitRule(
        id=row.id,
        version=row.version,
        enterprise=row.enterprise,
        point_id=row.point_id,
        condition=Condition(row.condition),
        limit=row.limit,
        grade=row.grade,
        deadband=row.deadband,
        on_delay_ms=round(row.on_delay_s * 1000),
        off_delay_ms=round(row.off_delay_s * 1000),
        valid_from=to_ms(row.valid_from),
        valid_to=None if row.valid_to is None else to_ms(row.valid_to),
        owner=row.owner,
        valid_until=None if row.valid_until is None else to_ms(row.valid_until),
        latch=row.latch,
        realarm_ms=None if row.realarm_s is None else round(row.realarm_s * 1000),
    )


def _detector(row: Any) -> DetectorRule:
    return DetectorRule(
        id=row.id,
        version=row.version,
        enterprise=row.enterprise,
        kind=DetectorKind(row.kind),
        points=dict(zip(row.names, row.ids, strict=True)),
        parameters=row.parameters,
        grade=row.grade,
        on_delay_ms=round(row.on_delay_s * 1000),
        off_delay_ms=round(row.off_delay_s * 1000),
        latch=row.latch,
        realarm_ms=None if row.realarm_s is None else round(row.realarm_s * 1000),
        valid_from=to_ms(row.valid_from),
        valid_to=None if row.valid_to is None else to_ms(row.valid_to),
        owner=row.owner,
        valid_until=None if row.valid_until is None else to_ms(row.valid_until),
        message=row.message,
        group=row.group_code,
    )
