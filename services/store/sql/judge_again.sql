-- name: add
-- Let the engine judge these stretches, whose readings this transaction stores.
INSERT INTO judge_again (point_id, since, until)
SELECT * FROM unnest(%(points)s::integer[], %(since)s::timestamptz[], %(until)s::timestamptz[]);

-- name: waiting
-- Stretches that wait, but for those known; of points that are gone, too. The order of numbers is
-- not that of commits, so what is known is told one by one.
SELECT id, point_id, since, until FROM judge_again
WHERE id <> ALL(%(known)s::bigint[]) ORDER BY id LIMIT %(limit)s;

-- name: readings
-- What is stored of a point in a stretch of judging times, in the order of judging.
SELECT measured_at, received_at, value, quality, flags FROM reading
WHERE point_id = %(point_id)s AND measured_at >= %(since)s AND received_at >= %(since)s
  AND least(measured_at, received_at) <= %(until)s
ORDER BY least(measured_at, received_at), measured_at, received_at;

-- name: drop
-- Judged, and on the engine's own disk.
DELETE FROM judge_again WHERE id = ANY(%(ids)s::bigint[]);
