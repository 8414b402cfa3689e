-- name: close
-- Close an enterprise: its register goes, as its people and keys; false where there is none to close.
SELECT close_tenant(%(code)s, %(by)s, %(reason)s);

-- name: standing
-- Since when an enterprise is closed, and from when on it may be erased; no row: there never was one.
SELECT deleted_at, deleted_at + interval '30 days', deleted_at <= now() - interval '30 days'
FROM enterprise WHERE code = %(code)s;

-- name: points
-- The numbers of its points and of its twin's.
SELECT id FROM point WHERE enterprise = ANY(ARRAY[%(code)s, 'drill-' || %(code)s]);

-- name: forget_readings
-- A point's readings, the most of all that there is: each point in a transaction of its own.
DELETE FROM reading WHERE point_id = %(point)s;

-- name: erase
-- All else that bears it, but for the chains; table and rows of what went.
SELECT place, gone FROM erase_tenant(%(code)s);

-- name: stays
-- How many rows of its journal stay, its twin's with them.
SELECT count(*) FROM journal WHERE enterprise = ANY(ARRAY[%(code)s, 'drill-' || %(code)s]);
