-- name: applied
-- The migrations that a database has.
SELECT name, checksum FROM schema_migration ORDER BY number

-- name: now
-- The database server's clock.
SELECT clock_timestamp()
