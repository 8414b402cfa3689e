"""What the database holds, counted from outside with a driver of its own."""

from typing import Any, LiteralString

import psycopg

from tests.living.stack import Stack


class Store:
    """Reads only; a connection for each question, so that a killed server hurts nothing."""

    def __init__(self, stack: Stack) -> None:
        secret = (stack.data_dir / "secrets" / "postgres").read_text().strip()
        self._url = f"postgresql://postgres:{secret}@127.0.0.1:{stack.db_port}/parkwatch"

    def readings(self, enterprise: str) -> list[tuple[str, int, float | None]]:
        """Every stored reading: tag, epoch ms, value; repeats would show."""
        rows = self._all(
            "SELECT p.tag, round(extract(epoch FROM r.measured_at) * 1000)::bigint, r.value"
            " FROM reading r JOIN point p ON p.id = r.point_id WHERE p.enterprise = %s",
            enterprise,
        )
        return [(str(tag), int(ts), value) for tag, ts, value in rows]

    def reading_count(self, enterprise: str) -> int:
        """How many readings the hypertable holds of an enterprise."""
        return self._one(
            "SELECT count(*) FROM reading r JOIN point p ON p.id = r.point_id"
            " WHERE p.enterprise = %s",
            enterprise,
        )

    def alarm_count(self, enterprise: str) -> int:
        """How many alarms are on record of an enterprise."""
        return self._one("SELECT count(*) FROM alarm WHERE enterprise = %s", enterprise)

    def journal(self, alarm_id: str) -> list[tuple[str, int]]:
        """The journal of an alarm in its order: event, epoch ms."""
        rows = self._all(
            "SELECT event, round(extract(epoch FROM at) * 1000)::bigint FROM journal"
            " WHERE alarm_id = %s ORDER BY seq",
            alarm_id,
        )
        return [(str(event), int(at)) for event, at in rows]

    def is_hypertable(self, table: str) -> bool:
        """Whether TimescaleDB keeps this table in chunks."""
        return bool(
            self._one(
                "SELECT count(*) FROM timescaledb_information.hypertables"
                " WHERE hypertable_name = %s",
                table,
            )
        )

    def _all(self, query: LiteralString, *values: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url, connect_timeout=5) as connection:
            return connection.execute(query, values).fetchall()

    def _one(self, query: LiteralString, *values: str) -> int:
        return int(self._all(query, *values)[0][0])
