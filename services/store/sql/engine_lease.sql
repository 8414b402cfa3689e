-- name: make_lease
-- The first engine needs a row; it has run out when it is made.
INSERT INTO engine_lease (term, spool, process, expires_at, recorded_at)
VALUES (1, '', '', '-infinity', clock_timestamp()) ON CONFLICT DO NOTHING;

-- name: last_spool
-- Whose lease it is, or was last.
SELECT spool FROM engine_lease;

-- name: renew_lease
-- Hold on to what is still ours, also after it ran out, as long as nobody took it.
UPDATE engine_lease SET expires_at = clock_timestamp() + make_interval(secs => %(seconds)s),
    recorded_at = coalesce(%(recorded_at)s, recorded_at)
WHERE process = %(process)s RETURNING term;

-- name: end_lapsed_recorder
-- End the recording session of a holder whose lease we may take, so that it does not hold the
-- lease locked in a transaction that it is frozen in.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_user AND pid <> pg_backend_pid() AND application_name IN (
    SELECT 'parkwatch-recorder ' || process FROM engine_lease
    WHERE process <> %(process)s AND (%(force)s OR spool IN ('', %(spool)s)
       OR expires_at = '-infinity' OR (%(settled)s AND expires_at < clock_timestamp())));

-- name: lapsed_lease
-- Whether it may be taken now: given back, run out while the database answered, or that of an
-- earlier process on our own disk. A transaction that still records under it keeps it.
SELECT spool FROM engine_lease
WHERE process <> %(process)s AND (%(force)s OR spool IN ('', %(spool)s)
   OR expires_at = '-infinity' OR (%(settled)s AND expires_at < clock_timestamp()))
FOR UPDATE SKIP LOCKED;

-- name: take_lease
-- A new holder is a new term; whoever shows an older one records no more. Terms follow the clock,
-- so that they go on growing over a restored backup.
UPDATE engine_lease SET
    term = greatest(term + 1, extract(epoch FROM clock_timestamp())::bigint),
    inherit_since = CASE WHEN spool IN ('', %(spool)s) THEN inherit_since
                         ELSE least(inherit_since, recorded_at) END,
    spool = %(spool)s, process = %(process)s,
    expires_at = clock_timestamp() + make_interval(secs => %(seconds)s)
RETURNING term, inherit_since;

-- name: inherited
-- What was to be judged because of the change of disks is judged.
UPDATE engine_lease SET inherit_since = NULL WHERE process = %(process)s;

-- name: release_lease
-- Let another one take it at once.
UPDATE engine_lease SET expires_at = '-infinity' WHERE process = %(process)s;

-- name: fence
-- Whether this term is still the newest; nobody can raise it until the end of the transaction,
-- renewals go on.
SELECT term FROM engine_lease WHERE term = %(term)s FOR KEY SHARE;

-- name: stand_by
-- An engine waits here.
INSERT INTO engine_standby (spool, host, seen_at)
VALUES (%(spool)s, %(host)s, clock_timestamp())
ON CONFLICT (spool) DO UPDATE SET host = excluded.host, seen_at = excluded.seen_at;

-- name: mark
-- Stretches that are to be judged again; what is marked already grows.
INSERT INTO engine_mark (point_id, sounding, since, until, upto)
SELECT * FROM unnest(%(points)s::integer[], %(sounding)s::boolean[], %(since)s::timestamptz[],
                     %(until)s::timestamptz[], %(upto)s::bigint[])
ON CONFLICT (point_id, sounding) DO UPDATE SET
    since = least(engine_mark.since, excluded.since),
    until = greatest(engine_mark.until, excluded.until), upto = excluded.upto;

-- name: mark_everywhere
-- The record of a time has holes: every point with a rule is to be judged again over it.
INSERT INTO engine_mark (point_id, sounding, since, until, upto)
SELECT DISTINCT point.id, false, %(since)s::timestamptz, %(until)s::timestamptz, %(upto)s::bigint
FROM rule JOIN point USING (enterprise, tag) WHERE rule.valid_to IS NULL
ON CONFLICT (point_id, sounding) DO UPDATE SET
    since = least(engine_mark.since, excluded.since),
    until = greatest(engine_mark.until, excluded.until), upto = excluded.upto;

-- name: settle
-- Judged again for good, up to a place in the spool.
DELETE FROM engine_mark USING unnest(%(points)s::integer[], %(sounding)s::boolean[],
    %(upto)s::bigint[]) AS settled (point_id, sounding, upto)
WHERE engine_mark.point_id = settled.point_id AND engine_mark.sounding = settled.sounding
  AND engine_mark.upto <= settled.upto;

-- name: marks
-- What another engine left to be judged again.
SELECT point_id, sounding, since, until FROM engine_mark;

-- name: newest_before
-- The last reading of each of these points before a moment, a day back at most.
SELECT point_id, measured_at, received_at, value, quality, flags
FROM unnest(%(points)s::integer[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE point_id = wanted.id
      AND measured_at > %(horizon)s AND measured_at <= %(since)s
    ORDER BY measured_at DESC LIMIT 1
) AS newest;

-- name: newest_state_before
-- The last reading of each of these points before a moment that was judged live when it came,
-- however long ago: what reports on change may have been told weeks before.
SELECT point_id, measured_at, received_at, value, quality, flags
FROM unnest(%(points)s::integer[]) AS wanted (id) CROSS JOIN LATERAL (
    SELECT * FROM reading WHERE point_id = wanted.id AND measured_at <= %(since)s
      AND received_at <= measured_at + %(live)s AND value IS NOT NULL AND quality <> %(bad)s
    ORDER BY measured_at DESC LIMIT 1
) AS newest;

-- name: measured_since
-- The readings of these points that were measured after a moment.
SELECT point_id, measured_at, received_at, value, quality, flags FROM reading
WHERE point_id = ANY(%(points)s::integer[]) AND measured_at > %(since)s;

-- name: received_since
-- How many readings of each of these points came after a moment, measured from a day before it to
-- `until`, and between which judging times they lie.
SELECT point_id, count(*), min(least(measured_at, received_at)),
       max(least(measured_at, received_at))
FROM reading
WHERE point_id = ANY(%(points)s::integer[]) AND measured_at > %(horizon)s
  AND measured_at <= %(until)s AND received_at >= %(since)s
GROUP BY point_id;

-- name: recorded_position
-- How far this spool is recorded or handed in.
SELECT position FROM recorder WHERE spool = %(spool)s;

-- name: hand_in
-- One transition that was noted and not recorded.
INSERT INTO engine_leftover (spool, position, part, alarm_id, noted_at, transition)
VALUES (%(spool)s, %(position)s, %(part)s, %(alarm_id)s, %(noted_at)s, %(transition)s)
ON CONFLICT DO NOTHING;

-- name: handed_in
-- A spool is handed in up to here: nothing of it is recorded any more.
UPDATE recorder SET position = %(position)s WHERE spool = %(spool)s;

-- name: leftovers
-- What was handed in and waits, the oldest first.
SELECT spool, position, part, transition FROM engine_leftover
WHERE taken_at IS NULL ORDER BY noted_at, spool, position, part LIMIT %(limit)s;

-- name: known_alarms
-- Which of these alarms are on record.
SELECT id FROM alarm WHERE id = ANY(%(ids)s::text[]);

-- name: taken_up
-- What became of a leftover.
UPDATE engine_leftover SET taken_at = clock_timestamp(), outcome = %(outcome)s
WHERE spool = %(spool)s AND position = %(position)s AND part = %(part)s;
