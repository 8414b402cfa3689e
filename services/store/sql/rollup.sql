-- name: note
-- Of a batch, note the minutes that no pass over the live window will roll up; holds the window.
WITH live AS MATERIALIZED (SELECT closed, horizon FROM rollup_window FOR SHARE),
     apart AS (SELECT DISTINCT point_id, date_trunc('minute', measured_at, 'UTC') AS minute
               FROM incoming, live WHERE measured_at < closed OR measured_at >= horizon)
INSERT INTO rollup_note (points, minutes)
SELECT array_agg(point_id), array_agg(minute) FROM apart HAVING count(*) > 0;

-- name: hold_window
-- The live window, held against being moved until the transaction ends.
SELECT closed, horizon FROM rollup_window FOR SHARE;

-- name: hold
-- One worker at a time: a lock that lasts as long as its connection.
SELECT pg_try_advisory_lock(7305808869229538157);

-- name: window
-- How far the roll-ups are.
SELECT rolled, closed, horizon FROM rollup_window;

-- name: close
-- Minutes before `closed` are over: who stores a reading of theirs from now on notes it. Waits
-- for the batches under way.
UPDATE rollup_window SET closed = %(closed)s, horizon = %(horizon)s;

-- name: next_points
-- A portion of the points, in the order of their numbers.
SELECT min(id), max(id) FROM (
    SELECT id FROM point WHERE id > %(after)s ORDER BY id LIMIT %(most)s) AS portion;

