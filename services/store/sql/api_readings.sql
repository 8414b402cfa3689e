-- name: raw
-- A page of a point's readings as they came, oldest first, after a place in that order.
SELECT measured_at, received_at, value, quality, flags
FROM reading
WHERE point_id = %(point_id)s AND measured_at >= %(start)s AND measured_at < %(end)s
  AND (measured_at, coalesce(value, 'Infinity'), quality)
      > (%(after_at)s, %(after_value)s::float8, %(after_quality)s::smallint)
ORDER BY measured_at, coalesce(value, 'Infinity'), quality LIMIT %(limit)s;

-- name: count
-- How many readings a span holds, counted no further than the limit.
SELECT count(*) FROM (
    SELECT FROM reading
    WHERE point_id = %(point_id)s AND measured_at >= %(start)s AND measured_at < %(end)s
    LIMIT %(limit)s
) AS counted;

-- name: buckets
-- A point's readings summed up per bucket of time; bad ones are counted in quality alone.
SELECT time_bucket(%(width)s::interval, measured_at) AS bucket,
       min(value) FILTER (WHERE quality < 2) AS low,
       max(value) FILTER (WHERE quality < 2) AS high,
       avg(value) FILTER (WHERE quality < 2) AS mean,
       count(value) FILTER (WHERE quality < 2) AS number,
       last(value, measured_at) FILTER (WHERE quality < 2) AS newest,
       max(quality) AS quality
FROM reading
WHERE point_id = %(point_id)s AND measured_at >= %(start)s AND measured_at < %(end)s
GROUP BY bucket ORDER BY bucket LIMIT %(limit)s;

-- name: dead_letters
-- A page of what could not be used, newest first.
SELECT enterprise, id, gateway, topic, substring(payload FROM 1 FOR 4096) AS payload,
       length(payload) AS size, reason, received_at
FROM dead_letter
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: unregistered_tags
-- A page of the tags that nobody has registered.
SELECT enterprise, tag, gateway, first_at, last_at, last_value, count
FROM unregistered_tag
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (enterprise, tag) > (%(after_enterprise)s, %(after_tag)s)
ORDER BY enterprise, tag LIMIT %(limit)s;
