-- name: vitals
-- How every gateway stood when it was last written.
SELECT enterprise, gateway, state, since, link, link_at, last_message_at, last_reading_at,
       newest_measured_at, clock, clock_since, skew_ms
FROM gateway_vitals;

-- name: put_vitals
-- How some gateways stand now; conflicts are counted elsewhere.
INSERT INTO gateway_vitals
    (enterprise, gateway, state, since, link, link_at, last_message_at, last_reading_at,
     newest_measured_at, clock, clock_since, skew_ms)
SELECT * FROM unnest(
    %(enterprise)s::text[], %(gateway)s::text[], %(state)s::text[], %(since)s::timestamptz[],
    %(link)s::boolean[], %(link_at)s::timestamptz[], %(last_message_at)s::timestamptz[],
    %(last_reading_at)s::timestamptz[], %(newest_measured_at)s::timestamptz[],
    %(clock)s::text[], %(clock_since)s::timestamptz[], %(skew_ms)s::bigint[])
ON CONFLICT (enterprise, gateway) DO UPDATE SET
    state = excluded.state, since = excluded.since, link = excluded.link,
    link_at = excluded.link_at, last_message_at = excluded.last_message_at,
    last_reading_at = excluded.last_reading_at,
    newest_measured_at = excluded.newest_measured_at, clock = excluded.clock,
    clock_since = excluded.clock_since, skew_ms = excluded.skew_ms;

-- name: add_events
-- What became of gateways, each once.
INSERT INTO gateway_event (enterprise, gateway, at, last_at, kind, detail, count)
SELECT enterprise, gateway, at, at, kind, detail, 1 FROM unnest(
    %(enterprise)s::text[], %(gateway)s::text[], %(at)s::timestamptz[], %(kind)s::text[],
    %(detail)s::text[]) AS happened (enterprise, gateway, at, kind, detail);

-- name: count_conflicts
-- Of instants of points with several values, which this transaction stored (its savepoints have
-- numbers of their own, after its own), and how many were there before. By their place in the list.
-- What was sent without a time (flag 4) contradicts nobody: the instant is that of its receipt.
SELECT wanted.n, array_agg(reading.value) FILTER (WHERE own.is_new),
       array_agg(reading.quality) FILTER (WHERE own.is_new),
       count(*) FILTER (WHERE NOT own.is_new)
FROM unnest(%(points)s::integer[], %(moments)s::timestamptz[]) WITH ORDINALITY
     AS wanted (point_id, moment, n)
JOIN reading ON reading.point_id = wanted.point_id AND reading.measured_at = wanted.moment
CROSS JOIN LATERAL (SELECT age(pg_current_xact_id()::xid)::bigint - age(reading.xmin)
                           BETWEEN 0 AND 1000000) AS own (is_new)
WHERE reading.measured_at BETWEEN %(first)s AND %(last)s AND reading.flags & 4 = 0
GROUP BY wanted.n
HAVING count(*) > 1 AND bool_or(own.is_new);

-- name: add_conflicts
-- Count them with their gateways.
INSERT INTO gateway_vitals (enterprise, gateway, conflicts)
SELECT * FROM unnest(%(enterprise)s::text[], %(gateway)s::text[], %(conflicts)s::bigint[])
ON CONFLICT (enterprise, gateway) DO UPDATE SET
    conflicts = gateway_vitals.conflicts + excluded.conflicts;
