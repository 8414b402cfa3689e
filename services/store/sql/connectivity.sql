-- name: add_hours
-- Add point time to the hours of enterprises.
INSERT INTO connectivity_hour (enterprise, hour, online_s, total_s)
SELECT enterprise, %(hour)s, online_s, total_s
FROM unnest(%(enterprise)s::text[], %(online_s)s::float8[], %(total_s)s::float8[])
     AS added (enterprise, online_s, total_s)
ON CONFLICT (enterprise, hour) DO UPDATE SET
    online_s = connectivity_hour.online_s + excluded.online_s,
    total_s = connectivity_hour.total_s + excluded.total_s;

-- name: point_time
-- The point time of each enterprise over whole hours.
SELECT enterprise, sum(online_s), sum(total_s) FROM connectivity_hour
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND hour >= %(start)s AND hour < %(end)s
GROUP BY enterprise ORDER BY enterprise;

-- name: gateways
-- How gateways stand: of some enterprises, or all.
SELECT enterprise, gateway, state, since, link, link_at, last_message_at, last_reading_at,
       newest_measured_at, clock, clock_since, skew_ms, conflicts
FROM gateway_vitals
WHERE %(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s);
