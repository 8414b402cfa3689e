"""How fast the database takes rows at all: binary COPY into a hypertable with our identity."""

import statistics
import time
from typing import Any

import psycopg
from psycopg import sql

from bench.bare import EPOCH_2000_MS, HEADER, ROW, TRAILER

TABLE = "bench_copy"
POINTS = 8_000
ROWS = 200_000
BATCHES = (1_000, 5_000, 20_000)
REPEATS = 3

_CREATE = """
CREATE TABLE {table} (LIKE reading);
SELECT create_hypertable('{table}', 'measured_at', chunk_time_interval => interval '1 day',
                         create_default_indexes => false);
CREATE UNIQUE INDEX {table}_identity ON {table} (point_id, measured_at, value, quality)
    NULLS NOT DISTINCT;
"""
_COPY = (
    "COPY {} (point_id, measured_at, received_at, value, quality, flags) FROM STDIN (FORMAT BINARY)"
)


def make_table(database_url: str, name: str) -> None:
    """A hypertable like `reading`, empty."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_CREATE.format(table=name).encode())


def measure(database_url: str) -> list[dict[str, Any]]:
    """Rows a second for each size of batch, straight and absorbing repeats; medians."""
    make_table(database_url, TABLE)
    results = []
    with psycopg.connect(database_url) as connection:
        connection.execute(f"CREATE TEMPORARY TABLE bench_incoming (LIKE {TABLE})".encode())
        connection.commit()
        round_number = 0
        for size in BATCHES:
            for absorbing in (False, True):
                rates = []
                for _ in range(REPEATS):
                    round_number += 1
                    rates.append(_rate(connection, size, round_number, absorbing))
                results.append({"batch": size, "absorbing_repeats": absorbing,
                                "rate": round(statistics.median(rates))})  # fmt: skip
    return results


def _rate(
    connection: psycopg.Connection[Any], size: int, round_number: int, absorbing: bool
) -> float:
    streams = [_stream(first, size, round_number) for first in range(0, ROWS, size)]
    target = "bench_incoming" if absorbing else TABLE
    copying = sql.SQL(_COPY).format(sql.Identifier(target))
    moving = f"INSERT INTO {TABLE} SELECT * FROM bench_incoming ON CONFLICT DO NOTHING"
    begun = time.monotonic()
    for stream in streams:
        with connection.cursor() as cursor:
            with cursor.copy(copying) as copy:
                copy.write(stream)
            if absorbing:
                cursor.execute(moving.encode())
                cursor.execute(b"TRUNCATE bench_incoming")
        connection.commit()
    return ROWS / (time.monotonic() - begun)


def _stream(first: int, size: int, round_number: int) -> bytes:
    """Rows in the order of the field: all points in turn, times rising."""
    base = (time.time_ns() // 1_000_000 - EPOCH_2000_MS) // 86_400_000 * 86_400_000
    parts = [HEADER]
    for index in range(first, first + size):
        at = (base + round_number * 100_000 + index // POINTS * 1_000) * 1_000
        parts.append(ROW.pack(6, 4, index % POINTS, 8, at, 8, at, 8, index / 8, 2, 0, 2, 0))
    parts.append(TRAILER)
    return b"".join(parts)
