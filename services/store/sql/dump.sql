-- name: moment
-- A moment of the whole database, for pg_dump to start from; it lasts as long as the transaction.
SELECT pg_export_snapshot(), current_setting('server_version'),
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb')

-- name: recorded
-- How far each spool is on record at this moment.
SELECT spool, position FROM recorder

-- name: heads
-- Where each enterprise's journal ends at this moment.
SELECT DISTINCT ON (enterprise) enterprise, seq, encode(hash, 'hex')
FROM journal ORDER BY enterprise, seq DESC

-- name: extension
-- The version of TimescaleDB in this database.
SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'

-- name: before_restore
-- What TimescaleDB asks for before its tables are filled from a dump.
SELECT timescaledb_pre_restore()

-- name: after_restore
-- What TimescaleDB asks for when they are.
SELECT timescaledb_post_restore()

-- name: statistics
-- Let the planner know the tables that were just filled.
ANALYZE
