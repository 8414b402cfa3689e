-- name: columns
-- The judgeable readings of many points in a slice of measured time, as arrays a point: a row a
-- reading would cost more to hand over than to judge.
SELECT point_id, array_agg(measured_at), array_agg(received_at), array_agg(value)
FROM reading
WHERE point_id = ANY(%(points)s::integer[])
  AND measured_at >= %(start)s AND measured_at < %(until)s
  AND value IS NOT NULL AND quality < 2
GROUP BY point_id;

-- name: every
-- All readings of many points in a slice of measured time, bad ones and those without a value (NaN)
-- among them: what detectors are told.
SELECT point_id, array_agg(measured_at), array_agg(received_at),
       array_agg(coalesce(value, 'NaN')), array_agg(quality::bigint)
FROM reading
WHERE point_id = ANY(%(points)s::integer[])
  AND measured_at >= %(start)s AND measured_at < %(until)s
GROUP BY point_id;
