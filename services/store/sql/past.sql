-- name: columns
-- The judgeable readings of many points in a slice of measured time, as arrays a point: a row a
-- reading would cost more to hand over than to judge. Of points that are another tenant's: none.
SELECT point_id, measured, received, value
FROM readings_judged(%(points)s::integer[], %(start)s, %(until)s);

-- name: every
-- All readings of many points in a slice of measured time, bad ones and those without a value (NaN)
-- among them: what detectors are told.
SELECT point_id, measured, received, value, quality
FROM readings_every(%(points)s::integer[], %(start)s, %(until)s);
