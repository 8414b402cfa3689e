-- name: missing_statements
-- What a new installation's database lacks for this role: the statements that make up for it, one a row.
SELECT format('CREATE ROLE %%I', %(role)s::text)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s)
UNION ALL
SELECT format('ALTER ROLE %%I LOGIN PASSWORD %%L', %(role)s::text, %(password)s::text)
UNION ALL
-- The consoles' own role never takes the connections that ingest and the engine need.
SELECT 'ALTER ROLE pw_api CONNECTION LIMIT 30' WHERE %(role)s = 'pw_api'
UNION ALL
SELECT format('CREATE DATABASE %%I OWNER %%I', %(database)s::text, %(owner)s::text)
WHERE %(role)s = %(owner)s
  AND NOT EXISTS (SELECT FROM pg_database WHERE datname = %(database)s)
UNION ALL
-- Tables of a session's own are for ingest alone; a dump does not carry this.
SELECT format('REVOKE TEMPORARY ON DATABASE %%I FROM PUBLIC', %(database)s::text)
WHERE %(role)s = %(owner)s
UNION ALL
SELECT format('GRANT TEMPORARY ON DATABASE %%I TO pw_ingest', %(database)s::text)
WHERE %(role)s = 'pw_ingest'
UNION ALL
-- Whom the api asks as for those who only read; a dump does not carry who is a member.
SELECT 'CREATE ROLE pw_reader NOLOGIN'
WHERE %(role)s = 'pw_api' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pw_reader')
UNION ALL
SELECT 'GRANT pw_reader TO pw_api' WHERE %(role)s = 'pw_api'

-- name: extend
-- Hypertables; only a superuser may bring them in.
CREATE EXTENSION IF NOT EXISTS timescaledb
