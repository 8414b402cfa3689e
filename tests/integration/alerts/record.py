"""What an alarm engine put on record."""

from typing import Any

import psycopg
from psycopg.rows import dict_row

from services.domain.journal import ChainReport, JournalRow, verify_chain
from services.runtime.clock import to_ms
from tests.living.engines_alone import Engines


class Record:
    """What the database holds of an enterprise."""

    def __init__(self, engines: Engines, enterprise: str) -> None:
        self._url = engines.superuser_url
        self._enterprise = enterprise

    def alarms(self) -> list[dict[str, Any]]:
        """Its alarms by their start."""
        return self._rows("SELECT * FROM alarm WHERE enterprise = %s ORDER BY raised_at")

    def journal(self) -> list[JournalRow]:
        """Its journal in order."""
        rows = self._rows("SELECT * FROM journal WHERE enterprise = %s ORDER BY seq")
        return [
            JournalRow(**row | {"at": to_ms(row["at"]), "noted_at": to_ms(row["noted_at"])})
            for row in rows
        ]

    def chain(self) -> ChainReport:
        """Its journal's verification."""
        return verify_chain(self.journal())

    def events(self) -> list[str]:
        """What was journaled, in order."""
        return [row.event for row in self.journal()]

    def begin(self) -> None:
        """No engine was here before: what another proof's engine left is not to be inherited."""
        with psycopg.connect(self._url) as connection:
            connection.execute("DELETE FROM engine_lease")

    def store_readings(self, rows: list[tuple[int, int, float]]) -> None:
        """What ingest would commit: (point, measured at in epoch ms, value)."""
        with psycopg.connect(self._url) as connection:
            connection.cursor().executemany(
                "INSERT INTO reading (point_id, measured_at, received_at, value, quality)"
                " VALUES (%s, to_timestamp(%s / 1000.0), now(), %s, 0) ON CONFLICT DO NOTHING",
                rows,
            )

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        with psycopg.connect(self._url, row_factory=dict_row) as connection:
            return connection.execute(sql.encode(), (self._enterprise,)).fetchall()
