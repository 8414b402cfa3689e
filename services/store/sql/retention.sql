-- name: hold
-- One keeper at a time: a lock that lasts as long as its connection.
SELECT pg_try_advisory_lock(7305808869229538158);

-- name: reading_days
-- The days that readings are stored of, and when the newest of each was received.
SELECT range_start, newest_received_at
FROM timescaledb_information.chunks JOIN reading_day ON day = range_start
WHERE hypertable_name = 'reading' ORDER BY 1;

-- name: rollup_weeks
-- The stretches that roll-ups are stored of, and when a reading of each was last received.
SELECT range_start, max(newest_received_at)
FROM (SELECT DISTINCT range_start, range_end FROM timescaledb_information.chunks
      WHERE hypertable_name IN ('rollup_minute', 'rollup_hour')) AS week
LEFT JOIN reading_day ON day >= range_start AND day < range_end
GROUP BY range_start, range_end
HAVING greatest(max(newest_received_at), range_end) < %(before)s
ORDER BY 1;

-- name: drop_reading_day
-- Let a day of readings go; false: what is noted of late ones must be rolled up first.
SELECT drop_reading_day(%(day)s);

-- name: drop_rollups
-- Let a stretch of roll-ups go.
SELECT drop_rollups(%(week)s);

-- name: forget_rows
-- Let some rows of a table go that are older than a moment; how many.
SELECT forget_rows(%(table)s, %(before)s, %(most)s);

-- name: database_size
-- What the database takes on its disk, in bytes.
SELECT pg_database_size(current_database());

-- name: has_columns
-- Whether this edition has the columnstore.
SELECT current_setting('timescaledb.license', true) = 'timescale';

-- name: days_to_compress
-- Days of readings that are not in columns yet and have had nothing new for long enough.
SELECT range_start FROM timescaledb_information.chunks JOIN reading_day ON day = range_start
WHERE hypertable_name = 'reading' AND NOT is_compressed
  AND range_end < %(before)s AND newest_received_at < %(before)s
ORDER BY 1 LIMIT 10;

-- name: compress_reading_day
-- Put a day of readings into columns.
SELECT compress_reading_day(%(day)s);

-- name: tell
-- An event of the park itself: of no enterprise, so only those who see all of it see it.
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
VALUES ('', '', %(at)s, %(at)s, %(kind)s, %(detail)s, 1);