-- name: roll_minutes
-- Roll up all minutes of a stretch of time for a portion of the points.
INSERT INTO rollup_minute (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT point.id, minute.* FROM point
CROSS JOIN LATERAL minutes_of(point.id, %(first)s, %(past)s, %(first)s, %(past)s) AS minute
WHERE point.id BETWEEN %(low)s AND %(high)s
ON CONFLICT (point_id, bucket) DO UPDATE SET
    last_at = excluded.last_at, low = excluded.low, high = excluded.high, total = excluded.total,
    last = excluded.last, number = excluded.number, bad = excluded.bad, quality = excluded.quality;

-- name: roll_hours
-- Roll up all hours of a stretch of time for a portion of the points, from their minutes.
INSERT INTO rollup_hour (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT point.id, hour.* FROM point
CROSS JOIN LATERAL (
    SELECT date_trunc('hour', bucket, 'UTC'), max(last_at), min(low), max(high), sum(total),
           last(last, last_at) FILTER (WHERE last_at IS NOT NULL), sum(number), sum(bad),
           max(quality)
    FROM rollup_minute
    WHERE point_id = point.id AND bucket >= %(first)s AND bucket < %(past)s
    GROUP BY 1) AS hour
WHERE point.id BETWEEN %(low)s AND %(high)s
ON CONFLICT (point_id, bucket) DO UPDATE SET
    last_at = excluded.last_at, low = excluded.low, high = excluded.high, total = excluded.total,
    last = excluded.last, number = excluded.number, bad = excluded.bad, quality = excluded.quality;

-- name: days_received
-- Readings of these days (by their own time) were received until this moment.
INSERT INTO reading_day (day, newest_received_at)
SELECT DISTINCT date_trunc('day', moment, 'UTC'), %(now)s::timestamptz
FROM unnest(%(moments)s::timestamptz[]) AS moment
ON CONFLICT (day) DO UPDATE
SET newest_received_at = greatest(reading_day.newest_received_at, excluded.newest_received_at);

-- name: finish
-- All minutes before `rolled` are rolled up, and all hours that are over.
UPDATE rollup_window SET rolled = %(rolled)s;

-- name: make_due
-- A connection's own list of what it is about to roll up again.
CREATE TEMPORARY TABLE IF NOT EXISTS rollup_due (
    point_id integer NOT NULL, bucket timestamptz NOT NULL
) ON COMMIT DELETE ROWS;

-- name: take_notes
-- Take some notes out, each minute of a point once: so many of the oldest, and of so many days, for
-- each day is kept apart and opening one costs locks.
WITH oldest AS (
    SELECT id, (SELECT count(DISTINCT date_trunc('day', minute, 'UTC'))
                FROM unnest(minutes) AS minute) AS days
    FROM rollup_note ORDER BY id LIMIT %(most)s
), summed AS (
    SELECT id, sum(days) OVER (ORDER BY id) AS upto, row_number() OVER (ORDER BY id) AS place
    FROM oldest
), taken AS (
    DELETE FROM rollup_note
    WHERE id IN (SELECT id FROM summed WHERE upto <= %(days)s OR place = 1)
    RETURNING points, minutes)
INSERT INTO rollup_due (point_id, bucket)
SELECT DISTINCT due.point_id, due.bucket
FROM taken CROSS JOIN LATERAL unnest(taken.points, taken.minutes) AS due (point_id, bucket);

-- name: due_days
-- The days that these minutes lie in, and whether readings of theirs were dropped.
SELECT due.day, coalesce(dropped_at IS NOT NULL, false)
FROM (SELECT DISTINCT date_trunc('day', bucket, 'UTC') AS day FROM rollup_due) AS due
LEFT JOIN reading_day USING (day) ORDER BY 1;

-- name: keep_base
-- What these minutes held when their readings were dropped, if that is not kept already.
INSERT INTO rollup_base (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT point_id, bucket, last_at, low, high, total, last, coalesce(number, 0), coalesce(bad, 0),
       coalesce(quality, 0)
FROM rollup_due LEFT JOIN rollup_minute USING (point_id, bucket)
WHERE bucket >= %(first)s AND bucket < %(past)s
ON CONFLICT DO NOTHING;

-- name: roll_due_minutes
-- Roll up the minutes of a day that are due: what was dropped, if anything, and what is stored.
INSERT INTO rollup_minute (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT due.point_id, due.bucket, greatest(base.last_at, minute.last_at),
       least(base.low, minute.low), greatest(base.high, minute.high),
       coalesce(base.total + minute.total, base.total, minute.total),
       CASE WHEN minute.last_at >= coalesce(base.last_at, '-infinity')
            THEN minute.last ELSE base.last END,
       coalesce(base.number, 0) + minute.number, coalesce(base.bad, 0) + minute.bad,
       greatest(base.quality, minute.quality)
FROM (SELECT point_id, bucket, bucket + interval '1 minute' AS past FROM rollup_due
      WHERE bucket >= %(first)s AND bucket < %(past)s) AS due
LEFT JOIN rollup_base AS base USING (point_id, bucket)
CROSS JOIN LATERAL minutes_of(due.point_id, due.bucket, due.past, %(first)s, %(past)s) AS minute
ON CONFLICT (point_id, bucket) DO UPDATE SET
    last_at = excluded.last_at, low = excluded.low, high = excluded.high, total = excluded.total,
    last = excluded.last, number = excluded.number, bad = excluded.bad, quality = excluded.quality;

-- name: roll_due_hours
-- Roll up the hours of a day that have minutes that were due and are not still to come.
INSERT INTO rollup_hour (point_id, bucket, last_at, low, high, total, last, number, bad, quality)
SELECT due.point_id, due.bucket, max(last_at), min(low), max(high), sum(total),
       last(last, last_at) FILTER (WHERE last_at IS NOT NULL), sum(number), sum(bad), max(quality)
FROM (SELECT DISTINCT point_id, date_trunc('hour', bucket, 'UTC') AS bucket FROM rollup_due, rollup_window
      WHERE bucket >= %(first)s AND bucket < %(past)s
        AND (bucket < date_trunc('hour', rolled, 'UTC') OR bucket >= horizon)) AS due
JOIN rollup_minute AS minute ON minute.point_id = due.point_id
    AND minute.bucket >= due.bucket AND minute.bucket < due.bucket + interval '1 hour'
WHERE minute.bucket >= %(first)s AND minute.bucket < %(past)s
GROUP BY 1, 2
ON CONFLICT (point_id, bucket) DO UPDATE SET
    last_at = excluded.last_at, low = excluded.low, high = excluded.high, total = excluded.total,
    last = excluded.last, number = excluded.number, bad = excluded.bad, quality = excluded.quality;

-- name: waiting
-- How many batches' notes are waiting, and since when.
SELECT count(*), min(noted_at) FROM rollup_note;

-- name: mend_interlocks
-- The states of a portion's interlocks over a stretch of time that readings came in.
SELECT mend_interlock(id, %(first)s, %(past)s) FROM point
WHERE kind = 'interlock' AND id BETWEEN %(low)s AND %(high)s AND EXISTS (
    SELECT FROM reading
    WHERE point_id = point.id AND measured_at >= %(first)s AND measured_at < %(past)s);

-- name: mend_due_interlocks
-- The states of interlocks around the late minutes of a day.
SELECT mend_interlock(id, first, past)
FROM (SELECT point_id, min(bucket) AS first, max(bucket) + interval '1 minute' AS past
      FROM rollup_due WHERE bucket >= %(first)s AND bucket < %(past)s GROUP BY point_id) AS due
JOIN point ON point.id = due.point_id AND point.kind = 'interlock';
