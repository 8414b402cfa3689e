-- name: raw
-- A page of a point's readings as they came, oldest first, after a place in that order.
SELECT measured_at, received_at, value, quality, flags
FROM readings_raw(%(point_id)s, %(start)s, %(end)s, %(after_at)s, %(after_value)s::float8,
                  %(after_quality)s::smallint, %(limit)s);

-- name: count
-- How many readings a span holds, counted no further than the limit.
SELECT readings_counted(%(point_id)s, %(start)s, %(end)s, %(limit)s);

-- name: steps
-- A point's readings summed up per step of time; bad ones are counted apart.
SELECT bucket, low, high, mean, number, bad, newest, quality
FROM readings_stepped(%(point_id)s, %(width)s::interval, %(start)s, %(end)s, %(limit)s);

-- name: rolled
-- How far the roll-ups are, and whether readings of a span were dropped.
SELECT rolled, horizon, EXISTS (
    SELECT FROM reading_day
    WHERE dropped_at IS NOT NULL AND day > %(start)s - interval '1 day' AND day < %(end)s)
FROM rollup_window;

-- name: minutes
-- A point's minutes, whole ones, summed up per step: those not rolled up yet from the readings.
SELECT bucket, low, high, mean, number, bad, newest, quality
FROM minutes_stepped(%(point_id)s, %(width)s::interval, %(start)s, %(end)s, %(rolled)s, %(horizon)s,
                     %(raw_start)s, %(raw_end)s, %(limit)s);

-- name: hours
-- A point's hours, whole ones, summed up per step: those not rolled up yet from the minutes.
SELECT bucket, low, high, mean, number, bad, newest, quality
FROM hours_stepped(%(point_id)s, %(width)s::interval, %(start)s, %(end)s, %(live_start)s,
                   %(live_end)s, %(rolled)s, %(horizon)s, %(raw_start)s, %(raw_end)s, %(limit)s);

-- name: dead_letters
-- A page of what could not be used, newest first.
SELECT enterprise, id, gateway, topic, substring(payload FROM 1 FOR 4096) AS payload,
       coalesce(size, length(payload)) AS size, reason, received_at, attempts, reprocessed_at
FROM dead_letter
WHERE (%(scope)s::text[] IS NULL OR enterprise = ANY(%(scope)s))
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(limit)s;

-- name: letter_payload
-- All that is kept of one message that could not be used.
SELECT payload FROM dead_letter WHERE enterprise = %(enterprise)s AND id = %(id)s;

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
