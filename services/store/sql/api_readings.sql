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

-- name: steps
-- A point's readings summed up per step of time; bad ones are counted apart.
SELECT time_bucket(%(width)s::interval, measured_at) AS bucket,
       min(value) FILTER (WHERE quality < 2) AS low,
       max(value) FILTER (WHERE quality < 2) AS high,
       sum(greatest(-1e290, least(1e290, value))) FILTER (WHERE quality < 2 AND value IS NOT NULL)
           / nullif(count(value) FILTER (WHERE quality < 2), 0) AS mean,
       count(value) FILTER (WHERE quality < 2) AS number,
       count(*) - count(value) FILTER (WHERE quality < 2) AS bad,
       last(value, measured_at) FILTER (WHERE quality < 2 AND value IS NOT NULL) AS newest,
       max(quality) AS quality
FROM reading
WHERE point_id = %(point_id)s AND measured_at >= %(start)s AND measured_at < %(end)s
GROUP BY bucket ORDER BY bucket LIMIT %(limit)s;

-- name: rolled
-- How far the roll-ups are, and whether readings of a span were dropped.
SELECT rolled, horizon, EXISTS (
    SELECT FROM reading_day
    WHERE dropped_at IS NOT NULL AND day > %(start)s - interval '1 day' AND day < %(end)s)
FROM rollup_window;

-- name: minutes
-- A point's minutes, whole ones, summed up per step: those not rolled up yet from the readings.
SELECT time_bucket(%(width)s::interval, bucket) AS bucket, min(low) AS low, max(high) AS high,
       sum(total) / nullif(sum(number), 0)::float8 AS mean, sum(number)::bigint AS number,
       sum(bad)::bigint AS bad,
       last(last, last_at) FILTER (WHERE last_at IS NOT NULL) AS newest, max(quality) AS quality
FROM (
    SELECT bucket, last_at, low, high, total, last, number, bad, quality FROM rollup_minute
    WHERE point_id = %(point_id)s AND bucket >= %(start)s AND bucket < %(end)s
      AND (bucket < %(rolled)s OR bucket >= %(horizon)s)
    UNION ALL
    SELECT * FROM minutes_of(%(point_id)s, %(raw_start)s, %(raw_end)s, %(raw_start)s, %(raw_end)s)
) AS minute
GROUP BY 1 ORDER BY 1 LIMIT %(limit)s;

-- name: hours
-- A point's hours, whole ones, summed up per step: those not rolled up yet from the minutes.
SELECT time_bucket(%(width)s::interval, bucket) AS bucket, min(low) AS low, max(high) AS high,
       sum(total) / nullif(sum(number), 0)::float8 AS mean, sum(number)::bigint AS number,
       sum(bad)::bigint AS bad,
       last(last, last_at) FILTER (WHERE last_at IS NOT NULL) AS newest, max(quality) AS quality
FROM (
    SELECT bucket, last_at, low, high, total, last, number, bad, quality FROM rollup_hour
    WHERE point_id = %(point_id)s AND bucket >= %(start)s AND bucket < %(end)s
      AND (bucket < %(live_start)s OR bucket >= %(live_end)s)
    UNION ALL
    SELECT bucket, last_at, low, high, total, last, number, bad, quality FROM rollup_minute
    WHERE point_id = %(point_id)s AND bucket >= greatest(%(start)s, %(live_start)s)
      AND bucket < least(%(end)s, %(live_end)s)
      AND (bucket < %(rolled)s OR bucket >= %(horizon)s)
    UNION ALL
    SELECT * FROM minutes_of(%(point_id)s, %(raw_start)s, %(raw_end)s, %(raw_start)s, %(raw_end)s)
) AS hour
GROUP BY 1 ORDER BY 1 LIMIT %(limit)s;

-- name: dead_letters
-- A page of what could not be used, newest first.
SELECT enterprise, id, gateway, topic, substring(payload FROM 1 FOR 4096) AS payload,
       length(payload) AS size, reason, received_at, attempts, reprocessed_at
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

-- name: unregistered_gateway
-- Which gateway sent a tag that nobody has registered.
SELECT gateway FROM unregistered_tag WHERE enterprise = %(enterprise)s AND tag = %(tag)s;
