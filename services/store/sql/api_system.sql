-- name: database_versions
-- What the database is, and how much room it takes (bytes).
SELECT current_setting('server_version'),
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
       pg_database_size(current_database())
